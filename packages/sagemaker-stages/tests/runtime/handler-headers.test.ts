import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import { type Contract, type EndpointHeaders, respond } from "../../src/model";
import type { CallerResponse, CallerValues } from "../../src/runtime/contract";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, type HttpRequest, restHttpEvent } from "../../src/testing/events";
import { contextWith } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor } from "./support/handler";
import { captureLog } from "./support/log";
import { assessProblem } from "./support/problems";

let endpoint: EndpointServer;
let log: ReturnType<typeof captureLog>;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer({ headers: { "content-type": "application/json" }, body: "1" });
  log = captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const SECRET = "a-value-of-the-caller";
const FAULT = "The function failed. See the function's log.";
const ROUTE = { method: "POST", path: "/iris" } as const;
const KINDS = [
  { kind: "a REST event", eventOf: (request: HttpRequest): unknown => restHttpEvent(ROUTE, request) },
  { kind: "a function URL event", eventOf: (request: HttpRequest) => functionUrlEvent(ROUTE, request) },
];

interface Rules extends Pick<Contract<unknown, unknown>, "callerHeaders" | "answerHeaders"> {
  readonly headers?: (caller: CallerValues) => EndpointHeaders;
  readonly response?: CallerResponse;
}

function contractWith({ headers, response, ...rules }: Rules): Contract<unknown, unknown> {
  return {
    model: "iris",
    route: ROUTE,
    schema: z.unknown(),
    limits: { rows: 1, payloadInBytes: 1_000 },
    ...rules,
    encode: (request, caller) => ({
      contentType: "application/json",
      accept: "application/json",
      body: JSON.stringify(request),
      rows: 1,
      ...(headers === undefined ? {} : { headers: headers(caller) }),
    }),
    decode: (body) => (response === undefined ? JSON.parse(body) : respond(JSON.parse(body), response)),
  };
}

const send = (rules: Rules, event: unknown, environment = {}) =>
  handlerFor(contractWith(rules), endpoint, environment)(event, contextWith(ENOUGH_TIME_IN_MS));

describe.each(KINDS)("a caller's header in $kind", ({ eventOf }) => {
  it("reaches the contract and the endpoint when the contract lists it", async () => {
    // Prepare
    const event = eventOf({ body: "1", headers: { "X-Correlation-Id": SECRET, "x-other": "other" } });
    let seen: CallerValues | undefined;
    const headers = (caller: CallerValues) => {
      seen = caller;
      return { customAttributes: caller.headers["x-correlation-id"] ?? "none" };
    };

    // Act
    const answer = await send({ callerHeaders: ["x-correlation-id", "x-absent"], headers }, event);

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(seen).toEqual({ headers: { "x-correlation-id": SECRET }, accept: "application/json" });
    expect(endpoint.onlyRequest.headers["x-amzn-sagemaker-custom-attributes"]).toBe(SECRET);
    expect(JSON.stringify(endpoint.onlyRequest.headers)).not.toContain("other");
    expect(log.text()).not.toContain(SECRET);
  });

  it("has all values, joined, when the caller sends the header several times", async () => {
    // Prepare
    const event = {
      ...(eventOf({ body: "1" }) as object),
      multiValueHeaders: { "X-Tag": ["one", "two"] },
      headers: { "X-Tag": "two" },
    };
    const headers = (caller: CallerValues) => ({ customAttributes: caller.headers["x-tag"] ?? "none" });

    // Act
    await send({ callerHeaders: ["x-tag"], headers }, event);

    // Assess
    expect(endpoint.onlyRequest.headers["x-amzn-sagemaker-custom-attributes"]).toBe("one, two");
  });

  it.each([
    { what: "too long", value: "x".repeat(1_025) },
    { what: "not US-ASCII", value: "größe" },
    { what: "of two lines", value: "a\r\nx-evil: b" },
  ])("causes a 400 that does not quote the value when the value is $what", async ({ value }) => {
    // Prepare
    const event = eventOf({ body: "1", headers: { "x-tag": value } });

    // Act
    const answer = await send({ callerHeaders: ["x-tag"] }, event);

    // Assess
    const got = `got ${value.length} characters; allowed: at most 1024 in ASCII`;
    assessProblem(answer, event, 400, `x-tag: ${got}`);
    expect(endpoint.requests).toEqual([]);
  });
});

it("a direct invocation has no headers", async () => {
  // Prepare
  let seen: CallerValues | undefined;
  const headers = (caller: CallerValues) => {
    seen = caller;
    return {};
  };

  // Act
  await send({ callerHeaders: ["x-tag"], headers }, { headers: { "x-tag": SECRET } });

  // Assess
  expect(seen).toEqual({ headers: {}, accept: "application/json" });
});

