import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import { InvokeApi } from "../../src/local/lambda/invoke-api";
import { received } from "./support/http-requests";
import { Lambda } from "./support/lambda";
import { type Signing, sign } from "./support/signing";

const MAX_EVENT = 6 * 1024 * 1024;

const OBEDIENT = `
  exports.handler = async (event) => {
    if (event.throw) throw new TypeError("the function's own words");
    if (event.answer) return "x".repeat(event.answer);
    return { got: event };
  };`;

let lambda: Lambda;
let api: InvokeApi;

beforeAll(async () => {
  lambda = new Lambda();
  const fn = lambda.run(OBEDIENT);
  await fn.warmUp();
  const throttled = lambda.run(OBEDIENT, {
    name: "dev-throttled",
    arn: "arn:aws:lambda:us-east-1:123456789012:function:dev-throttled",
    reservedConcurrency: 0,
  });
  api = new InvokeApi(new Map([fn, throttled].map((one) => [one.definition.arn, one])));
});

afterAll(async () => {
  await lambda.close();
});

interface Invocation {
  readonly name?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly signing?: Signing;
}

async function invoke({
  name = "dev-test",
  query = "",
  headers = {},
  payload = "{}",
  signing,
}: Invocation = {}) {
  const request = {
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
    headers,
    body: payload,
  };
  const signed = await sign("http://127.0.0.1:3000", request, {
    service: "lambda",
    region: "us-east-1",
    ...signing,
  });
  return api.handle(received(signed));
}

function errorOf({ status, headers, body }: HttpResponse) {
  const { message, Message } = JSON.parse(String(body)) as { message?: string; Message?: string };
  return { status, type: headers["x-amzn-ErrorType"], message: message ?? Message };
}

describe("Lambda's operation Invoke", () => {
  it.each([
    "dev-test",
    "dev-test:$LATEST",
    "function:dev-test",
    "123456789012:dev-test",
    "123456789012:function:dev-test",
    "arn:aws:lambda:us-east-1:123456789012:function:dev-test",
    "arn:aws:lambda:us-east-1:123456789012:function:dev-test:$LATEST",
  ])("invokes the function %s with the payload", async (name) => {
    // Act
    const answer = await invoke({ name, payload: '{"base64":"AAECAw=="}' });

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: { "X-Amz-Executed-Version": "$LATEST" } });
    expect(JSON.parse(String(answer.body))).toEqual({ got: { base64: "AAECAw==" } });
  });

  it("sends an empty object to the function when there is no payload", async () => {
    // Act
    const answer = await invoke({ payload: "" });

    // Assess
    expect(answer.body).toBe('{"got":{}}');
  });

  it("answers 200 with the error when the function throws", async () => {
    // Act
    const answer = await invoke({ payload: '{"throw":true}' });

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: { "X-Amz-Function-Error": "Unhandled" } });
    expect(JSON.parse(String(answer.body))).toMatchObject({ errorType: "TypeError" });
  });

  it("accepts 6 MB, and refuses one more byte with the limit", async () => {
    // Prepare
    const payloadOf = (bytes: number) => JSON.stringify({ a: "x".repeat(bytes - '{"a":""}'.length) });

    // Act
    const taken = await invoke({ payload: payloadOf(MAX_EVENT) });
    const refused = await invoke({ payload: payloadOf(MAX_EVENT + 1) });

    // Assess
    expect(taken.status).toBe(200);
    expect(errorOf(refused)).toEqual({
      status: 413,
      type: "RequestEntityTooLargeException",
      message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    });
  });

  it("names the limit when the answer is larger than a function can return", async () => {
    // Act
    const answer = await invoke({ payload: JSON.stringify({ answer: MAX_EVENT + 99 }) });

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: { "X-Amz-Function-Error": "Unhandled" } });
    expect(JSON.parse(String(answer.body))).toEqual({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
  });

  it("invokes nothing on a dry run", async () => {
    // Act
    const answer = await invoke({
      headers: { "x-amz-invocation-type": "DryRun" },
      payload: '{"throw":true}',
    });

    // Assess
    expect([answer.status, answer.body]).toEqual([204, ""]);
  });

  it.each<[string, Invocation, string]>([
    [
      "an event",
      { headers: { "x-amz-invocation-type": "Event" } },
      "InvocationType: got Event; allowed on this",
    ],
    ["the tail of the log", { headers: { "x-amz-log-type": "Tail" } }, "LogType: got Tail; allowed on this"],
    [
      "a client context",
      { headers: { "x-amz-client-context": "e30=" } },
      "x-amz-client-context: got a value; allowed on this machine: none",
    ],
    ["a version", { query: "?Qualifier=7" }, "Qualifier: got 7; allowed: $LATEST"],
  ])("refuses %s", async (_case, invocation, message) => {
    // Act
    const refusal = errorOf(await invoke(invocation));

    // Assess
    expect(refusal).toMatchObject({ status: 400, type: "InvalidParameterValueException" });
    expect(refusal.message).toContain(message);
  });

  it("refuses a payload that is not JSON, without quoting the payload", async () => {
    // Act
    const answer = await invoke({ payload: "secret" });

    // Assess
    expect(errorOf(answer)).toMatchObject({ status: 400, type: "InvalidRequestContentException" });
    expect(answer.body).not.toContain("secret");
  });

  it.each(["no-such-function", "999988887777:function:dev-test", "eu-west-1:function:dev-test"])(
    "does not find the function %s",
    async (name) => {
      // Act
      const refusal = errorOf(await invoke({ name }));

      // Assess
      expect(refusal).toMatchObject({ status: 404, type: "ResourceNotFoundException" });
    },
  );

  it("refuses a wrong signature", async () => {
    // Act
    const refusal = errorOf(await invoke({ signing: { secretAccessKey: "wrong" } }));

    // Assess
    expect(refusal).toMatchObject({ status: 403, type: "InvalidSignatureException" });
  });

  it("throttles beyond the reserved concurrency", async () => {
    // Act
    const refusal = errorOf(await invoke({ name: "dev-throttled" }));

    // Assess
    expect(refusal).toMatchObject({ status: 429, type: "TooManyRequestsException" });
  });
});
