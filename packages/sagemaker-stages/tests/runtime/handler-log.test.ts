import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { UnreadablePredictions } from "../../src/runtime/contract";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { contract } from "../fixtures/app/functions/loan-default/contract";
import { awsError, predictions, throttled } from "./support/answers";
import {
  contextWith,
  functionUrlEvent,
  LAMBDA_REQUEST_ID,
  REQUEST_ID,
  ROW,
  restEvent,
  rowWith,
} from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, handlerOf, proxyResponse, WITH_MESSAGES } from "./support/handler";
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

const REQUEST = { data: ROW };
const EVENT = restEvent(JSON.stringify(REQUEST));

describe("a request is one line of JSON on standard output", () => {
  it("when it is answered", async () => {
    // Prepare
    endpoint.willAnswer({ ...predictions(0), delayInMs: 30 });
    const handler = handlerOf(endpoint);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.text()).toMatch(/^\{[^\n]*\}\n$/);
    expect(log.lines()).toEqual([
      {
        requestId: REQUEST_ID,
        lambdaRequestId: LAMBDA_REQUEST_ID,
        model: "loan-default",
        status: 200,
        endpointMs: expect.any(Number),
        totalMs: expect.any(Number),
        retries: 0,
        cold: true,
      },
    ]);
  });

  it("with whole milliseconds of the last attempt at the endpoint, and of the whole request", async () => {
    // Prepare
    makeWaitsShort();
    endpoint.willAnswer({ ...throttled, delayInMs: 100 }, { ...predictions(0), delayInMs: 30 });
    const handler = handlerOf(endpoint);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess: a timer can be one millisecond early
    const [line] = log.lines() as { endpointMs: number; totalMs: number }[];
    expect(line?.endpointMs).toBeGreaterThanOrEqual(29);
    expect(line?.totalMs).toBeGreaterThanOrEqual(99 + (line?.endpointMs ?? 0));
    expect([line?.endpointMs, line?.totalMs].every(Number.isInteger)).toBe(true);
  });

  it("without endpointMs when the function refuses the request", async () => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    await handler(restEvent("{}"), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toEqual([
      {
        requestId: REQUEST_ID,
        lambdaRequestId: LAMBDA_REQUEST_ID,
        model: "loan-default",
        status: 400,
        totalMs: expect.any(Number),
        retries: 0,
        cold: true,
      },
    ]);
  });

  it("with the error's type and origin when the endpoint fails", async () => {
    // Prepare
    endpoint.willAnswer(awsError("ModelError", 424, "out of memory"));
    const handler = handlerOf(endpoint);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toEqual([
      {
        requestId: REQUEST_ID,
        lambdaRequestId: LAMBDA_REQUEST_ID,
        model: "loan-default",
        status: 502,
        endpointMs: expect.any(Number),
        totalMs: expect.any(Number),
        retries: 0,
        cold: true,
        error: { type: "ModelError", origin: "container", status: 424 },
      },
    ]);
  });

  it("with only Lambda's request id when it is a direct invocation", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint);

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ requestId: LAMBDA_REQUEST_ID, lambdaRequestId: LAMBDA_REQUEST_ID }]);
  });

  it("with `cold: true` only for the first request of a process, even when the function refuses this request", async () => {
    // Prepare
    endpoint.willAlwaysAnswer(predictions(0));
    const handler = handlerOf(endpoint);

    // Act
    await handler(restEvent("{}"), contextWith(ENOUGH_TIME_IN_MS));
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ cold: true }, { cold: false }, { cold: false }]);
  });

  it("and the creation of the handler writes nothing", async () => {
    // Act
    handlerOf(endpoint);
    await endpoint.connected(1);

    // Assess
    expect(log.text()).toBe("");
  });
});