describe("a header of InvokeEndpoint", () => {
  const event = restHttpEvent(ROUTE, { body: "1" });

  it.each<{ headers: EndpointHeaders; sent: Record<string, string> }>([
    { headers: { customAttributes: "a=b c" }, sent: { "x-amzn-sagemaker-custom-attributes": "a=b c" } },
    { headers: { inferenceId: "i".repeat(64) }, sent: { "x-amzn-sagemaker-inference-id": "i".repeat(64) } },
    {
      headers: { targetModel: "eu/iris.tar.gz" },
      sent: { "x-amzn-sagemaker-target-model": "eu/iris.tar.gz" },
    },
    { headers: { sessionId: "NEW_SESSION" }, sent: { "x-amzn-sagemaker-session-id": "NEW_SESSION" } },
    { headers: { sessionId: "a--B-7" }, sent: { "x-amzn-sagemaker-session-id": "a--B-7" } },
    { headers: { sessionId: "s".repeat(256) }, sent: { "x-amzn-sagemaker-session-id": "s".repeat(256) } },
    { headers: {}, sent: {} },
  ])("is sent and signed: $headers", async ({ headers, sent }) => {
    // Act
    const answer = await send({ headers: () => headers }, event);

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
    const { headers: recorded } = endpoint.onlyRequest;
    const names = Object.keys(recorded).filter((name) => name.startsWith("x-amzn-"));
    expect(Object.fromEntries(names.map((name) => [name, recorded[name]]))).toEqual(sent);
    for (const name of names) expect(recorded.authorization).toContain(`;${name}`);
  });

  it.each<{ field: string; value: unknown }>([
    { field: "customAttributes", value: "x".repeat(1_025) },
    { field: "customAttributes", value: `${SECRET}\r\nx-evil: 1` },
    { field: "customAttributes", value: `${SECRET}ä` },
    { field: "customAttributes", value: "" },
    { field: "inferenceId", value: "i".repeat(65) },
    { field: "targetModel", value: " iris" },
    { field: "sessionId", value: "s".repeat(257) },
    { field: "sessionId", value: "my session" },
    { field: "sessionId", value: "-s" },
    { field: "sessionId", value: "s-" },
    { field: "sessionId", value: "session_1" },
    { field: "sessionId", value: "NEW_SESSION2" },
    { field: "targetVariant", value: SECRET },
    { field: "inferenceId", value: 7 },
    { field: "constructor", value: SECRET },
  ])("causes a 500 when the service would refuse the header: $field", async ({ field, value }) => {
    // Act
    const answer = await send({ headers: () => ({ [field]: value }) as EndpointHeaders }, event);

    // Assess
    assessProblem(answer, event, 500, FAULT);
    expect(endpoint.requests).toEqual([]);
    expect(log.lines()).toMatchObject([
      { status: 500, error: { type: "ForbiddenByContract", origin: "function", field } },
    ]);
    expect(log.text()).not.toContain(SECRET);
  });

  it("is replaced if the function's variables select another part of the endpoint", async () => {
    // Prepare
    const environment = {
      ENDPOINT_TARGET_VARIANT: "blue",
      ENDPOINT_TARGET_MODEL: "eu/iris.tar.gz",
      ENDPOINT_INFERENCE_COMPONENT: "iris-7",
      ENDPOINT_TARGET_CONTAINER: "second",
    };

    // Act
    await send({ headers: () => ({ targetModel: "us/iris.tar.gz", inferenceId: "i" }) }, event, environment);

    // Assess
    expect(endpoint.onlyRequest.headers).toMatchObject({
      "x-amzn-sagemaker-target-variant": "blue",
      "x-amzn-sagemaker-target-model": "eu/iris.tar.gz",
      "x-amzn-sagemaker-inference-component": "iris-7",
      "x-amzn-sagemaker-target-container-hostname": "second",
      "x-amzn-sagemaker-inference-id": "i",
    });
  });
});

describe.each(KINDS)("an answer to $kind", ({ kind, eventOf }) => {
  const event = eventOf({ body: "1" });

  it("has the status and the headers that the contract can set", async () => {
    // Prepare
    const response = { status: 201, headers: { "x-model-version": "7" } };

    // Act
    const answer = await send({ answerHeaders: ["x-model-version", "x-other"], response }, event);

    // Assess
    const cors = {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId,x-model-version,x-other",
    };
    expect(answer).toEqual({
      statusCode: 201,
      headers: {
        "Content-Type": "application/json",
        "x-model-version": "7",
        ...(kind === "a REST event" ? cors : {}),
      },
      body: "1",
    });
    expect(log.lines()).toMatchObject([{ status: 201 }]);
  });

  it.each<{ response: CallerResponse; field: string }>([
    { response: { headers: { "set-cookie": SECRET } }, field: "set-cookie" },
    { response: { headers: { "X-Model-Version": "7" } }, field: "X-Model-Version" },
    { response: { headers: { "x-model-version": `${SECRET}\r\nset-cookie: a` } }, field: "x-model-version" },
    { response: { headers: { "x-model-version": "x".repeat(1_025) } }, field: "x-model-version" },
    { response: { headers: { [`${SECRET} x`]: "7" } }, field: "a header" },
    { response: { status: 302 }, field: "status" },
    { response: { status: 204 }, field: "status" },
    { response: { status: 500 }, field: "status" },
  ])("is a 500 when the contract sets a forbidden value: $field", async ({ response, field }) => {
    // Act
    const answer = await send({ answerHeaders: ["x-model-version"], response }, event);

    // Assess
    expect(answer).toMatchObject({ statusCode: 500 });
    expect(log.lines()).toMatchObject([
      { status: 500, error: { type: "ForbiddenByContract", origin: "function", field } },
    ]);
    expect(log.text()).not.toContain(SECRET);
  });
});

it("a direct invocation receives only the answer", async () => {
  // Act
  const answer = await send({ response: { status: 201 } }, 1);

  // Assess
  expect(answer).toBe(1);
});
