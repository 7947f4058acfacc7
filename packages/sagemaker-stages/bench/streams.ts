import { type ChildProcess, fork } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { median } from "./measure";
import type { Report } from "./report";
import type { StageReport } from "./streams-stage";

const CONCURRENT_STREAMS = 1_000;
/** The streams whose first byte is measured, one after the other, after as many streams that warm up the processes. */
const MEASURED_STREAMS = 200;
const CHUNK_INTERVAL_IN_MS = 1_000;
const CHUNK = "x".repeat(100);

/** The time that the stage may add to the container's first chunk. */
const MAX_DELAY_IN_MS = 20;
/** The growth of the stage's memory while the streams run. */
const MAX_GROWTH = 1.25;
/** The memory of the stage for one stream whose caller does not read. */
const MAX_STREAM_IN_MB = 1;

/** The time until the container notices that the callers of all streams left. */
const MAX_DISCONNECT_IN_MS = 1_000;

/** The time for the start of one process per stream. */
const OPEN_TIMEOUT_IN_MS = 10 * 60_000;

/** Measures streamed answers: the delay of the first byte, and the memory of the stage with many concurrent streams. */
export async function benchStreams(report: Report, seconds: number): Promise<void> {
  const container = new Container();
  await container.listen();
  const stage = await StageProcess.start(container.url);
  try {
    await measureFirstByte(report, stage, container);
    await measureConcurrent(report, stage, container, seconds);
  } finally {
    await stage.stop();
    container.close();
  }
}

/** The delay between the container's first chunk and the caller's first byte. */
async function measureFirstByte(report: Report, stage: StageProcess, container: Container): Promise<void> {
  const { url } = await stage.report();
  const delays: number[] = [];
  for (let index = 0; index < 2 * MEASURED_STREAMS; index++) {
    const stream = new Stream(url);
    await stream.started;
    if (index >= MEASURED_STREAMS) delays.push(stream.firstByteAt - container.firstChunkAt);
    container.endAll();
    await stream.ended;
  }
  const sorted = delays.sort((a, b) => a - b);
  const base = `the limit of ${MAX_DELAY_IN_MS} ms`;
  const goal = { atMost: 1 };
  const add = (name: string, value: number) =>
    report.add({
      measured: `delay of the first byte behind the container's first chunk, ${name}`,
      value,
      base,
      baseValue: MAX_DELAY_IN_MS,
      unit: "ms",
      goal,
    });
  add("p50", median(sorted));
  add("p99", sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN);
}

async function measureConcurrent(
  report: Report,
  stage: StageProcess,
  container: Container,
  seconds: number,
): Promise<void> {
  const { url } = await stage.report();
  const startedAt = performance.now();
  const streams = Array.from({ length: CONCURRENT_STREAMS }, () => new Stream(url));
  // The stage ends a stream without data after API Gateway's 5 minutes, and the last process can start later.
  const chunks = setInterval(() => container.writeAll(CHUNK), CHUNK_INTERVAL_IN_MS);
  try {
    await Promise.all(streams.map(({ started }) => started));
  } finally {
    clearInterval(chunks);
  }
  requireOpen(streams, container, "before the measurement");
  report.note(
    `${CONCURRENT_STREAMS} streams opened in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: each stream starts a process of the function`,
  );
  const before = await stage.report();
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    container.writeAll(CHUNK);
    await new Promise((resolve) => setTimeout(resolve, CHUNK_INTERVAL_IN_MS));
  }
  const after = await stage.report();
  requireOpen(streams, container, "after the measurement");
  report.add({
    measured: `memory of the local stage after ${seconds} s of ${CONCURRENT_STREAMS} concurrent streams`,
    value: after.stageInMb,
    base: "its memory at their start",
    baseValue: before.stageInMb,
    unit: "MB",
    goal: { atMost: MAX_GROWTH },
  });
  if (before.processes > 0) {
    report.add({
      measured: `memory of the function's processes after ${seconds} s of ${CONCURRENT_STREAMS} concurrent streams`,
      value: after.processesInMb,
      base: "their memory at the start of the streams",
      baseValue: before.processesInMb,
      unit: "MB",
      goal: { atMost: MAX_GROWTH },
    });
    report.note(
      `${after.processes} processes of the function: ${(after.processesInMb / after.processes).toFixed(1)} MB each, shared memory divided`,
    );
  }

  for (const stream of streams) stream.pause();
  const stop = container.floodAll();
  await new Promise((resolve) => setTimeout(resolve, Math.max(5, seconds) * 1_000));
  const flooded = await stage.report();
  stop();
  report.add({
    measured: `memory of the local stage for each of ${CONCURRENT_STREAMS} streams whose callers do not read`,
    value: Math.max(0, flooded.stageInMb - after.stageInMb) / CONCURRENT_STREAMS,
    base: `${MAX_STREAM_IN_MB} MB`,
    baseValue: MAX_STREAM_IN_MB,
    unit: "MB",
    goal: { atMost: 1 },
  });
  requireOpen(streams, container, "after the callers did not read");

  const leftAt = performance.now();
  for (const stream of streams) stream.leave();
  await container.allClosed();
  report.add({
    measured: `time until the container's ${CONCURRENT_STREAMS} answers are closed after all callers left`,
    value: performance.now() - leftAt,
    base: `the limit of ${MAX_DISCONNECT_IN_MS} ms`,
    baseValue: MAX_DISCONNECT_IN_MS,
    unit: "ms",
    goal: { atMost: 1 },
  });
  await Promise.all(streams.map(({ ended }) => ended));
}

