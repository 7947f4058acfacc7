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

/** Of another route, while the flood goes on: few, so that the cores of this machine are enough for both. */
const OTHER_REQUESTS = { perSecond: 10, count: 20 };

/** prod's route that everybody can call. */
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

/** How many invocations prod's endpoint takes at once, and how many executions its function can have. */
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
    "holds the executions that the function reserves, and no more",
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
    "leaves another route its throughput, and no caller waits long because of throttling",
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
      expect(Math.max(...throttledInMs)).toBeLessThan(3_000);
    },
    FLOOD_TIMEOUT_IN_MS,
  );
});

/** Milliseconds of the function's requests that ended with this status, by its log, from there on in the output. */
function logged(from: number, status: number): number[] {
  return stage.output
    .slice(from)
    .split("\n")
    .filter((line) => line.startsWith('{"requestId"'))
    .map((line): { model: string; status: number; totalMs: number } => JSON.parse(line))
    .filter((line) => line.model === "ticket-urgency" && line.status === status)
    .map(({ totalMs }) => totalMs);
}
