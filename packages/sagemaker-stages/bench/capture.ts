import { mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { functionCode } from "../src/constructs/function/function-code";
import { alternate, median } from "./measure";
import { runProbe } from "./probe";
import type { Report } from "./report";

/** The size of the measurement. Tests measure a small size. */
export interface CaptureSize {
  /** Fresh processes of each handler. */
  readonly rounds: number;
  /** Calls of each process before the measured calls. */
  readonly warmUpCalls: number;
  /** Measured calls of each process. */
  readonly calls: number;
}

const SIZE: CaptureSize = { rounds: 9, warmUpCalls: 50, calls: 300 };
const ANSWER = '{"predictions":[{"score":0.01,"predicted_label":0}]}';
/** The time of the endpoint, as of a small model. */
const ENDPOINT_TIME_IN_MS = 5;
const BASE = "the same model without capture";

/** What one process measured. */
interface CaptureCost {
  /** The time from the load of the module, with the registration of the extension, to the first answer. */
  readonly coldInMs: number;
  /** Per call. */
  readonly cpuInMs: number;
  /** The median of single calls, until the answer. */
  readonly answerInMs: number;
  /** The median of single calls, until Lambda may freeze the process: the billed time. */
  readonly invocationInMs: number;
}

/**
 * Compares the handler of a model that stores every request with the same handler without capture. Both call the same
 * endpoint; S3 and the Extensions API are servers of this process, too, so that the network adds no time.
 */
export async function benchCapture(report: Report, folder: string, size = SIZE): Promise<void> {
  const bundles = [false, true].map(
    (captures) =>
      unzipSync(functionCode("loan-default", { captures }).zip)[captures ? "bundle.js" : "index.js"],
  );
  const [plain = new Uint8Array(), capturing = new Uint8Array()] = bundles;
  const [plainFile, capturingFile] = [
    writeIn(folder, "plain", plain),
    writeIn(folder, "capturing", capturing),
  ];

  const server = http.createServer((incoming, outgoing) => answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { without, withCapture } = await alternate(size.rounds, {
      without: () => measure(plainFile, folder, port, size),
      withCapture: () => measure(capturingFile, folder, port, size),
    });
    const compare = (measured: string, figure: keyof CaptureCost, atMost?: number) =>
      report.add({
        measured: `capture, ${measured}`,
        value: median(withCapture.map((cost) => cost[figure])),
        base: BASE,
        baseValue: median(without.map((cost) => cost[figure])),
        unit: "ms",
        ...(atMost === undefined ? {} : { goal: { atMost } }),
      });
    compare("time until the answer, p50", "answerInMs", 1.1);
    compare("time of an invocation with its write, p50", "invocationInMs");
    compare("CPU time of an invocation", "cpuInMs");
    compare("import, registration and first call", "coldInMs");
  } finally {
    server.close();
    server.closeAllConnections();
  }
  report.add({
    measured: "capture, bundle, gzipped",
    value: gzipSync(capturing, { level: 9 }).length / 1_024,
    base: BASE,
    baseValue: gzipSync(plain, { level: 9 }).length / 1_024,
    unit: "KB",
  });
}

function writeIn(folder: string, name: string, bundle: Uint8Array): string {
  mkdirSync(join(folder, name));
  const file = join(folder, name, "index.js");
  writeFileSync(file, bundle);
  return file;
}

/** The number of events of the Extensions API for each process, by the id of its extension. */
const events = new Map<string, number>();

/** Answers as the endpoint, as S3, and as the Extensions API, which announces each call at once. */
function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): void {
  const { url = "", headers } = incoming;
  incoming.resume().on("end", () => {
    if (url.endsWith("/extension/register")) {
      const id = `extension-${events.size}`;
      events.set(id, 0);
      outgoing.writeHead(200, { "Lambda-Extension-Identifier": id }).end("{}");
    } else if (url.endsWith("/extension/event/next")) {
      const id = String(headers["lambda-extension-identifier"]);
      const call = events.get(id) ?? 0;
      events.set(id, call + 1);
      const invokedFunctionArn = "arn:aws:lambda:us-east-1:111122223333:function:bench";
      const event = { requestId: `call-${call}`, deadlineMs: Date.now() + 28_000, invokedFunctionArn };
      outgoing.writeHead(200).end(JSON.stringify(event));
    } else if (incoming.method === "PUT") outgoing.writeHead(200).end();
    else
      setTimeout(
        () => outgoing.writeHead(200, { "Content-Type": "application/json" }).end(ANSWER),
        ENDPOINT_TIME_IN_MS,
      );
  });
}

/** Runs a handler in a fresh process. */
function measure(
  file: string,
  folder: string,
  port: number,
  { warmUpCalls, calls }: CaptureSize,
): Promise<CaptureCost> {
  return runProbe({
    program: "capture-probe.cjs",
    file,
    folder,
    port,
    numbers: [warmUpCalls, calls],
    variables: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      CAPTURE_DESTINATION: "s3://bench/bench/AllTraffic",
      CAPTURE_PERCENT: "100",
      CAPTURE_DROP: '["nothing"]',
    },
  });
}
