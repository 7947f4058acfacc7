import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { models as storyteller } from "../../examples/storyteller/functions";
import type { Contract } from "../../src/runtime/contract";
import { createHandler } from "../../src/runtime/handler";
import { createHandlerWith } from "../../src/runtime/handler-core";
import { refuseStreams } from "../../src/runtime/stream/buffered";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { restEvent } from "../../src/testing/events";
import { handlerEnvironment } from "../../src/testing/handler";
import { invokePackage } from "../../src/testing/package-process";
import { contract as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { contextWith, restEvent as loanEvent, REQUEST_ID, ROW } from "./support/events";
import { ENOUGH_TIME_IN_MS, environmentOf, handlerFor, proxyResponse } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";

type LoanDefault = typeof loanDefault;
type Described = Pick<Contract<unknown, unknown>, "containerProblem" | "problemMembers">;

const EVENT = loanEvent(JSON.stringify({ data: ROW }));

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

/** SageMaker's answer after the container's answer with a status. */
function refusal(status: number, message: string): ScriptedAnswer {
  return {
    status: 424,
    headers: { "x-amzn-errortype": "ModelError" },
    body: JSON.stringify({
      Message: `Received client error (${status}) from primary with message "${message}".`,
      OriginalStatusCode: status,
      OriginalMessage: message,
    }),
  };
}

/** The contract of loan-default, which does not stream, with descriptions of failures. */
function describing(described: Described): LoanDefault {
  return { ...loanDefault, ...described };
}

const DESCRIBED = describing({
  containerProblem: ({ status, message }) =>
    status === 418 ? undefined : { status: 400, detail: `refused: ${message.length}`, code: `of-${status}` },
  problemMembers: ({ detail, code }) => ({ error: { detail, code } }),
});

describe("a contract without streams that describes refusals of its container", () => {
  it("answers the described problem in place of a 502", async () => {
    // Prepare
    endpoint.willAnswer(refusal(422, "private"));

    // Act
    const answer = await handlerFor(DESCRIBED, endpoint)(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const { statusCode, headers, body } = proxyResponse(answer);
    expect(statusCode).toBe(400);
    expect(headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Access-Control-Allow-Origin": "*",
    });
    expect(headers).not.toHaveProperty("Retry-After");
    expect(JSON.parse(body)).toEqual({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "refused: 7",
      requestId: REQUEST_ID,
      error: { detail: "refused: 7", code: "of-422" },
    });
    expect(endpoint.requests).toHaveLength(1);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        status: 400,
        endpointMs: expect.any(Number),
        error: { type: "ModelError", origin: "container", status: 422 },
      }),
    ]);
    expect(log.text()).not.toContain("private");
  });

  it("answers a direct invocation with the described problem", async () => {
    // Prepare
    endpoint.willAnswer(refusal(400, "private"));

    // Act
    const answer = await handlerFor(DESCRIBED, endpoint)({ data: ROW }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ status: 400, detail: "refused: 7", error: { code: "of-400" } });
  });

  it.each<[string, ScriptedAnswer]>([
    ["the contract describes no problem", refusal(418, "private")],
    ["the container failed", refusal(500, "private")],
    [
      "SageMaker does not pass the container's status",
      {
        status: 424,
        headers: { "x-amzn-errortype": "ModelError" },
        body: JSON.stringify({ OriginalMessage: "private" }),
      },
    ],
  ])("answers 502 without the container's message when %s", async (_, scripted) => {
    // Prepare
    endpoint.willAnswer(scripted);

    // Act
    const answer = await handlerFor(DESCRIBED, endpoint)(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const { statusCode, body } = proxyResponse(answer);
    expect(statusCode).toBe(502);
    expect(JSON.parse(body).detail).toContain("The model's endpoint refused or failed the request.");
    expect(body).not.toContain("private");
  });

  it("adds the members of the contract to the problem of a faulty request", async () => {
    // Act
    const answer = await handlerFor(DESCRIBED, endpoint)(loanEvent("[]"), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const problem = JSON.parse(proxyResponse(answer).body);
    expect(problem).toMatchObject({ status: 400, error: { detail: problem.detail } });
  });

  it("has Retry-After when the contract describes a 429", async () => {
    // Prepare
    endpoint.willAnswer(refusal(429, "overloaded"));
    const contract = describing({ containerProblem: () => ({ status: 429, detail: "Try again later." }) });

    // Act
    const answer = await handlerFor(contract, endpoint)(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(proxyResponse(answer)).toMatchObject({ statusCode: 429, headers: { "Retry-After": "1" } });
  });

  const fail = () => {
    throw new TypeError("private");
  };
  it.each<[string, Described, string]>([
    ["containerProblem fails", { containerProblem: fail }, "TypeError"],
    ["problemMembers fails", { problemMembers: fail }, "TypeError"],
    [
      "containerProblem returns a promise",
      { containerProblem: (async () => ({ status: 400, detail: "x" })) as unknown as () => undefined },
      "ForbiddenByContract",
    ],
    [
      "containerProblem returns a detail that is no text",
      { containerProblem: () => ({ status: 400, detail: 1n as unknown as string }) },
      "ForbiddenByContract",
    ],
    [
      "containerProblem returns a detail that Lambda cannot return",
      { containerProblem: () => ({ status: 400, detail: "x".repeat(7_000_000) }) },
      "ForbiddenByContract",
    ],
    ["problemMembers returns a number that JSON lacks", { problemMembers: () => ({ n: 1n }) }, "TypeError"],
    [
      "problemMembers returns members that Lambda cannot return",
      { problemMembers: () => ({ n: "x".repeat(7_000_000) }) },
      "ForbiddenByContract",
    ],
    [
      "problemMembers returns a promise",
      { problemMembers: (async () => ({ n: 1 })) as unknown as () => Record<string, unknown> },
      "ForbiddenByContract",
    ],
    [
      "problemMembers returns a list",
      { problemMembers: () => [1] as unknown as Record<string, unknown> },
      "ForbiddenByContract",
    ],
    [
      "containerProblem throws an error whose message is no text",
      {
        containerProblem: () => {
          throw Object.assign(new TypeError(), { message: {}, stack: null });
        },
      },
      "TypeError",
    ],
  ])(
    "answers 500 and logs the invocation with the container's status when %s",
    async (_, described, type) => {
      // Prepare
      endpoint.willAnswer(refusal(429, "private"));
      const handler = handlerFor(describing(described), endpoint);

      // Act
      const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      const { statusCode, headers, body } = proxyResponse(answer);
      expect(statusCode).toBe(500);
      expect(headers).not.toHaveProperty("Retry-After");
      expect(body).not.toContain("private");
      expect(log.lines()).toEqual([
        expect.objectContaining({
          status: 500,
          endpointMs: expect.any(Number),
          error: expect.objectContaining({ type, origin: "function", status: 429 }),
        }),
      ]);
    },
  );

  it("keeps the members of the problem itself when the contract returns members with their names", async () => {
    // Prepare
    const own = { status: 200, requestId: "other", type: "x", title: "x", detail: "x", code: "own" };
    const handler = handlerFor(describing({ problemMembers: () => own }), endpoint);

    // Act
    const answer = await handler(loanEvent("[]"), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(JSON.parse(proxyResponse(answer).body)).toEqual({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: expect.not.stringMatching(/^x$/),
      requestId: REQUEST_ID,
      code: "own",
    });
  });

  it("answers a direct invocation with members that Lambda can write as JSON", async () => {
    // Prepare
    const members = () => ({ at: new Date(0), nothing: undefined });
    const handler = handlerFor(describing({ problemMembers: members }), endpoint);

    // Act
    const answer = await handler({ data: [] }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ status: 400, at: "1970-01-01T00:00:00.000Z" });
  });

  it("answers 502 when the handler has no part for the descriptions", async () => {
    // Prepare
    endpoint.willAnswer(refusal(422, "private"));
    const handler = createHandlerWith({}, DESCRIBED, environmentOf(endpoint));

    // Act
    const answer = await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(proxyResponse(answer).statusCode).toBe(502);
  });
});

describe("openAiChat on a route in the transfer mode buffer", () => {
  const chat = storyteller.storyteller;
  const TOO_LONG = refusal(
    400,
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
  );
  const EXPECTED = { status: 400, error: { code: "context_length_exceeded", type: "invalid_request_error" } };

  it("answers 400 with OpenAI's code when the conversation is too long", async () => {
    // Prepare
    endpoint.willAnswer(TOO_LONG);
    const handler = createHandler(refuseStreams(chat), environmentOf(endpoint));

    // Act
    const answer = await handler(restEvent(chat, chat.example.request), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(JSON.parse(proxyResponse(answer).body)).toMatchObject(EXPECTED);
  });

  it("has a package that answers the same", async () => {
    // Prepare
    endpoint.willAnswer(TOO_LONG);
    const environment = { ...handlerEnvironment(endpoint) };

    // Act
    const answer = await invokePackage(
      { ...chat, streamsAnswers: false },
      restEvent(chat, chat.example.request),
      { environment, allowedHost: endpoint.host },
    );

    // Assess
    expect(JSON.parse(proxyResponse(answer).body)).toMatchObject(EXPECTED);
  });

  it("refuses a request for a stream in the form of OpenAI's errors", async () => {
    // Prepare
    const handler = createHandler(refuseStreams(chat), environmentOf(endpoint));
    const request = { ...Object(chat.example.request), stream: true };

    // Act
    const answer = await handler(restEvent(chat, request), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const problem = JSON.parse(proxyResponse(answer).body);
    expect(problem).toMatchObject({ status: 400, error: { message: problem.detail } });
    expect(endpoint.requests).toHaveLength(0);
  });
});