describe("the log contains no data of the caller", () => {
  const WORD = "giveaway";
  const NUMBER = "8675309.125";

  const good = JSON.stringify({ data: rowWith(NUMBER, 3) });

  it.each<{ what: string; status: number; event: unknown; answered?: ScriptedAnswer }>([
    { what: "a row", status: 200, event: restEvent(good) },
    { what: "a row in a direct invocation", status: 200, event: { data: rowWith(NUMBER, 3) } },
    {
      what: "a base64 body",
      status: 200,
      event: functionUrlEvent(Buffer.from(good).toString("base64"), { isBase64Encoded: true }),
    },
    { what: "a header", status: 200, event: restEvent(good, { headers: { "X-Note": WORD } }) },
    {
      what: "a cell that is not a number",
      status: 400,
      event: restEvent(JSON.stringify({ data: rowWith(WORD, 3) })),
    },
    { what: "a property's name", status: 400, event: restEvent(`{"data":"${ROW}","${WORD}":1}`) },
    { what: "a property's value", status: 400, event: restEvent(`{"data":{"${WORD}":"${WORD}"}}`) },
    { what: "text that is not JSON", status: 400, event: restEvent(`{${WORD}`) },
    { what: "a direct event that is text", status: 400, event: `${WORD} ${NUMBER}` },
    { what: "a content type", status: 415, event: restEvent(good, { contentType: `text/${WORD}` }) },
    {
      what: "too many rows",
      status: 413,
      event: { data: Array<string>(contract.limits.rows + 1).fill(rowWith(NUMBER, 3)) },
    },
    { what: "a throttled row", status: 429, event: restEvent(good), answered: throttled },
    {
      what: "a row for which the model fails",
      status: 502,
      event: restEvent(good),
      answered: awsError("ModelError", 424),
    },
    {
      what: "a row in an unreadable answer",
      status: 502,
      event: restEvent(good),
      answered: { body: `{"predictions":["${NUMBER}"]}` },
    },
    {
      what: "a row in a refusal that is not an error document",
      status: 502,
      event: restEvent(good),
      answered: { status: 400, body: `cannot read ${NUMBER}` },
    },
    { what: "a row without an answer", status: 504, event: restEvent(good), answered: { instead: "never" } },
  ])("$what ($status)", async ({ status, event, answered }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(answered ?? predictions(0));
    const handler = handlerOf(endpoint);

    // Act
    await handler(event, contextWith(status === 504 ? 700 : status === 429 ? 2_000 : ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ status }]);
    expect(log.text()).not.toContain(WORD);
    expect(log.text()).not.toContain(NUMBER);
  });

  it.each<{ what: string; answered: ScriptedAnswer; error: object }>([
    {
      what: "a container's message",
      answered: {
        status: 424,
        headers: { "x-amzn-errortype": "ModelError" },
        body: JSON.stringify({
          Message: `Received server error (500) from primary with message "${WORD}"`,
          OriginalMessage: `could not convert string to float: ${WORD}`,
          OriginalStatusCode: 500,
        }),
      },
      error: { type: "ModelError", origin: "container", status: 500 },
    },
    {
      what: "the service's message",
      answered: awsError("ValidationError", 400, `1 validation error: ${WORD}`),
      error: { type: "ValidationError", origin: "service", status: 400 },
    },
    {
      what: "a message of an unavailable service",
      answered: awsError("ServiceUnavailable", 503, WORD),
      error: { type: "ServiceUnavailable", origin: "service", status: 503 },
    },
    {
      what: "an invalid error name in the header",
      answered: awsError(`cannot read ${WORD}`, 400),
      error: { type: "Http400", origin: "service", status: 400 },
    },
    {
      what: "an invalid error name in the body",
      answered: { status: 400, body: JSON.stringify({ code: `${WORD} is no number` }) },
      error: { type: "Http400", origin: "service", status: 400 },
    },
    {
      what: "an OriginalStatusCode that is text",
      answered: {
        status: 424,
        body: JSON.stringify({ __type: "ModelError", OriginalStatusCode: WORD }),
      },
      error: { type: "ModelError", origin: "container", status: 424 },
    },
  ])("nor $what, but contains the type and the origin of the error", async ({ answered, error }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(restEvent(good), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ error }]);
    expect(log.text() + JSON.stringify(answer)).not.toContain(WORD);
  });

  it.each<{ what: string; thrown: (request: string) => unknown; error: object }>([
    {
      what: "an unreadable answer's message",
      thrown: (request) => new UnreadablePredictions(`cannot read ${request}`),
      error: { type: "UnreadablePredictions", origin: "container", at: expect.stringMatching(/^at /) },
    },
    {
      what: "an error's message",
      thrown: (request) => new TypeError(`cannot read ${request}`),
      error: { type: "TypeError", origin: "function", at: expect.stringMatching(/^at /) },
    },
    {
      what: "a line of an error's message that looks like a location in the code",
      thrown: (request) => new Error(`cannot read\n    at ${request} (contract.ts:1:1)\nand more`),
      error: { type: "Error", at: expect.not.stringContaining(WORD) },
    },
    {
      what: "a message that was changed after the error was created",
      thrown: (request) => Object.assign(new Error(`no\n    at ${request}`), { message: "changed" }),
      error: { type: "Error", at: expect.any(String) },
    },
    {
      what: "data of an error without a message",
      thrown: () => new RangeError(),
      error: { type: "RangeError", at: expect.stringMatching(/^at /) },
    },
    {
      what: "an error's name",
      thrown: (request) => Object.assign(new Error("wrong"), { name: `no ${request}` }),
      error: { type: "Error", origin: "function" },
    },
    {
      what: "a thrown string",
      thrown: (request) => request,
      error: { type: "Error", origin: "function" },
    },
    {
      what: "a thrown object",
      thrown: (request) => ({ name: request, message: request, stack: `at ${request}` }),
      error: { type: "Error", origin: "function" },
    },
  ])("nor $what from a contract", async ({ thrown, error }) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const throwing: typeof contract = {
      ...contract,
      decode(_body, { data }) {
        throw thrown(String(data));
      },
    };
    const handler = handlerFor(throwing, endpoint);

    // Act
    await handler({ data: rowWith(NUMBER, 3) }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ error }]);
    expect(log.text()).not.toContain(NUMBER);
  });

  it.each([
    { what: "text", id: `${WORD} ${WORD}` },
    { what: "a text that is too long for an id", id: `${WORD}-`.repeat(20) },
    { what: "an object", id: { [WORD]: WORD } },
  ])("nor $what as the request id, which a client can choose", async ({ id }) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint);
    const event = { ...(EVENT as object), requestContext: { requestId: id } };

    // Act
    await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toMatchObject([{ requestId: LAMBDA_REQUEST_ID, status: 200 }]);
    expect(log.text()).not.toContain(WORD);
  });

  it("even if the problem document for the caller quotes the data", async () => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler({ data: rowWith(WORD, 3) }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({
      status: 400,
      detail: 'data: got "giveaway" as number 3; allowed: finite decimal numbers',
    });
  });
});

