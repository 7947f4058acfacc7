import { spawn } from "node:child_process";
import type { LoadReport } from "../src/load/report";
import { prod } from "../tests/fixtures/app/environments/prod";
import { knownLatencies, LatencyServer, quantile } from "../tests/load/support/latency-server";
import { COMMAND } from "../tests/local/support/project";
import type { Report } from "./report";
import { startStage } from "./stage";

const FRACTIONS = { p50: 0.5, p99: 0.99, p999: 0.999 } as const;

/** The size of the measurement. Tests measure a small size. */
export interface LoadSize {
  /** The requests per second whose latencies are known. */
  readonly rate: number;
  readonly minSeconds: number;
  /** The latency of the fastest call. */
  readonly minLatencyInMs: number;
  /** The percentiles that are compared. A 99.9th percentile needs 1,000 calls. */
  readonly percentiles: readonly (keyof typeof FRACTIONS)[];
  /** The requests per second that the generator must hold. */
  readonly highRate: number;
}

const SIZE: LoadSize = {
  // A low rate, so that the machine's cores are enough for the stage, the model and the generator.
  rate: 100,
  minSeconds: 10,
  // Large, so that the time of the local stage itself is a small part.
  minLatencyInMs: 1_000,
  percentiles: ["p50", "p99", "p999"],
  highRate: 500,
};

/** Compares the percentiles of `sagemaker-stages load` with the known latency of a model on the local stage. */
export async function benchLoad(
  report: Report,
  seconds: number,
  { rate, minSeconds, minLatencyInMs, percentiles, highRate } = SIZE,
  serve = startStage,
): Promise<void> {
  const environment = {
    ...prod,
    name: "known",
    protected: false,
    state: { local: { path: "terraform.known.tfstate" } },
    stage: { ...prod.stage, throttling: { rateLimit: 10_000, burstLimit: 5_000 } },
    models: { "house-price": { existingEndpoint: "prices", access: "PUBLIC", via: "gateway" } },
  } as const;
  const duration = Math.max(seconds, minSeconds);
  const count = duration * rate;
  const latencies = knownLatencies(count, minLatencyInMs);
  // The first call is the single call before the run.
  const latencyOf = (number: number) => (number === 0 ? 0 : (latencies[number - 1] ?? 20));
  const model = new LatencyServer(latencyOf, '{"predictions": [329.50]}');
  await model.listen();
  const stage = await serve([environment], { "house-price": model.url });
  const load = (perSecond: number, inSeconds: number) =>
    runLoad(stage.folder, [
      ...["known", "--url", `${stage.url}/known`, "--json"],
      ...["--rate", String(perSecond), "--seconds", String(inSeconds)],
    ]);
  try {
    const { measurements } = await load(rate, duration);
    for (const name of percentiles) {
      const rank = Math.ceil(FRACTIONS[name] * count - 1e-9);
      report.add({
        measured: `${name} of sagemaker-stages load, ${rate} requests a second for ${duration} s`,
        value: measurements.latencyInMs.all[name] ?? Number.NaN,
        base: "the known latency of the model",
        baseValue: quantile((rank - 0.5) / count, minLatencyInMs),
        unit: "ms",
        goal: { atMost: 1.02 },
      });
    }
    // All known latencies are used up: the model now answers after 20 ms.
    const { generator } = (await load(highRate, minSeconds)).measurements;
    report.add({
      measured: `sent requests, ${highRate} requests a second for ${minSeconds} s`,
      value: generator.sentPerSecond,
      base: "the rate",
      baseValue: highRate,
      unit: "requests a second",
      goal: { atLeast: 0.99 },
    });
    report.add({
      measured: `delay of a sent request (p99), ${highRate} requests a second`,
      value: generator.lateInMs.p99 ?? Number.NaN,
      base: "the limit of 10 ms",
      baseValue: 10,
      unit: "ms",
      goal: { atMost: 1 },
    });
  } finally {
    await stage.stop();
    await model.close();
  }
}

/**
 * Runs the command in the folder of an app, while this process answers as the model.
 *
 * @throws Error if the command writes no report, or if a call failed
 */
async function runLoad(folder: string, words: readonly string[]): Promise<LoadReport> {
  const child = spawn(process.execPath, [COMMAND, "load", ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (output === "")
    throw new Error(`sagemaker-stages load ended with status ${status} and without a report:\n${errors}`);
  const report = JSON.parse(output) as LoadReport;
  const { planned, succeeded, failures } = report.measurements.calls;
  if (succeeded !== planned) {
    throw new Error(
      `calls of sagemaker-stages load: got ${succeeded} successful calls and ${JSON.stringify(failures)}; allowed: ${planned} successful calls`,
    );
  }
  return report;
}
