import { prod } from "../tests/fixtures/app/environments/prod";
import type { Request } from "../tests/local/support/client";
import { ContainerServer } from "../tests/local/support/container-server";
import { type Answered, flood, offer, statuses } from "../tests/local/support/load";
import { sign } from "../tests/local/support/signing";
import type { Report } from "./report";
import { type BenchStage, startStage } from "./stage";

/** The size of the measurement. Tests measure a small size. */
export interface FloodSize {
  /** The connections of the flood. */
  readonly connections: number;
  /** The rate of the other route. */
  readonly offeredPerSecond: number;
  /** The flood before the measurement. */
  readonly warmUpInMs: number;
  /** The time in which the flooded model answers. */
  readonly answerTimeInMs: number;
  /** The longest further flood if no answer was refused. @default 30 seconds */
  readonly maxUnrefusedInMs?: number;
}

const SIZE: FloodSize = {
  connections: 50,
  // A low rate, so that the machine's cores are enough for the flood and another route.
  offeredPerSecond: 20,
  warmUpInMs: 5_000,
  answerTimeInMs: 1_000,
};
const MAX_UNREFUSED_IN_MS = 30_000;
const ROW = "52000.5,8500,36";

/** The milliseconds from the first request to the last answer. @throws Error if an answer is not 200 */
async function timeOffered(
  stage: BenchStage,
  request: Request,
  count: number,
  perSecond: number,
): Promise<number> {
  const start = performance.now();
  const answers = await offer(stage.url, request, { perSecond, count });
  const inMs = performance.now() - start;
  const failed = answers.filter(({ status }) => status !== 200);
  if (failed.length > 0) throw new Error(`another route answered ${JSON.stringify(statuses(failed))}`);
  return inMs;
}

function refusedOf(answers: readonly Answered[]): readonly Answered[] {
  return answers.filter(({ status }) => status !== 200);
}

/**
 * Measures another route with a low, fixed rate during a flood of prod's public route.
 *
 * @throws Error if the other route fails, or if no answer of the flood is refused
 */
export async function benchFlood(
  report: Report,
  seconds: number,
  {
    connections,
    offeredPerSecond,
    warmUpInMs,
    answerTimeInMs,
    maxUnrefusedInMs = MAX_UNREFUSED_IN_MS,
  } = SIZE,
  serve = startStage,
): Promise<void> {
  const container = new ContainerServer();
  container.answer = () => ({ contentType: "text/csv", body: "0.9" });
  container.answerTimeInMs = answerTimeInMs;
  await container.listen();
  const stage = await serve([prod], { "ticket-urgency": container.url });
  try {
    const flooding = {
      path: "/prod/ticket-urgency",
      headers: { "Content-Type": "text/plain" },
      body: "urgent",
    };
    const other = await sign(stage.url, {
      path: "/prod/loan-default",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ data: ROW }),
    });
    const count = seconds * offeredPerSecond;
    // The first requests start the processes of the functions.
    await timeOffered(stage, other, offeredPerSecond, offeredPerSecond);
    await flood(stage.url, flooding, { connections, durationInMs: warmUpInMs });

    const alone = await timeOffered(stage, other, count, offeredPerSecond);
    const [flooded, beside] = await Promise.all([
      flood(stage.url, flooding, { connections, durationInMs: seconds * 1_000 }),
      timeOffered(stage, other, count, offeredPerSecond),
    ]);
    report.add({
      measured: `another route's throughput during a flood of prod's public route by ${connections} connections for ${seconds} s`,
      value: (count / beside) * 1_000,
      base: "the route's throughput without a flood",
      baseValue: (count / alone) * 1_000,
      unit: "requests a second",
    });
    // A short flood can end before the first refusal on a busy machine.
    const end = performance.now() + maxUnrefusedInMs;
    while (refusedOf(flooded).length === 0) {
      if (performance.now() > end) {
        throw new Error(
          `the flood of ${connections} connections: got the answers ${JSON.stringify(statuses(flooded))}; allowed: a refused answer in ${maxUnrefusedInMs} ms`,
        );
      }
      flooded.push(...(await flood(stage.url, flooding, { connections, durationInMs: answerTimeInMs })));
    }
    const slowest = Math.max(...refusedOf(flooded).map(({ tookInMs }) => tookInMs));
    report.add({
      measured: "slowest answer because of throttling",
      value: slowest / 1_000,
      base: "the limit of 3 s",
      baseValue: 3,
      unit: "s",
      goal: { atMost: 1 },
    });
    report.note(`the flood's answers: ${JSON.stringify(statuses(flooded))}`);
  } finally {
    await stage.stop();
    await container.close();
  }
}