describe("the log contains the messages of errors when LOG_ERROR_MESSAGES is true", () => {
  it.each<{ what: string; answered: ScriptedAnswer; error: object }>([
    {
      what: "a container's message with all its lines",
      answered: awsError("ModelError", 424, "Traceback:\n  line 1\r\n\u2028end"),
      error: { type: "ModelError", message: "Traceback:\n  line 1\r\n\u2028end" },
    },
    {
      what: "a container's message, cut to 500 characters",
      answered: awsError("ModelError", 424, "x".repeat(10_000)),
      error: { message: "x".repeat(500) },
    },
    {
      what: "the service's message",
      answered: awsError(
        "ValidationError",
        400,
        "Endpoint dev-loan-default of account 111122223333 not found.",
      ),
      error: { message: "Endpoint dev-loan-default of account 111122223333 not found." },
    },
    {
      what: "a contract's message",
      answered: { body: "<html>" },
      error: { type: "UnreadablePredictions", message: "the answer has no list of predictions" },
    },
  ])("$what", async ({ answered, error }) => {
    // Prepare
    endpoint.willAnswer(answered);
    const handler = handlerOf(endpoint, WITH_MESSAGES);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.text()).toMatch(/^\{[^\n]*\}\n$/);
    expect(log.lines()).toMatchObject([{ status: 502, error }]);
    expect(proxyResponse(answer).body).not.toMatch(/Traceback|xxx|not found|list of predictions/);
  });

  it.each(["", "false", "1", "TRUE"])("but not when the value is %j", async (value) => {
    // Prepare
    endpoint.willAnswer(awsError("ModelError", 424, "out of memory"));
    const handler = handlerOf(endpoint, { LOG_ERROR_MESSAGES: value });

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.text()).not.toContain("out of memory");
  });
});
