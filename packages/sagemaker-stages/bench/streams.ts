import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dev } from "../examples/storyteller/environments/dev";
import { STORYTELLER, synthesizeStoryteller } from "../tests/local/support/storyteller";
import type { Report } from "./report";
import { Caller } from "./streams-caller";
import { BenchContainer } from "./streams-container";
import type { StageReport } from "./streams-stage";

/** The size of the measurement. Tests measure a small size. */
export interface StreamsSize {
  /** The streams that are open at the same time. */
  readonly concurrentStreams: number;
  /** The numbers of concurrent streams whose first byte is measured. */
  readonly firstByteStreams: readonly number[];
  /** The measured first bytes of each number. */
  readonly firstBytes: number;
  /** The streams of each process before its first byte is measured. */
  readonly warmUpStreams: number;
  /** The time between two events of a stream. */
  readonly eventIntervalInMs: number;
  /** The time in which the callers do not read. */
  readonly unreadInMs: number;
  /** The time in which functions end after their callers left. */
  readonly settleInMs: number;
  /** The callers who leave one after the other. */
  readonly singleLeavers: number;
  /** The callers of a smaller group that leaves at once. */
  readonly leavingGroup: number;
}

const SIZE: StreamsSize = {
  concurrentStreams: 1_000,
  firstByteStreams: [1, 10, 100],
  firstBytes: 300,
  // Node.js compiles the code in the first streams.
  warmUpStreams: 10,
  eventIntervalInMs: 1_000,
  // The buffers are full after a part of this time.
  unreadInMs: 10_000,
  settleInMs: 5_000,
  singleLeavers: 50,
  leavingGroup: 100,
};

/** The time between two events of the open streams while other streams start. */
const OPEN_INTERVAL_IN_MS = 1_000;

/**
 * The container sends its first chunk after this time for each concurrent stream. So callers open at most 100 streams per
 * second, and the measurements differ in the number of streams only.
 */
const FIRST_CHUNK_DELAY_IN_MS = 10;
/** The time that the stage may add to the container's first chunk. */
const MAX_DELAY_IN_MS = 20;

/** The growth of the stage's memory while the streams run. */
const MAX_GROWTH = 1.25;
/** The memory of the stage for one stream whose caller does not read. */
const MAX_STREAM_IN_MB = 1;
/** The time until the container notices that a caller has left. */
const MAX_DISCONNECT_IN_MS = 1_000;

/** The example app without limits for the number of callers, and without its page. */
const { website: _website, ...withoutPage } = dev;
const ENVIRONMENT = {
  ...withoutPage,
  stage: { ...dev.stage, throttling: { rateLimit: 10_000, burstLimit: 5_000 } },
};
const ROUTE = `/${ENVIRONMENT.name}/v1/chat/completions`;

/**
 * Measures the streamed answers of the example app `storyteller`, whose handler is generated: the delay of the first byte, the
 * memory of the stage with many concurrent streams, and the time until the endpoint is free after callers left.
 *
 * @param folder - for temporary files
 * @param seconds - the time for which the concurrent streams stay open
 */
export async function benchStreams(
  report: Report,
  folder: string,
  seconds: number,
  size = SIZE,
): Promise<void> {
  const outdir = join(folder, "streams");
  synthesizeStoryteller(outdir, [ENVIRONMENT]);
  const container = new BenchContainer();
  await container.listen();
  let stage: StageProcess | undefined;
  try {
    stage = await StageProcess.start([outdir, ENVIRONMENT.name, STORYTELLER, container.url]);
    for (const streams of size.firstByteStreams) {
      await measureFirstByte(report, stage, container, streams, size);
    }
    await measureFewLeavers(report, stage, container, size);
    // The account's concurrency of 1,000 does not permit another function, also not one that still writes its log line.
    await sleep(size.settleInMs);
    await measureConcurrent(report, stage, container, seconds, size);
  } finally {
    await stage?.stop();
    container.close();
  }
}

/** The delay between the container's first chunk and the caller's first byte. */
async function measureFirstByte(
  report: Report,
  { url }: StageProcess,
  container: BenchContainer,
  concurrent: number,
  { firstBytes, warmUpStreams }: StreamsSize,
): Promise<void> {
  const delays: number[] = [];
  const call = async (): Promise<number> => {
    const caller = new Caller(url);
    await caller.started;
    container.end(caller.name);
    await caller.complete();
    return caller.firstByteAt - (container.firstChunkAt.get(caller.name) ?? Number.NaN);
  };
  // As many processes as streams.
  const first = await openAll(url, container, concurrent);
  for (const { name } of first) container.end(name);
  await Promise.all(first.map((caller) => caller.complete()));
  container.firstChunkDelayInMs = FIRST_CHUNK_DELAY_IN_MS * concurrent;
  await Promise.all(
    first.map(async (_, index) => {
      await sleep(FIRST_CHUNK_DELAY_IN_MS * index);
      for (let stream = 0; stream < warmUpStreams; stream++) await call();
      while (delays.length < firstBytes) delays.push(await call());
    }),
  );
  container.firstChunkDelayInMs = 0;
  const streams = concurrent === 1 ? "1 stream" : `${concurrent} concurrent streams`;
  for (const name of ["p50", "p99"] as const) {
    report.add({
      measured: `delay of the first byte behind the container's first chunk with ${streams}, ${name}`,
      value: spreadOf(delays)[name],
      base: `the limit of ${MAX_DELAY_IN_MS} ms`,
      baseValue: MAX_DELAY_IN_MS,
      unit: "ms",
      goal: { atMost: 1 },
    });
  }
}

