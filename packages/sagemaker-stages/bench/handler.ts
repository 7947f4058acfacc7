import { mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";
import { METRICS_VARIABLE } from "../src/aws/metrics";
import { functionCode } from "../src/constructs/function/function-code";
import { alternate, median } from "./measure";
import { runProbe } from "./probe";
import type { Report } from "./report";

/** The size of the measurement. Tests measure a small size. */
export interface HandlerSize {
  /** Fresh processes of each handler. */
  readonly rounds: number;
  /** Single calls of each process, one after the other. */
  readonly warmCalls: number;
  /** Calls of 16 concurrent callers of each process. */
  readonly concurrentCalls: number;
}

const SIZE: HandlerSize = { rounds: 15, warmCalls: 2_000, concurrentCalls: 4_000 };
const ANSWER = '{"predictions":[{"score":0.01,"predicted_label":0}]}';
const BASE = "signing and node:http alone";
/** The limit of a handler's bundle, which the tests of the bundles assert. */
const MAX_GZIPPED_KB = 12;

/** What one process measured. CPU times are per call, except for the first call. */
interface HandlerCost {
  /** Import and first call. */
  readonly coldInMs: number;
  readonly coldCpuInMs: number;
  /** The median of single calls. */
  readonly warmInMs: number;
  readonly warmCpuInMs: number;
  /** Calls a second with 16 concurrent calls. */
  readonly perSecond: number;
  readonly concurrentCpuInMs: number;
}

/**
 * Compares the handler of a model, which prints metrics as in every environment by default, with the smallest handler that
 * signs and sends the same request (`handler-base/`), and with the same handler without metrics. Each
 * measurement is a fresh process. Both handlers call the same endpoint, an HTTP server of this process.
 */
export async function benchHandler(report: Report, folder: string, size = SIZE): Promise<void> {
  const bundle = unzipSync(functionCode("loan-default").zip)["index.js"];
  if (bundle === undefined) throw new Error("the deployment package of loan-default has no index.js");
  const handlerFile = writeIn(folder, "handler", bundle);
  const baseFile = writeIn(folder, "base", bundleOfBase());

  const server = http.createServer((incoming, outgoing) => {
    incoming
      .resume()
      .on("end", () => outgoing.writeHead(200, { "Content-Type": "application/json" }).end(ANSWER));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { handler, withoutMetrics, base } = await alternate(size.rounds, {
      base: () => measure(baseFile, folder, port, size),
      handler: () => measure(handlerFile, folder, port, size, { [METRICS_VARIABLE]: "bench" }),
      withoutMetrics: () => measure(handlerFile, folder, port, size),
    });
    const compare = (
      measured: string,
      figure: keyof HandlerCost,
      unit: string,
      goal?: { readonly atMost: number } | { readonly atLeast: number },
    ) =>
      report.add({
        measured: `handler, ${measured}`,
        value: median(handler.map((cost) => cost[figure])),
        base: BASE,
        baseValue: median(base.map((cost) => cost[figure])),
        unit,
        ...(goal && { goal }),
      });
    compare("import and first call", "coldInMs", "ms", { atMost: 1.15 });
    compare("warm call, p50", "warmInMs", "ms", { atMost: 1.2 });
    compare("16 concurrent calls", "perSecond", "calls a second", { atLeast: 0.85 });
    compare("import and first call, CPU time", "coldCpuInMs", "ms");
    compare("warm call, CPU time", "warmCpuInMs", "ms");
    compare("16 concurrent calls, CPU time of a call", "concurrentCpuInMs", "ms");
    const compareMetrics = (
      measured: string,
      figure: keyof HandlerCost,
      goal?: { readonly atMost: number },
    ) =>
      report.add({
        measured: `handler with metrics, ${measured}`,
        value: median(handler.map((cost) => cost[figure])),
        base: "without metrics",
        baseValue: median(withoutMetrics.map((cost) => cost[figure])),
        unit: "ms",
        ...(goal && { goal }),
      });
    compareMetrics("warm call, p50", "warmInMs", { atMost: 1.05 });
    compareMetrics("warm call, CPU time", "warmCpuInMs");
  } finally {
    server.close();
    server.closeAllConnections();
  }
  report.add({
    measured: "handler bundle, gzipped",
    value: gzipSync(bundle, { level: 9 }).length / 1_024,
    base: "the limit",
    baseValue: MAX_GZIPPED_KB,
    unit: "KB",
    goal: { atMost: 1 },
  });
}

function writeIn(folder: string, name: string, bundle: Uint8Array): string {
  mkdirSync(join(folder, name));
  const file = join(folder, name, "index.js");
  writeFileSync(file, bundle);
  return file;
}

/** The base, bundled with the options of a function's package. */
function bundleOfBase(): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, "handler-base/index.ts")],
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing for bench/handler-base/index.ts");
  return file.contents;
}

/** Runs a handler in a fresh process. */
function measure(
  file: string,
  folder: string,
  port: number,
  { warmCalls, concurrentCalls }: HandlerSize,
  variables: NodeJS.ProcessEnv = {},
): Promise<HandlerCost> {
  const numbers = [warmCalls, concurrentCalls];
  return runProbe({ program: "handler-probe.cjs", file, folder, port, numbers, variables });
}
