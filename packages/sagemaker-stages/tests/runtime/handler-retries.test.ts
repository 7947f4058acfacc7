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

describe("another try after a wait", () => {
  it.each<{ what: string; first: ScriptedAnswer }>([
    { what: "throttling", first: throttled },
    { what: "an internal failure", first: awsError("InternalFailure", 500) },
    { what: "an endpoint that wakes up", first: awsError("ModelNotReadyException", 429) },
    { what: "a service that is unavailable", first: awsError("ServiceUnavailable", 503) },
    { what: "an answer cut off in the middle", first: { ...predictions(0), instead: "cut off" } },
  ])("brings the answer after $what", async ({ first }) => {
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

  it("sends the same request, and goes on until a waking endpoint answers", async () => {
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

  it("waits a random time below a bound that doubles", async () => {
    // Prepare
    const random = jest.spyOn(Math, "random").mockReturnValue(0.5);
    const waking = awsError("ModelNotReadyException", 429);
    endpoint.willAnswer(waking, waking, waking, predictions(0));
    const handler = handlerOf(endpoint);
    const start = performance.now();

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess: 100 + 200 + 400 ms; a timer may be one millisecond early
    expect(performance.now() - start).toBeGreaterThanOrEqual(697);
    expect(random).toHaveBeenCalledTimes(3);
  });

  it("is not made where the wait would use up the time", async () => {
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

  it.each([800, 1_200])(
    "ends with the time: of %i ms, half a second is kept in reserve",
    async (remainingInMs) => {
      // Prepare
      makeWaitsShort();
      endpoint.willAlwaysAnswer(awsError("ModelNotReadyException", 429));
      const handler = handlerOf(endpoint);
      const context = contextWith(remainingInMs);

      // Act
      const answer = await handler(REQUEST, context);

      // Assess
      expect(answer).toMatchObject({ status: 503 });
      expect(context.getRemainingTimeInMillis()).toBeGreaterThan(250);
      expect(endpoint.requests.length).toBeGreaterThan(2);
      expect(log.lines()).toMatchObject([{ retries: endpoint.requests.length - 1 }]);
    },
  );

  it("ends with the time also where the last try is not answered", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAnswer(throttled, { instead: "never" });
    const handler = handlerOf(endpoint);
    const context = contextWith(900);

    // Act
    const answer = await handler(REQUEST, context);

    // Assess
    expect(answer).toMatchObject({ status: 504 });
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(250);
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe("no other try", () => {
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

describe("another try at once, on a new connection", () => {
  it("when a kept connection is destroyed as the next request comes on it", async () => {
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

  it("when that happens to a kept connection other than the one opened beforehand", async () => {
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

  it("when the connection opened beforehand is destroyed as the first request comes on it", async () => {
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
  ])("when the connection opened beforehand was $how before the first request", async ({ close }) => {
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
  ])("when a kept connection was $how between two requests", async ({ close }) => {
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

  it("but not when a new connection is destroyed: that says something about the endpoint", async () => {
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
