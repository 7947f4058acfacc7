import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { awsError, predictions, throttled } from "./support/answers";
import { contextWith, ROW, restEvent } from "./support/events";
import { handlerOf } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";
import { makeWaitsShort } from "./support/waits";

let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const EVENT = restEvent(JSON.stringify({ data: ROW }));
/** The time of a route's function, see src/aws/time-budget.ts. */
const FUNCTION_TIMEOUT_IN_MS = 28_000;
/** The maximum time of an answer while the endpoint throttles. */
const MAX_ANSWER_IN_MS = 3_000;
/** The time after a refusal during which the endpoint counts as overloaded. */
const OVERLOAD_IN_MS = 1_000;

const refusals: { what: string; refused: ScriptedAnswer; status: number }[] = [
  { what: "throttles", refused: throttled, status: 429 },
  { what: "throttles without a type", refused: { status: 429 }, status: 429 },
  { what: "fails", refused: awsError("InternalFailure", 500), status: 503 },
  { what: "is unavailable", refused: awsError("ServiceUnavailable", 503), status: 503 },
  { what: "closes every connection", refused: { instead: "close the connection" }, status: 503 },
  { what: "cuts its answers off", refused: { ...predictions(0), instead: "cut off" }, status: 503 },
];

async function invokeIn(handler: ReturnType<typeof handlerOf>): Promise<{ answer: unknown; ms: number }> {
  const start = performance.now();
  const answer = await handler(EVENT, contextWith(FUNCTION_TIMEOUT_IN_MS));
  return { answer, ms: performance.now() - start };
}

/** Moves the clock of the handlers until `jest.restoreAllMocks()`. */
function moveClock(ms: number): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, "now").mockImplementation(() => now() + ms);
}

describe.each(refusals)("an endpoint that $what", ({ refused, status }) => {
  it("receives at most 60 invocations for 20 requests in 20 processes, each answered within 3 s", async () => {
    // Prepare
    endpoint.willAlwaysAnswer(refused);
    const processes = Array.from({ length: 20 }, () => handlerOf(endpoint));

    // Act
    const results = await Promise.all(processes.map(invokeIn));

    // Assess
    expect(results.map(({ answer }) => answer)).toEqual(
      Array(20).fill(expect.objectContaining({ statusCode: status })),
    );
    expect(Math.max(...results.map(({ ms }) => ms))).toBeLessThan(MAX_ANSWER_IN_MS);
    // A closed idle connection is not an attempt at the endpoint.
    const closedBeforehand = refused.instead === "close the connection" ? 20 : 0;
    expect(endpoint.requests.length - closedBeforehand).toBeLessThanOrEqual(60);
  });

  it("receives one invocation for a request after a failed request in the same process", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(refused);
    const handler = handlerOf(endpoint);
    await invokeIn(handler);
    const before = endpoint.requests.length;

    // Act
    const { answer, ms } = await invokeIn(handler);

    // Assess
    expect(answer).toMatchObject({ statusCode: status });
    expect(ms).toBeLessThan(OVERLOAD_IN_MS);
    expect(endpoint.requests.length - before).toBe(1);
    expect(log.lines()).toMatchObject([{ status }, { status, retries: 0 }]);
  });

  it("is retried again after a second", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(refused);
    const handler = handlerOf(endpoint);
    await invokeIn(handler);
    moveClock(OVERLOAD_IN_MS + 50);

    // Act
    await invokeIn(handler);

    // Assess
    expect(log.lines()).toMatchObject([{ status }, { status, retries: 2 }]);
  });

  it("is retried again after a success", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(refused);
    const handler = handlerOf(endpoint);
    await invokeIn(handler);
    endpoint.willAnswer(predictions(0), refused, refused, predictions(1));

    // Act
    const answers = [(await invokeIn(handler)).answer, (await invokeIn(handler)).answer];

    // Assess
    expect(answers).toMatchObject([
      { statusCode: 200, body: '"repaid"' },
      { statusCode: 200, body: '"defaulted"' },
    ]);
  });
});

it("20 requests in one process while the endpoint throttles make 22 invocations", async () => {
  // Prepare
  makeWaitsShort();
  endpoint.willAlwaysAnswer(throttled);
  const handler = handlerOf(endpoint);

  // Act
  for (let request = 1; request <= 20; request++) await invokeIn(handler);

  // Assess
  expect(endpoint.requests).toHaveLength(3 + 19);
  expect(log.lines()).toMatchObject(Array(20).fill({ status: 429 }));
});

it("an endpoint that throttles slowly is not retried after 1.5 s", async () => {
  // Prepare
  endpoint.willAlwaysAnswer({ ...throttled, delayInMs: 1_600 });
  const handler = handlerOf(endpoint);

  // Act
  const { answer, ms } = await invokeIn(handler);

  // Assess
  expect(answer).toMatchObject({ statusCode: 429, headers: { "Retry-After": "1" } });
  expect(ms).toBeLessThan(MAX_ANSWER_IN_MS);
  expect(endpoint.requests).toHaveLength(1);
});

it("a starting endpoint is retried for longer than 1.5 s, and the time of the start does not count as throttling", async () => {
  // Prepare
  jest.spyOn(Math, "random").mockReturnValue(0.6);
  const waking = awsError("ModelNotReadyException", 429);
  endpoint.willAnswer(waking, waking, waking, waking, throttled, throttled, predictions(1));
  const handler = handlerOf(endpoint);

  // Act
  const { answer, ms } = await invokeIn(handler);

  // Assess: 120 + 240 + 480 + 960 ms for the starting endpoint
  expect(answer).toMatchObject({ statusCode: 200, body: '"defaulted"' });
  expect(ms).toBeGreaterThan(1_790);
});