/** The time until the endpoint is free for callers who leave one by one, and for a group that leaves at once. */
async function measureFewLeavers(
  report: Report,
  stage: StageProcess,
  container: BenchContainer,
  { singleLeavers, leavingGroup }: StreamsSize,
): Promise<void> {
  const callers = await openAll(stage.url, container, singleLeavers + leavingGroup);
  const singles: number[] = [];
  for (const caller of callers.slice(0, singleLeavers)) singles.push(...(await leave([caller], container)));
  reportLeavers(report, "of a caller who leaves alone", singles);
  const group = callers.slice(singleLeavers);
  reportLeavers(report, `of ${group.length} callers who leave at once`, await leave(group, container));
}

async function measureConcurrent(
  report: Report,
  stage: StageProcess,
  container: BenchContainer,
  seconds: number,
  { concurrentStreams, eventIntervalInMs, unreadInMs }: StreamsSize,
): Promise<void> {
  const startedAt = performance.now();
  const callers = await openAll(stage.url, container, concurrentStreams);
  requireOpen(callers, container, "before the measurement");
  report.note(
    `${concurrentStreams} streams opened in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: each stream needs a process of the function`,
  );
  const before = await stage.report();
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    container.writeAll();
    await sleep(eventIntervalInMs);
  }
  const after = await stage.report();
  requireOpen(callers, container, "after the measurement");
  report.add({
    measured: `memory of the local stage after ${seconds} s of ${concurrentStreams} concurrent streams`,
    value: after.stageInMb,
    base: "its memory at their start",
    baseValue: before.stageInMb,
    unit: "MB",
    goal: { atMost: MAX_GROWTH },
  });
  if (before.processes > 0) {
    report.add({
      measured: `memory of the function's processes after ${seconds} s of ${concurrentStreams} concurrent streams`,
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

  for (const caller of callers) caller.pause();
  const stop = container.floodAll();
  await sleep(unreadInMs);
  const flooded = await stage.report();
  stop();
  report.add({
    measured: `memory of the local stage for each of ${concurrentStreams} streams whose callers do not read`,
    value: Math.max(0, flooded.stageInMb - after.stageInMb) / concurrentStreams,
    base: `${MAX_STREAM_IN_MB} MB`,
    baseValue: MAX_STREAM_IN_MB,
    unit: "MB",
    goal: { atMost: 1 },
  });
  requireOpen(callers, container, "after the callers did not read");

  const times = await leave(callers, container);
  reportLeavers(report, `of ${concurrentStreams} callers who leave at once`, times);
}

/** Opens streams, and waits for the first byte of each. */
async function openAll(url: string, container: BenchContainer, count: number): Promise<Caller[]> {
  const callers = Array.from({ length: count }, () => new Caller(url));
  // The stage ends a stream without data after API Gateway's 5 minutes, and the last process can start later.
  const events = setInterval(() => container.writeAll(), OPEN_INTERVAL_IN_MS);
  try {
    await Promise.all(callers.map(({ started }) => started));
  } finally {
    clearInterval(events);
  }
  return callers;
}

/** Makes callers leave at once. @returns for each caller, the milliseconds until the container's answer is closed */
async function leave(callers: readonly Caller[], container: BenchContainer): Promise<number[]> {
  for (const caller of callers) caller.leave();
  await container.closed(callers.map(({ name }) => name));
  await Promise.all(callers.map(({ ended }) => ended));
  return callers.map(({ name, leftAt }) => (container.closedAt.get(name) ?? Number.NaN) - leftAt);
}

function reportLeavers(report: Report, whose: string, times: readonly number[]): void {
  const spread = spreadOf(times);
  for (const name of ["p50", "p99", "max"] as const) {
    report.add({
      measured: `time until the container's answer is closed ${whose}, ${name}`,
      value: spread[name],
      base: `the limit of ${MAX_DISCONNECT_IN_MS} ms`,
      baseValue: MAX_DISCONNECT_IN_MS,
      unit: "ms",
      goal: { atMost: 1 },
    });
  }
}

/** The median, the 99th percentile and the maximum. */
function spreadOf(values: readonly number[]): {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** @throws Error if streams have ended: a measurement of fewer streams would say nothing about all of them */
function requireOpen(callers: readonly Caller[], container: BenchContainer, when: string): void {
  const open = Math.min(callers.filter(({ isOpen }) => isOpen).length, container.openAnswers);
  if (open < callers.length) {
    throw new Error(`streams ${when}: got ${open} open streams; allowed: ${callers.length}`);
  }
}

/** The process of the stage. */
class StageProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** The address of the route. */
    readonly url: string,
  ) {}

  /** @param words - the arguments of the process */
  static async start(words: readonly string[]): Promise<StageProcess> {
    const child = fork(join(__dirname, "streams-stage.ts"), words, {
      execArgv: ["--expose-gc", "--import", "tsx"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (status) => reject(new Error(`the stage ended with status ${status}`)));
    });
    const { url } = await reportOf(child);
    return new StageProcess(child, `${url}${ROUTE}`);
  }

  report(): Promise<StageReport> {
    return reportOf(this.child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.disconnect();
    await ended;
  }
}

async function reportOf(child: ChildProcess): Promise<StageReport> {
  return await new Promise((resolve, reject) => {
    const fail = (status: number | null) => reject(new Error(`the stage ended with status ${status}`));
    child.once("exit", fail);
    child.once("message", (report) => {
      child.off("exit", fail);
      resolve(report as StageReport);
    });
    child.send("report");
  });
}
