import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { prod } from "../fixtures/app/environments/prod";
import type { Request } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { eventually } from "./support/eventually";
import { type Answered, flood, offer, statuses } from "./support/load";
import { ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;
const FLOOD_TIMEOUT_IN_MS = 60_000;

const CONNECTIONS = 50;
const FLOOD_IN_MS = 2_000;

/** The number of requests to another route during the flood. It is low, so that this machine's cores are sufficient. */
const OTHER_REQUESTS = { perSecond: 10, count: 20 };

/** prod's public route. */
const FLOODED: Request = {
  path: "/prod/ticket-urgency",
  headers: { "Content-Type": "text/plain" },
  body: "outage",
};

let project: ProjectCopy;
let container: ContainerServer;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.setEnvironments(prod);
  container = new ContainerServer();
  container.answer = () => ({ contentType: "text/csv", body: "0.9" });
  await container.listen();
  stage = await RunningStage.serve(project, ["prod", "--container", `ticket-urgency=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterEach(() => {
  container.letGo();
});

afterAll(async () => {
  await stage?.kill();
  await container?.close();
  project?.remove();
});

/** The maximum number of concurrent invocations of prod's endpoint, and the reserved concurrency of its function. */
function limits(): { readonly places: number; readonly executions: number } {
  const { "ticket-urgency": ticketUrgency } = prod.models;
  if (ticketUrgency === undefined || !("serverless" in ticketUrgency))
    throw new Error("prod has no such endpoint");
  return {
    places: ticketUrgency.serverless.maxConcurrency,
    executions: ticketUrgency.function?.reservedConcurrency ?? Number.POSITIVE_INFINITY,
  };
}

describe("a flood of prod's public route whose endpoint is busy", () => {
  it(
    "uses only the reserved concurrency of the function",
    async () => {
      // Prepare
      const { places, executions } = limits();
      const answers: Answered[] = [];
      container.hold();

      // Act
      const all = Array.from({ length: CONNECTIONS }, async () => {
        answers.push(...(await flood(stage.url, FLOODED, { connections: 1, durationInMs: 0 })));
      });
      await eventually("the refusals", () => (statuses(answers)[500] ?? 0) >= CONNECTIONS - executions);
      await eventually("a busy endpoint", () => container.held.length === places);
      const refused = statuses(answers)[500];
      container.letGo();
      await Promise.all(all);

      // Assess
      expect(executions).toBe(2 * places);
      expect(refused).toBe(CONNECTIONS - executions);
      const { 200: served = 0, 429: throttled = 0, 500: failed } = statuses(answers);
      expect(served).toBeGreaterThanOrEqual(places);
      expect(served + throttled).toBe(executions);
      expect(failed).toBe(refused);
    },
    FLOOD_TIMEOUT_IN_MS,
  );

  it(
    "does not slow another route, and throttled callers do not wait long",
    async () => {
      // Prepare
      const other = await sign(stage.url, {
        path: "/prod/loan-default",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ data: REPAID_ROW }),
      });
      const { places } = limits();
      container.hold();
      const busy = flood(stage.url, FLOODED, { connections: places, durationInMs: 0 });
      await eventually("a busy endpoint", () => container.held.length === places);
      const before = stage.output.length;

      // Act
      const [flooded, beside] = await Promise.all([
        flood(stage.url, FLOODED, { connections: CONNECTIONS - places, durationInMs: FLOOD_IN_MS }),
        offer(stage.url, other, OTHER_REQUESTS),
      ]);
      container.letGo();
      await busy;

      // Assess
      expect(statuses(beside)).toEqual({ 200: OTHER_REQUESTS.count });
      expect(Object.keys(statuses(flooded))).toEqual(["429", "500"]);
      const throttledInMs = logged(before, 429);
      expect(throttledInMs.length).toBeGreaterThan(0);
      // The handler gives up long before the function's time-out of 28 s. A busy machine needs seconds for its processes.
      expect(Math.max(...throttledInMs)).toBeLessThan(14_000);
    },
    FLOOD_TIMEOUT_IN_MS,
  );
});

/** The durations of the function's requests with a status, in milliseconds, from a position in its log. */
function logged(from: number, status: number): number[] {
  return stage.output
    .slice(from)
    .split("\n")
    .filter((line) => line.startsWith('{"requestId"'))
    .map((line): { model: string; status: number; totalMs: number } => JSON.parse(line))
    .filter((line) => line.model === "ticket-urgency" && line.status === status)
    .map(({ totalMs }) => totalMs);
}
