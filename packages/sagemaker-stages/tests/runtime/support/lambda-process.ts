import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

/** The default memory of a function in MB, see src/constructs/function/new-function.ts. */
export const MEMORY_IN_MB = 256;

/** The options with which Lambda's runtime for Node.js divides a function's memory into the parts of V8's heap. */
const HEAP = [
  `--max-semi-space-size=${Math.floor(MEMORY_IN_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_IN_MB * 0.9)}`,
];

/** The outcome of one invocation. */
export interface Invoked {
  /** Name of the payload. */
  readonly name: string;
  readonly status: number;
  /** The detail, if the answer is a problem. */
  readonly detail: string;
  /** The duration of the handler in milliseconds. */
  readonly ms: number;
  /** The peak resident memory of the process in MB, after the event is parsed and before the handler runs. */
  readonly parsedInMb: number;
  /** The peak resident memory of the process in MB, after the handler ran. */
  readonly peakInMb: number;
}

/** The outcome of a process. */
export interface Ended {
  readonly invoked: readonly Invoked[];
  /** `undefined` if every invocation returned; otherwise the signal or status, and the output of the process. */
  readonly crash: string | undefined;
}

/** Makes payloads, by their names. */
export type Payloads = Readonly<Record<string, () => string>>;

/**
 * Invokes a function's package with several payloads in one process, which has the same heap options as on Lambda. The
 * process reads and parses each payload like Lambda's runtime. While it handles a payload, this process makes the next.
 *
 * @param code - path of the package's `index.js`
 */
export async function invokeAll(
  code: string,
  payloads: Payloads,
  environment: NodeJS.ProcessEnv,
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "payloads-"));
  const { child, ended } = start([...HEAP, "-e", SCRIPT, code], environment);
  try {
    for (const [index, [name, make]] of Object.entries(payloads).entries()) {
      const file = join(folder, `${index}.json`);
      writeFileSync(file, make());
      child.stdin.write(`${JSON.stringify([name, file])}\n`);
      // The endpoint of the function is a server of this process.
      await turn();
    }
    child.stdin.end();
    return await ended;
  } finally {
    // If a payload could not be made, the process waits for the next one.
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/**
 * On Linux, the peak resident memory is read from `/proc`: `maxRSS` starts at the memory of the parent process
 * (getrusage(2): the value survives execve). The parent process is a Jest worker of any size.
 */
const SCRIPT = `
  const STATUS = "/proc/self/status";
  const { existsSync, readFileSync } = require("node:fs");
  const { createInterface } = require("node:readline");
  const [, code] = process.argv;
  const { handler } = require(code);
  process.stdout.write = () => true;
  const peakInKb = () =>
    existsSync(STATUS)
      ? Number(/^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync(STATUS, "utf8"))[1])
      : process.resourceUsage().maxRSS;
  const peakInMb = () => Math.round(peakInKb() / 1024);
  (async () => {
    for await (const line of createInterface({ input: process.stdin })) {
      const [name, file] = JSON.parse(line);
      const event = JSON.parse(readFileSync(file, "utf8"));
      const parsedInMb = peakInMb();
      const start = Date.now();
      const end = start + 28_000;
      const answer = await handler(event, { awsRequestId: "id", getRemainingTimeInMillis: () => end - Date.now() });
      const ms = Date.now() - start;
      const json = JSON.stringify(answer);
      const isProblem = answer?.headers?.["Content-Type"] === "application/problem+json";
      const problem = typeof answer?.body !== "string" ? answer : isProblem ? JSON.parse(answer.body) : {};
      const { status = 200, detail = "" } = typeof problem === "object" && problem !== null ? problem : {};
      console.error(JSON.stringify({ name, status, detail, ms, parsedInMb, peakInMb: peakInMb() }));
    }
    process.exit();
  })();
`;

function start(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, words, { env: environment, stdio: ["pipe", "ignore", "pipe"] });
  // A process that crashed reads no further payloads: its status reports the crash.
  child.stdin.on("error", () => {});
  const ended = new Promise<Ended>((resolve) => {
    let written = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      written += chunk;
    });
    child.on("close", (status, signal) => {
      const lines = written.split("\n").filter((line) => line.startsWith("{"));
      const crash = status === 0 ? undefined : `${signal ?? status}: ${written.slice(-2_000)}`;
      resolve({ invoked: lines.map((line): Invoked => JSON.parse(line)), crash });
    });
  });
  return { child, ended };
}
