import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Contract } from "../../src/runtime/contract";
import { MAX_ANSWER_IN_BYTES } from "../../src/runtime/limits";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { contract as languageCheck } from "../fixtures/app/functions/language-check/contract";
import { contract } from "../fixtures/app/functions/loan-default/contract";
import { json, predictions } from "./support/answers";
import { contextWith, functionUrlEvent, ROW, restEvent, restQueryEvent } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, handlerOf, problemOf } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";

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

/** The limit in https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and in Lambda's error. */
const LIMIT = 6_291_556;
const EVENT = restEvent(JSON.stringify({ data: ROW }));
const KINDS = [
  { kind: "a REST event", event: EVENT },
  { kind: "a function URL event", event: functionUrlEvent(JSON.stringify({ data: ROW })) },
  { kind: "a direct event", event: { data: ROW } },
];

/** The loan-default contract with a different answer. */
function answering<Answer>(
  decode: (body: string) => Answer,
): Contract<Parameters<typeof contract.encode>[0], Answer> {
  return { ...contract, decode };
}

it("MAX_ANSWER_IN_BYTES is Lambda's limit", () => {
  // Act
  const limit = MAX_ANSWER_IN_BYTES;

  // Assess
  expect(limit).toBe(LIMIT);
});

describe("the caller gets a 502 with the limit when the endpoint's answer is larger than Lambda can return", () => {
  const detail = `The model's endpoint answered more than ${LIMIT} bytes, the limit of Lambda. Request less at once.`;

  it.each([
    { what: "one byte more than the limit", answered: { body: " ".repeat(LIMIT + 1) } },
    {
      what: "an answer of 8 MB",
      answered: json({ predictions: Array(400_000).fill({ predicted_label: 0 }) }),
    },
    { what: "an error of 8 MB", answered: { status: 500, body: "x".repeat(8_000_000) } },
  ])("$what", async ({ answered }) => {
    // Prepare
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 502 });
    expect(problemOf(answer)).toMatchObject({ status: 502, detail });
    expect(endpoint.requests).toHaveLength(1);
    expect(log.lines()).toMatchObject([
      { status: 502, error: { type: "AnswerTooLarge", origin: "container" } },
    ]);
  });

  it("as soon as the limit is exceeded, even when the answer never ends", async () => {
    // Prepare: the endpoint sends half of the announced body, and then nothing
    endpoint.willAnswer({ body: "x".repeat(2 * LIMIT + 100_000), instead: "stall" });
    const handler = handlerOf(endpoint);
    const start = performance.now();

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 502 });
    expect(performance.now() - start).toBeLessThan(ENOUGH_TIME_IN_MS - 1_000);
  });

  it("and the next request succeeds", async () => {
    // Prepare
    endpoint.willAnswer({ body: " ".repeat(LIMIT + 1) }, predictions(1));
    const handler = handlerOf(endpoint);
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '"defaulted"' });
  });

  it("but an answer of exactly the limit is accepted", async () => {
    // Prepare
    const { body = "" } = predictions(1);
    endpoint.willAnswer({ body: body.padEnd(LIMIT) });
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '"defaulted"' });
  });
});

describe.each(KINDS)("the function's answer to $kind", ({ event }) => {
  it.each([
    { what: "a text of 6.3 MB", answered: "x".repeat(LIMIT) },
    { what: "a text whose characters JSON escapes", answered: "\n".repeat(LIMIT / 2) },
    { what: "a text of characters of three bytes", answered: "中".repeat(LIMIT / 3) },
  ])("is a 413 with the limit when the answer is too large for Lambda: $what", async ({ answered }) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerFor(
      answering(() => answered),
      endpoint,
    );

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const problem = event === KINDS[2]?.event ? answer : problemOf(answer);
    expect(problem).toMatchObject({
      status: 413,
      detail: expect.stringMatching(
        /^answer: got \d{7,8} bytes; allowed: at most 6291556, the limit of Lambda\. Request less at once\.$/,
      ),
    });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1_000);
  });

  it("is returned when its size is exactly the limit", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const answered = "x".repeat(LIMIT - 1_000);
    const handler = handlerFor(
      answering(() => answered),
      endpoint,
    );

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ status: 200 }]);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(LIMIT);
  });

  it("is a 500, and nothing is thrown, when the contract's answer is not JSON", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const handler = handlerFor(
      answering(() => cyclic),
      endpoint,
    );

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(event === KINDS[2]?.event ? answer : problemOf(answer)).toMatchObject({ status: 500 });
    expect(log.lines()).toMatchObject([{ status: 500, error: { type: "TypeError", origin: "function" } }]);
  });
});

describe("the time of decoding", () => {
  function sleep(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  it("causes a 504 when it exceeds the time left", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const slow = answering(() => {
      sleep(400);
      return "repaid";
    });
    const handler = handlerFor(slow, endpoint);
    const context = contextWith(800);

    // Act
    const answer = await handler(EVENT, context);

    // Assess
    expect(answer).toMatchObject({ statusCode: 504 });
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(log.lines()).toMatchObject([
      { status: 504, endpointMs: expect.any(Number), error: { type: "TimeLeftUsedUp" } },
    ]);
  });

  it("causes no failure when it is within the time left", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const slow = answering(() => {
      sleep(100);
      return "repaid";
    });
    const handler = handlerFor(slow, endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '"repaid"' });
  });
});

describe("an answer of the endpoint that is not UTF-8", () => {
  it.each([
    { what: "Latin-1", body: Buffer.from('[{"label":["très"],"prob":[1]}]', "latin1") },
    { what: "UTF-16", body: Buffer.from('[{"label":["é"],"prob":[1]}]', "utf16le") },
  ])("causes a 502 without replacement characters when the answer is in $what", async ({ body }) => {
    // Prepare
    endpoint.willAnswer({ body });
    const handler = handlerFor(languageCheck, endpoint);

    // Act
    const answer = await handler(restQueryEvent("q=a"), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 502 });
    expect(log.lines()).toMatchObject([
      { status: 502, error: { type: "AnswerNotUtf8", origin: "container" } },
    ]);
  });
});
