import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { awsError, predictions, throttled } from "./support/answers";
import { contextWith, ROW } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerOf } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";
import { makeWaitsEndless, makeWaitsShort } from "./support/waits";

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

const REQUEST = { data: ROW };

describe("a retry after a wait", () => {
  it.each<{ what: string; first: ScriptedAnswer }>([
    { what: "throttling", first: throttled },
    { what: "an internal failure", first: awsError("InternalFailure", 500) },
    { what: "a starting endpoint", first: awsError("ModelNotReadyException", 429) },
    { what: "an unavailable service", first: awsError("ServiceUnavailable", 503) },
    { what: "an answer cut off in the middle", first: { ...predictions(0), instead: "cut off" } },
  ])("returns the answer after $what", async ({ first }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAnswer(first, predictions(1));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests).toHaveLength(2);
    expect(log.lines()).toMatchObject([{ status: 200, retries: 1 }]);
  });

  it("sends the same request until a starting endpoint answers", async () => {
    // Prepare
    makeWaitsShort();
    const waking = awsError("ModelNotReadyException", 429);
    endpoint.willAnswer(waking, throttled, waking, waking, awsError("InternalFailure", 500), predictions(1));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ path, body }) => ({ path, body }))).toEqual(
      Array(6).fill({ path: "/endpoints/dev-loan-default-endpoint/invocations", body: ROW }),
    );
    expect(log.lines()).toMatchObject([{ status: 200, retries: 5 }]);
  });

  it("waits a random time below a limit that doubles", async () => {
    // Prepare
    const random = jest.spyOn(Math, "random").mockReturnValue(0.5);
    const waking = awsError("ModelNotReadyException", 429);
    endpoint.willAnswer(waking, waking, waking, predictions(0));
    const handler = handlerOf(endpoint);
    const start = performance.now();

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess: 100 + 200 + 400 ms; a timer can be one millisecond early
    expect(performance.now() - start).toBeGreaterThanOrEqual(697);
    expect(random).toHaveBeenCalledTimes(3);
  });

  it("does not happen when the wait is longer than the time left", async () => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAlwaysAnswer(throttled);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ status: 429 });
    expect(endpoint.requests).toHaveLength(1);
    expect(log.lines()).toMatchObject([{ retries: 0 }]);
  });

  it.each([1_200, 2_000])("ends before the timeout when the time is %i ms", async (remainingInMs) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(awsError("ModelNotReadyException", 429));
    const handler = handlerOf(endpoint);
    const context = contextWith(remainingInMs);

    // Act
    const answer = await handler(REQUEST, context);

    // Assess
    expect(answer).toMatchObject({ status: 503 });
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(endpoint.requests.length).toBeGreaterThan(2);
    expect(log.lines()).toMatchObject([{ retries: endpoint.requests.length - 1 }]);
  });

  it("ends when the time is over, even if the last attempt has no answer", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAnswer(throttled, { instead: "never" });
    const handler = handlerOf(endpoint);
    const context = contextWith(900);

    // Act
    const answer = await handler(REQUEST, context);

    // Assess
    expect(answer).toMatchObject({ status: 504 });
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe("no retry follows", () => {
  it.each([
    { what: "an error of the model", refusal: awsError("ModelError", 424) },
    { what: "a request that SageMaker refuses", refusal: awsError("ValidationError", 400) },
    { what: "a missing permission", refusal: awsError("AccessDeniedException", 403) },
  ])("after $what", async ({ refusal }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAnswer(refusal, predictions(0));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ status: 502 });
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe("an immediate retry on a new connection follows", () => {
  it("when the server destroys an idle connection on the next request", async () => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer(predictions(0), { instead: "close the connection" }, predictions(1));
    const handler = handlerOf(endpoint);
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    expect(log.lines()).toMatchObject([{ retries: 0 }, { status: 200, retries: 1 }]);
  });

  it("when the server destroys an idle connection that was opened later", async () => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer(predictions(0), { instead: "close the connection" }, predictions(1));
    const handler = handlerOf(endpoint);
    await endpoint.connected(1);
    await endpoint.closeConnections();
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([2, 2, 3]);
  });

  it("when the server destroys the first connection on the first request", async () => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer({ instead: "close the connection" }, predictions(1));
    const handler = handlerOf(endpoint);
    await endpoint.connected(1);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 2]);
    expect(log.lines()).toMatchObject([{ status: 200, retries: 1 }]);
  });

  it.each([
    { how: "closed", close: () => endpoint.closeConnections() },
    { how: "reset", close: () => endpoint.resetConnections() },
  ])("when the first connection was $how before the first request", async ({ close }) => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer(predictions(1));
    const handler = handlerOf(endpoint);
    await endpoint.connected(1);
    await close();

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([2]);
  });

  it.each([
    { how: "closed", close: () => endpoint.closeConnections() },
    { how: "reset", close: () => endpoint.resetConnections() },
  ])("when an idle connection was $how between two requests", async ({ close }) => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer(predictions(0), predictions(1));
    const handler = handlerOf(endpoint);
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));
    await close();

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("defaulted");
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it("but not when the server destroys a new connection", async () => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAnswer(
      { instead: "close the connection" },
      { instead: "close the connection" },
      predictions(1),
    );
    const handler = handlerOf(endpoint);
    await endpoint.connected(1);

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ status: 503 });
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 2]);
    expect(log.lines()).toMatchObject([{ status: 503, retries: 1, error: { type: "ECONNRESET" } }]);
  });
});
