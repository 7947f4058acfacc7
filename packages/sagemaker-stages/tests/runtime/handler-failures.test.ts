import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { ProblemStatus } from "../../src/runtime/problem";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { awsError, predictions, throttled } from "./support/answers";
import {
  contextWith,
  functionUrlEvent,
  LAMBDA_REQUEST_ID,
  REQUEST_ID,
  ROW,
  restEvent,
} from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerOf, problemOf } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";
import { assessResponse } from "./support/responses";
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

const EVENT = restEvent(JSON.stringify({ data: ROW }));
const BATCH_EVENT = restEvent(JSON.stringify({ data: [ROW, ROW] }));
/** The time of an invocation. The last 500 ms are the handler's reserve. */
const LITTLE_TIME_IN_MS = 800;

const PROBLEMS: Partial<Record<ProblemStatus, { title: string; detail: string; retryAfter?: string }>> = {
  429: {
    title: "Too Many Requests",
    detail:
      "The model's endpoint takes no more requests at the moment. Try again after the seconds in Retry-After.",
    retryAfter: "1",
  },
  502: {
    title: "Bad Gateway",
    detail:
      "The model's endpoint refused or failed the request. See the logs of the function and the endpoint.",
  },
  503: {
    title: "Service Unavailable",
    detail: "The model's endpoint is waking up or unavailable. Try again after the seconds in Retry-After.",
    retryAfter: "10",
  },
  504: {
    title: "Gateway Timeout",
    detail: "The model's endpoint did not answer in time. Try again, or send fewer rows at once.",
  },
};

/** Requires `answer` to a REST event to be exactly the problem of this status, with all headers. */
function assessProblem(answer: unknown, status: ProblemStatus, otherDetail?: string): void {
  const { title = "", detail = "", retryAfter } = PROBLEMS[status] ?? {};
  assessResponse(answer, EVENT, {
    statusCode: status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(retryAfter === undefined ? {} : { "Retry-After": retryAfter }),
    },
    body: expect.any(String),
  });
  expect(problemOf(answer)).toEqual({
    type: "about:blank",
    title,
    status,
    detail: otherDetail ?? detail,
    requestId: REQUEST_ID,
  });
}

describe("the caller gets a 429 when the endpoint throttles", () => {
  it.each([
    { what: "ThrottlingException in a 400", answered: throttled },
    {
      what: "ThrottlingException followed by an address",
      answered: awsError("ThrottlingException:http://internal.amazon.com/coral/", 400),
    },
    {
      what: "ThrottlingException in the body",
      answered: { status: 400, body: '{"__type":"com.amazonaws.sagemaker#ThrottlingException"}' },
    },
    { what: "a 429 without a type", answered: { status: 429, body: "slow down" } },
  ])("$what", async ({ answered }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    assessProblem(answer, 429);
    expect(endpoint.requests.length).toBeGreaterThan(1);
  });
});

