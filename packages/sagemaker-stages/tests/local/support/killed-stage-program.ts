import type { LocalStage as Stage } from "../../../src/local/stage";

/** The settings of the program, in the variable SETTINGS. */
export interface KilledStageSettings {
  readonly port: number;
  /** The folder of the stack of dev. */
  readonly stack: string;
  readonly asyncFolder: string;
  /** The bundled program of the functions' processes. */
  readonly functionProgram: string;
  /** The address of the container of every model. */
  readonly container: string;
  /** The number of changes to files of requests before the end of the process. @default - no end */
  readonly killAt?: number;
}

const settings: KilledStageSettings = JSON.parse(process.env.SETTINGS ?? "{}");
const { asyncFolder, functionProgram, killAt, port, stack, container } = settings;

/** The functions that change files. */
const CHANGES = ["writeFileSync", "renameSync", "linkSync", "unlinkSync", "rmSync"] as const;

type Change = (path: unknown, ...rest: unknown[]) => unknown;

// The module itself, whose functions the modules of the stage call.
const fs: Record<string, Change> = require("node:fs");
let changes = 0;
for (const name of CHANGES) {
  const change = fs[name];
  if (change === undefined) throw new Error(`node:fs has no ${name}`);
  fs[name] = (path, ...rest) => {
    if (String(path).startsWith(asyncFolder) && changes++ === killAt) process.kill(process.pid, "SIGKILL");
    return change(path, ...rest);
  };
}

/** Serves the stack until the end of the process. The functions have a short time, so that a killed function blocks its id shortly. */
async function serve(): Promise<void> {
  const { LocalStage } = await import("../../../src/local/stage");
  const { ownContainer } = await import("../../../src/local/sagemaker/container");
  const { readDeployment } = await import("../../../src/local/terraform/read-deployment");
  const deployment = readDeployment("dev", stack);
  const stage: Stage = new LocalStage({
    port,
    containers: new Map(
      deployment.endpoints.map(({ model }) => [model, ownContainer(new URL(container))] as const),
    ),
    asyncFolder,
    functionProgram,
    wakeUpInMs: 10,
    log: (text) => process.stdout.write(text),
  });
  await stage.listen();
  const functions = deployment.functions.map((fn) => ({ ...fn, timeoutInSeconds: 2 }));
  await stage.serve([{ ...deployment, functions }]);
  process.stdout.write("SERVED\n");
}

void serve();
