import { spawn } from "node:child_process";
import type { LoadReport } from "../src/load/report";
import { prod } from "../tests/fixtures/app/environments/prod";
import { knownLatencies, LatencyServer, quantile } from "../tests/load/support/latency-server";
import { COMMAND, ProjectCopy } from "../tests/local/support/project";
import { RunningStage } from "../tests/local/support/running-stage";
import type { Report } from "./report";

/** A low rate, so that the machine's cores are enough for the stage, the model and the generator. */
const RATE = 100;
/** The 99.9th percentile needs 1,000 calls. */
const MIN_SECONDS = 10;
/** Large, so that the time of the local stage itself is a small part. */
const MIN_LATENCY_IN_MS = 1_000;

/** The rate that the generator must hold. */
const HIGH_RATE = 500;

const PERCENTILES = [
  ["p50", 0.5],
  ["p99", 0.99],
  ["p999", 0.999],
] as const;

/** Compares the percentiles of `sagemaker-stages load` with the known latency of a model on the local stage. */
export async function benchLoad(report: Report, seconds: number): Promise<void> {
  const project = new ProjectCopy();
  project.setEnvironments({
    ...prod,
    name: "known",
    protected: false,
    state: { local: { path: "terraform.known.tfstate" } },
    stage: { ...prod.stage, throttling: { rateLimit: 10_000, burstLimit: 5_000 } },
    models: { "house-price": { existingEndpoint: "prices", access: "PUBLIC", via: "gateway" } },
  });
  const duration = Math.max(seconds, MIN_SECONDS);
  const count = duration * RATE;
  const latencies = knownLatencies(count, MIN_LATENCY_IN_MS);
  // The first call is the single call before the run.
  const latencyOf = (number: number) => (number === 0 ? 0 : (latencies[number - 1] ?? 20));
  const model = new LatencyServer(latencyOf, '{"predictions": [329.50]}');
  await model.listen();
  const stage = await RunningStage.serve(project, ["known", "--container", `house-price=${model.url}`]);
  const load = (rate: number, inSeconds: number) =>
    runLoad(project.folder, [
      ...["known", "--url", `${stage.url}/known`, "--json"],
      ...["--rate", String(rate), "--seconds", String(inSeconds)],
    ]);
  try {
    const { measurements } = await load(RATE, duration);
    for (const [name, fraction] of PERCENTILES) {
      const rank = Math.ceil(fraction * count - 1e-9);
      report.add({
        measured: `${name} of sagemaker-stages load, ${RATE} requests a second for ${duration} s`,
        value: measurements.latencyInMs.all[name] ?? Number.NaN,
        base: "the known latency of the model",
        baseValue: quantile((rank - 0.5) / count, MIN_LATENCY_IN_MS),
        unit: "ms",
        goal: { atMost: 1.02 },
      });
    }
    // All known latencies are used up: the model now answers after 20 ms.
    const { generator } = (await load(HIGH_RATE, MIN_SECONDS)).measurements;
    report.add({
      measured: `sent requests, ${HIGH_RATE} requests a second for ${MIN_SECONDS} s`,
      value: generator.sentPerSecond,
      base: "the rate",
      baseValue: HIGH_RATE,
      unit: "requests a second",
      goal: { atLeast: 0.99 },
    });
    report.add({
      measured: `delay of a sent request (p99), ${HIGH_RATE} requests a second`,
      value: generator.lateInMs.p99 ?? Number.NaN,
      base: "the limit of 10 ms",
      baseValue: 10,
      unit: "ms",
      goal: { atMost: 1 },
    });
  } finally {
    await stage.kill();
    await model.close();
    project.remove();
  }
}

/** Runs the command in the folder of an app, while this process answers as the model. */
async function runLoad(folder: string, words: readonly string[]): Promise<LoadReport> {
  const child = spawn(process.execPath, [COMMAND, "load", ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return JSON.parse(output) as LoadReport;
}