describe("the caller gets a 503 when the endpoint is waking up or unavailable", () => {
  it.each([
    { what: "ModelNotReadyException", answered: awsError("ModelNotReadyException", 429) },
    { what: "ServiceUnavailable", answered: awsError("ServiceUnavailable", 503) },
    { what: "InternalDependencyException", answered: awsError("InternalDependencyException", 530) },
    { what: "InternalFailure", answered: awsError("InternalFailure", 500) },
    { what: "a 502 of a proxy", answered: { status: 502, body: "<html>Bad Gateway</html>" } },
    { what: "an incomplete answer", answered: { ...predictions(0), instead: "cut off" } as const },
  ])("$what", async ({ answered }) => {
    // Prepare
    makeWaitsShort();
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    assessProblem(answer, 503);
    expect(endpoint.requests.length).toBeGreaterThan(1);
  });

  it("even when the endpoint refuses the connection", async () => {
    // Prepare
    makeWaitsEndless();
    const { url } = endpoint;
    await endpoint.close();
    const handler = handlerOf({ url });

    // Act
    const answer = await handler(EVENT, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    assessProblem(answer, 503);
    expect(log.lines()).toMatchObject([{ status: 503, error: { type: "ECONNREFUSED" } }]);
  });
});

describe("the caller gets a 504 when the endpoint does not answer in the time left", () => {
  it.each<{ what: string; answered: ScriptedAnswer }>([
    { what: "no answer", answered: { instead: "never" } },
    { what: "an answer after the time is over", answered: { ...predictions(0), delayInMs: 5_000 } },
    { what: "an answer that stops in the middle", answered: { ...predictions(0), instead: "stall" } },
  ])("$what", async ({ answered }) => {
    // Prepare
    endpoint.willAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    assessProblem(answer, 504);
    expect(endpoint.requests).toHaveLength(1);
  });

  it("even when no time is left at the start", async () => {
    // Prepare
    endpoint.willAlwaysAnswer({ instead: "never" });
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(300));

    // Assess
    assessProblem(answer, 504);
  });

  it("but not when the answer arrives within the time left", async () => {
    // Prepare
    endpoint.willAnswer({ ...predictions(1), delayInMs: 100 });
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '"defaulted"' });
  });
});

describe("the caller gets a 502 at once when the endpoint refuses or fails", () => {
  it.each([
    { what: "ModelError", type: "ModelError", answered: awsError("ModelError", 424) },
    {
      what: "ModelError followed by an address",
      type: "ModelError",
      answered: awsError("ModelError:http://internal.amazon.com/coral/", 424),
    },
    {
      what: "ModelError in the body",
      type: "ModelError",
      answered: { status: 424, body: '{"__type":"com.amazonaws.sagemaker#ModelError"}' },
    },
    { what: "a 424 without a type", type: "Http424", answered: { status: 424 } },
    { what: "ValidationError", type: "ValidationError", answered: awsError("ValidationError", 400) },
    {
      what: "AccessDeniedException",
      type: "AccessDeniedException",
      answered: awsError("AccessDeniedException", 403),
    },
    {
      what: "ExpiredTokenException",
      type: "ExpiredTokenException",
      answered: awsError("ExpiredTokenException", 403),
    },
    {
      what: "a 404 from a server that is not SageMaker",
      type: "Http404",
      answered: { status: 404, body: "<html>Not Found</html>" },
    },
    {
      what: "a redirection",
      type: "Http301",
      answered: { status: 301, headers: { location: "/elsewhere" } },
    },
  ])("$what", async ({ type, answered }) => {
    // Prepare
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, 502);
    expect(endpoint.requests).toHaveLength(1);
    expect(log.lines()).toMatchObject([{ status: 502, retries: 0, error: { type } }]);
  });

  it("and the model's own message is not in the answer and not in the log", async () => {
    // Prepare
    const words = "could not open /opt/ml/model/secrets.json";
    endpoint.willAnswer({
      status: 424,
      headers: { "x-amzn-errortype": "ModelError" },
      body: JSON.stringify({
        ErrorCode: "CLIENT_ERROR_FROM_MODEL",
        Message: `Received client error (400) from primary with message "${words}".`,
        OriginalMessage: words,
        OriginalStatusCode: 400,
      }),
    });
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, 502);
    expect(JSON.stringify(answer) + log.text()).not.toContain("secrets");
    expect(log.lines()).toMatchObject([
      { status: 502, error: { type: "ModelError", origin: "container", status: 400 } },
    ]);
  });
});

