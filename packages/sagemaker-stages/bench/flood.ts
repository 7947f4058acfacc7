import { prod } from "../tests/fixtures/app/environments/prod";
import type { Request } from "../tests/local/support/client";
import { ContainerServer } from "../tests/local/support/container-server";
import { flood, offer, statuses } from "../tests/local/support/load";
import { ProjectCopy } from "../tests/local/support/project";
import { RunningStage } from "../tests/local/support/running-stage";
import { sign } from "../tests/local/support/signing";
import type { Report } from "./report";

const FLOOD_CONNECTIONS = 50;
/** A low rate, so that the machine's cores are enough for the flood and another route. */
const OFFERED_PER_SECOND = 20;
const ROW = "52000.5,8500,36";

/** The milliseconds from the first request to the last answer. @throws Error if an answer is not 200 */
async function timeOffered(stage: RunningStage, request: Request, count: number): Promise<number> {
  const start = performance.now();
  const answers = await offer(stage.url, request, { perSecond: OFFERED_PER_SECOND, count });
  const inMs = performance.now() - start;
  const failed = answers.filter(({ status }) => status !== 200);
  if (failed.length > 0) throw new Error(`another route answered ${JSON.stringify(statuses(failed))}`);
  return inMs;
}

/** Measures another route with a low, fixed rate during a flood of prod's public route. */
export async function benchFlood(report: Report, seconds: number): Promise<void> {
  const project = new ProjectCopy();
  project.setEnvironments(prod);
  const container = new ContainerServer();
  container.answer = () => ({ contentType: "text/csv", body: "0.9" });
  container.answerTimeInMs = 1_000;
  await container.listen();
  const stage = await RunningStage.serve(project, ["prod", "--container", `ticket-urgency=${container.url}`]);
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
    const count = seconds * OFFERED_PER_SECOND;
    // The first requests start the processes of the functions.
    await timeOffered(stage, other, OFFERED_PER_SECOND);
    await flood(stage.url, flooding, { connections: FLOOD_CONNECTIONS, durationInMs: 5_000 });

    const alone = await timeOffered(stage, other, count);
    const [flooded, beside] = await Promise.all([
      flood(stage.url, flooding, { connections: FLOOD_CONNECTIONS, durationInMs: seconds * 1_000 }),
      timeOffered(stage, other, count),
    ]);
    report.add({
      measured: `another route's throughput during a flood of prod's public route by ${FLOOD_CONNECTIONS} connections for ${seconds} s`,
      value: (count / beside) * 1_000,
      base: "the route's throughput without a flood",
      baseValue: (count / alone) * 1_000,
      unit: "requests a second",
    });
    const refused = flooded.filter(({ status }) => status !== 200);
    const slowest = Math.max(...refused.map(({ tookInMs }) => tookInMs));
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
    await stage.kill();
    await container.close();
    project.remove();
  }
}