/** @throws Error if streams have ended: a measurement of fewer streams would say nothing about all of them */
function requireOpen(streams: readonly Stream[], container: Container, when: string): void {
  const open = Math.min(streams.filter(({ isOpen }) => isOpen).length, container.openAnswers);
  if (open < CONCURRENT_STREAMS) {
    throw new Error(`streams ${when}: got ${open} open streams; allowed: ${CONCURRENT_STREAMS}`);
  }
}

/** A stream whose first chunk the container sends at once. */
class Stream {
  /** Resolves at the first byte of the body. */
  readonly started: Promise<void>;
  /** Resolves at the end of the connection: whether the answer was complete. */
  readonly ended: Promise<boolean>;
  /** The time of the first byte, by `performance.now()`. */
  firstByteAt = Number.NaN;
  private incoming: http.IncomingMessage | undefined;
  private isEnded = false;

  constructor(url: string) {
    let end: (isComplete: boolean) => void = () => {};
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.started = new Promise((resolve, reject) => {
      const outgoing = http.request(`${url}/dev/loan-default`, {
        method: "POST",
        agent: false,
        headers: { "Content-Type": "text/plain" },
        timeout: OPEN_TIMEOUT_IN_MS,
      });
      outgoing.on("error", (error) => {
        reject(error);
        end(false);
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("response", (incoming) => {
        this.incoming = incoming;
        if (incoming.statusCode !== 200) reject(new Error(`status ${incoming.statusCode}`));
        incoming.once("data", () => {
          this.firstByteAt = performance.now();
          resolve();
        });
        incoming.on("data", () => undefined);
        incoming.on("error", () => end(false));
        incoming.on("close", () => {
          this.isEnded = true;
          end(incoming.complete);
        });
      });
      outgoing.end("{}");
    });
  }

  /** Whether the answer has started and not ended. */
  get isOpen(): boolean {
    return this.incoming !== undefined && !this.isEnded;
  }

  pause(): void {
    this.incoming?.pause();
  }

  /** Closes the connection before the end of the answer. */
  leave(): void {
    this.incoming?.destroy();
  }
}

/** A container whose answers stay open. */
class Container {
  /** The time of the newest first chunk, by `performance.now()`. */
  firstChunkAt = Number.NaN;
  private readonly answers = new Set<http.ServerResponse>();
  private readonly server = http.createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => {
      this.answers.add(outgoing);
      outgoing.on("close", () => this.answers.delete(outgoing));
      outgoing.writeHead(200, { "Content-Type": "text/plain" });
      this.firstChunkAt = performance.now();
      outgoing.write(CHUNK);
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get openAnswers(): number {
    return this.answers.size;
  }

  /** Waits until the readers of all answers have closed them. @throws Error if some are open after a minute */
  async allClosed(): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (this.answers.size > 0) {
      if (performance.now() > deadline) {
        throw new Error(`answers of the container: got ${this.answers.size} open; allowed: 0 after 60 s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  writeAll(chunk: string): void {
    for (const answer of this.answers) answer.write(chunk);
  }

  /** Writes to each answer as fast as its reader reads. @returns stops the writes */
  floodAll(): () => void {
    let isOver = false;
    const chunk = "x".repeat(16 * 1_024);
    const flood = (answer: http.ServerResponse): void => {
      while (!isOver && !answer.destroyed && answer.write(chunk));
      if (!isOver) answer.once("drain", () => flood(answer));
    };
    for (const answer of this.answers) flood(answer);
    return () => {
      isOver = true;
    };
  }

  endAll(): void {
    for (const answer of this.answers) answer.end();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** The process of the stage. */
class StageProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(containerUrl: string): Promise<StageProcess> {
    const child = fork(join(__dirname, "streams-stage.ts"), [containerUrl], {
      execArgv: ["--expose-gc", "--import", "tsx"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (status) => reject(new Error(`the stage ended with status ${status}`)));
    });
    return new StageProcess(child);
  }

  async report(): Promise<StageReport> {
    return await new Promise((resolve) => {
      this.child.once("message", (report) => resolve(report as StageReport));
      this.child.send("report");
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.disconnect();
    await ended;
  }
}