describe("the caller gets a 502 when the contract cannot read the answer", () => {
  const UNREADABLE =
    "The function could not read the model's answer. See the logs of the function and the endpoint.";

  it.each([
    { what: "a body that is not JSON", body: "<html>" },
    { what: "an empty body", body: "" },
    { what: "null", body: "null" },
    { what: "JSON without predictions", body: '{"labels":[0]}' },
    { what: "predictions that are not a list", body: '{"predictions":{"0":{"predicted_label":0}}}' },
    { what: "predictions that are not objects", body: '{"predictions":[0]}' },
    { what: "a prediction without a label", body: '{"predictions":[{}]}' },
    { what: "a label that is a string", body: '{"predictions":[{"predicted_label":"0"}]}' },
    { what: "an empty list of predictions", body: '{"predictions":[]}' },
    { what: "a prediction too many", body: predictions(0, 1).body },
  ])("$what", async ({ body = "" }) => {
    // Prepare
    endpoint.willAnswer({ body });
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, 502, UNREADABLE);
    expect(endpoint.requests).toHaveLength(1);
    expect(log.lines()).toMatchObject([{ status: 502, error: { type: "UnreadablePredictions" } }]);
  });

  it.each([
    { what: "one prediction less than rows", labels: [1] as const },
    { what: "a prediction too many", labels: [0, 1, 0] as const },
  ])("even when the request is a batch and the answer has $what", async ({ labels }) => {
    // Prepare
    endpoint.willAnswer(predictions(...labels));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(BATCH_EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, 502, UNREADABLE);
    expect(log.lines()).toMatchObject([
      { error: { type: "UnreadablePredictions", rows: 2, predictions: labels.length } },
    ]);
  });
});

describe("a function URL event gets the same problems without CORS headers, because the function URL adds these headers", () => {
  it.each<{ status: ProblemStatus; answered: ScriptedAnswer; headers: Record<string, string> }>([
    { status: 429, answered: throttled, headers: { "Retry-After": "1" } },
    { status: 502, answered: awsError("ModelError", 424), headers: {} },
    { status: 503, answered: awsError("ModelNotReadyException", 429), headers: { "Retry-After": "10" } },
    { status: 504, answered: { instead: "never" }, headers: {} },
  ])("$status", async ({ status, answered, headers }) => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);
    const event = functionUrlEvent(JSON.stringify({ data: ROW }));

    // Act
    const answer = await handler(event, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    assessResponse(answer, event, {
      statusCode: status,
      headers: { "Content-Type": "application/problem+json", ...headers },
      body: expect.any(String),
    });
    expect(problemOf(answer)).toMatchObject({ status, requestId: REQUEST_ID });
  });
});

describe("a direct event gets the same problems as bare documents", () => {
  it.each<{ status: ProblemStatus; answered: ScriptedAnswer }>([
    { status: 429, answered: throttled },
    { status: 502, answered: awsError("ModelError", 424) },
    { status: 503, answered: awsError("ModelNotReadyException", 429) },
    { status: 504, answered: { instead: "never" } },
  ])("$status", async ({ status, answered }) => {
    // Prepare
    makeWaitsEndless();
    endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler({ data: ROW }, contextWith(LITTLE_TIME_IN_MS));

    // Assess
    expect(answer).toEqual({
      type: "about:blank",
      title: PROBLEMS[status]?.title,
      status,
      detail: PROBLEMS[status]?.detail,
      requestId: LAMBDA_REQUEST_ID,
    });
  });
});

describe("the caller gets a 500 when the handler has a bug", () => {
  it("and the log has the location, but no data of the request", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const context = {
      awsRequestId: LAMBDA_REQUEST_ID,
      getRemainingTimeInMillis: (): number => {
        throw new TypeError(`cannot read ${ROW}`);
      },
    };

    // Act
    const answer = await handler(EVENT, context);

    // Assess
    assessResponse(answer, EVENT, {
      statusCode: 500,
      headers: { "Content-Type": "application/problem+json" },
      body: expect.any(String),
    });
    expect(problemOf(answer)).toMatchObject({ status: 500, title: "Internal Server Error" });
    expect(log.lines()).toMatchObject([
      { status: 500, error: { type: "TypeError", at: expect.stringMatching(/^at /) } },
    ]);
    expect(log.text() + JSON.stringify(answer)).not.toContain(ROW);
  });
});
