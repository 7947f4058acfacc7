/**
 * The local stage of the topic `streams`, in its own process, so that its memory does not include the callers, the container
 * and the synthesis. The arguments are the folder of the synthesis, the environment, the model, and the address of the
 * container.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ownContainer } from "../src/local/sagemaker/container";
import { LocalStage } from "../src/local/stage";
import { readDeployment } from "../src/local/terraform/read-deployment";

/** What the process of the stage reports. */
export interface StageReport {
  readonly url: string;
  /** The resident memory of the stage in MB. */
  readonly stageInMb: number;
  /** The number of the function's processes, and their memory in MB: shared pages are divided among the processes. */
  readonly processes: number;
  readonly processesInMb: number;
}

async function main(): Promise<void> {
  const [, , folder = "", environment = "", model = "", container = ""] = process.argv;
  const stage = new LocalStage({
    port: 0,
    containers: new Map([[model, ownContainer(new URL(container))]]),
    // The lines of requests are JSON. Other lines report failures.
    log: (text) => {
      if (!text.startsWith("{")) process.stderr.write(text);
    },
  });
  await stage.listen();
  await stage.serve([readDeployment(environment, join(folder, "stacks", environment))]);
  process.on("message", () => {
    global.gc?.();
    const children = childrenOf(process.pid).map(memoryOf);
    const report: StageReport = {
      url: stage.url,
      stageInMb: process.memoryUsage.rss() / 1_048_576,
      processes: children.length,
      processesInMb: children.reduce((sum, inMb) => sum + inMb, 0),
    };
    process.send?.(report);
  });
  process.on("disconnect", () => void stage.close());
  process.send?.("ready");
}

/** The child processes; empty on systems without /proc. */
function childrenOf(parent: number): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === parent);
  } catch {
    return [];
  }
}

function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

function memoryOf(pid: string): number {
  try {
    return (
      Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1_024
    );
  } catch {
    return 0;
  }
}

void main();
