import { describe, expect, it } from "@jest/globals";
import { type HttpRequest, type HttpResponse, headerOf } from "../../src/local/http";
import type { Method } from "../../src/local/rest-api/openapi";
import { readProxyAnswer, toProxyEvent } from "../../src/local/rest-api/proxy";
import type { StageDefinition } from "../../src/local/terraform/deployment";

const METHOD: Method = {
  httpMethod: "POST",
  path: "/loan-default",
  title: undefined,
  authorization: "NONE",
  requestModels: {},
  requiredParameters: [],
  bytesTypes: [],
  example: undefined,
  parameterExamples: [],
  integration: { type: "aws_proxy", httpMethod: "POST", uri: "arn:aws:apigateway:us-east-1:lambda:path/…" },
};

const STAGE: StageDefinition = {
  stageName: "dev",
  apiId: "abcdefghij",
  executionArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev",
  openApi: {
    document: {},
    title: "dev-inference",
    methods: [METHOD],
    keySource: "HEADER",
    binaryMediaTypes: [],
    gatewayResponses: {},
  },
  throttling: undefined,
  apiKeys: [],
  accessLogFormat: undefined,
};

const IDS = { requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", extendedRequestId: "QcGxwHJUIAMFg5w=" };

function eventOf(
  request: Partial<HttpRequest>,
  apiKeyId?: string,
  authorization: Method["authorization"] = "NONE",
): Record<string, unknown> {
  const whole: HttpRequest = {
    method: "POST",
    target: "/dev/loan-default",
    path: "/dev/loan-default",
    query: "",
    headers: [],
    body: Buffer.from(""),
    sourceIp: "192.0.2.1",
    ...request,
  };
  const key = apiKeyId === undefined ? undefined : { id: apiKeyId, value: headerOf(whole, "x-api-key") };
  return toProxyEvent(whole, { ...METHOD, authorization }, STAGE, "123456789012", IDS, key);
}

describe("the event of API Gateway", () => {
  it("the event has the path without the stage, and the request context has the path with the stage", () => {
    // Act
    const event = eventOf({});

    // Assess
    expect(event).toMatchObject({
      resource: "/loan-default",
      path: "/loan-default",
      httpMethod: "POST",
      requestContext: {
        path: "/dev/loan-default",
        resourcePath: "/loan-default",
        stage: "dev",
        httpMethod: "POST",
        accountId: "123456789012",
        apiId: "abcdefghij",
        requestId: IDS.requestId,
        extendedRequestId: IDS.extendedRequestId,
        protocol: "HTTP/1.1",
        identity: { sourceIp: "192.0.2.1", userAgent: null },
      },
    });
  });

  it("the event has null for empty members", () => {
    // Act
    const event = eventOf({});

    // Assess
    expect(event).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  it("the event has the last of several query values, and all values in the multi-value map", () => {
    // Act
    const event = eventOf({ query: "k=1&q=who%20am+i&k=2&empty=&k=3" });

    // Assess
    expect(event).toMatchObject({
      queryStringParameters: { k: "3", q: "who am i", empty: "" },
      multiValueQueryStringParameters: { k: ["1", "2", "3"], q: ["who am i"], empty: [""] },
    });
  });

  it("names the API key only when the route requires a key", () => {
    // Act
    const [withKey, without] = [
      eventOf({ headers: [["X-API-Key", "secret"]] }, "key1234567"),
      eventOf({ headers: [["X-API-Key", "secret"]] }),
    ];

    // Assess
    expect(withKey).toMatchObject({
      requestContext: { identity: { apiKey: "secret", apiKeyId: "key1234567" } },
    });
    expect(without).not.toHaveProperty("requestContext.identity.apiKey");
    expect(without).not.toHaveProperty("requestContext.identity.apiKeyId");
  });

  it("names the signer when the route requires a signature", () => {
    // Prepare
    const signature = "0".repeat(64);
    const authorization = `AWS4-HMAC-SHA256 Credential=local/20261120/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${signature}`;
    const request: Partial<HttpRequest> = { headers: [["authorization", authorization]] };

    // Act
    const [signed, ignored] = [eventOf(request, undefined, "AWS_IAM"), eventOf(request)];

    // Assess
    expect(signed).toMatchObject({
      requestContext: {
        identity: {
          accessKey: "local",
          accountId: "123456789012",
          caller: "local",
          user: "local",
          userArn: "arn:aws:iam::123456789012:user/local",
        },
      },
    });
    expect(ignored).toMatchObject({ requestContext: { identity: { accessKey: null, userArn: null } } });
  });

  it("the event has ids in API Gateway's form, and the same API always has the same id", () => {
    // Act
    const [first, second] = [eventOf({}), eventOf({})].map(({ requestContext }) => requestContext) as {
      deploymentId: string;
      resourceId: string;
    }[];

    // Assess
    expect(first).toMatchObject({
      deploymentId: expect.stringMatching(/^[0-9a-z]{6}$/),
      resourceId: expect.stringMatching(/^[0-9a-z]{6}$/),
    });
    expect(second).toMatchObject({ deploymentId: first?.deploymentId, resourceId: first?.resourceId });
  });

  it.each(["Keep-Alive", "Proxy-Connection", "KEEP-ALIVE", "te", "UPGRADE"])(
    "lacks headers of the connection in any case: %s",
    (name) => {
      // Act
      const event = eventOf({
        headers: [
          [name, "1"],
          ["X-Kept", "1"],
        ],
      });

      // Assess
      expect(Object.keys(event.headers as object)).not.toContain(name);
      expect(event).toMatchObject({ headers: { "X-Kept": "1" } });
    },
  );

  it.each([
    ["no Root", "Self=1-67891234-12456789abcdef012345678"],
    ["an invalid Root", "Root=1-2-3"],
    ["text", "mine"],
  ])("the event has a new trace when the caller sends %s", (_case, sent) => {
    // Act
    const event = eventOf({ headers: [["X-Amzn-Trace-Id", sent]] });

    // Assess
    expect(event).toMatchObject({
      multiValueHeaders: { "X-Amzn-Trace-Id": [expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)] },
    });
  });

  it("the event has the last of several header values, and all values in the multi-value map, with unchanged names", () => {
    // Act
    const event = eventOf({
      headers: [
        ["Accept", "text/html"],
        ["X-Trace", "a"],
        ["Accept", "application/json"],
      ],
    });

    // Assess
    expect(event).toMatchObject({
      headers: { Accept: "application/json", "X-Trace": "a" },
      multiValueHeaders: { Accept: ["text/html", "application/json"], "X-Trace": ["a"] },
    });
  });

  it("the event has the headers of the request's origin", () => {
    // Act
    const event = eventOf({ headers: [["User-Agent", "curl/8"]] });

    // Assess
    expect(event).toMatchObject({
      headers: { "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https" },
      requestContext: { identity: { userAgent: "curl/8" } },
    });
  });

  it("the event has the body as text, and the id of the API key", () => {
    // Act
    const event = eventOf({ body: Buffer.from('{"q":"größer ✓"}') }, "key1234567");

    // Assess
    expect(event).toMatchObject({
      body: '{"q":"größer ✓"}',
      isBase64Encoded: false,
      requestContext: { identity: { apiKeyId: "key1234567" } },
    });
  });

  it("the event has the time in both of API Gateway's formats", () => {
    // Prepare
    const before = Date.now();

    // Act
    const { requestContext } = eventOf({});

    // Assess
    const { requestTime, requestTimeEpoch } = requestContext as {
      requestTime: string;
      requestTimeEpoch: number;
    };
    expect(requestTimeEpoch).toBeGreaterThanOrEqual(before);
    expect(requestTime).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(Date.parse(requestTime.replace(/^(\d\d)\/(\w+)\/(\d+):/, "$1 $2 $3 "))).toBe(
      Math.floor(requestTimeEpoch / 1000) * 1000,
    );
  });
});

describe("the answer of a function", () => {
  it.each([
    ["all of it", { statusCode: 201, headers: { A: "b" }, body: "c" }, 201, { A: "b" }, "c"],
    ["a status in text", { statusCode: "201", body: "" }, 201, {}, ""],
    ["no status", { body: "c" }, 200, {}, "c"],
    ["nothing at all", {}, 200, {}, ""],
    ["a boolean and a number for a header", { headers: { A: true, B: 5 } }, 200, { A: "true", B: "5" }, ""],
    [
      "headers with several values",
      { multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] } },
      200,
      { "Set-Cookie": ["a=1", "b=2"] },
      "",
    ],
    [
      "a header in both maps: all values",
      { headers: { A: "1" }, multiValueHeaders: { A: ["2", "3"] } },
      200,
      { A: ["2", "3", "1"] },
      "",
    ],
    ["null for headers and body", { headers: null, multiValueHeaders: null, body: null }, 200, {}, ""],
    ["a body in base64, which stays in base64", { body: "aGk=", isBase64Encoded: true }, 200, {}, "aGk="],
  ])("the answer is read: %s", (_case, answer, status, headers, body) => {
    // Act
    const response = readProxyAnswer(JSON.stringify(answer));

    // Assess
    expect(response).toEqual({ status, headers: { "Content-Type": "application/json", ...headers }, body });
  });

  it.each([
    ["Content-Type", { headers: { "Content-Type": "text/plain" } }],
    ["content-type", { headers: { "content-type": "text/plain" } }],
    ["CONTENT-TYPE", { multiValueHeaders: { "CONTENT-TYPE": ["text/plain"] } }],
  ])("keeps the function's content type: %s", (name, answer) => {
    // Act
    const response = readProxyAnswer(JSON.stringify(answer));

    // Assess
    expect(Object.keys((response as HttpResponse).headers)).toEqual([name]);
  });

  it.each([
    ["an unknown key", { statusCode: 200, body: "", cookies: [] }],
    ["text", "fine"],
    ["a number", 200],
    ["null", null],
    ["a list", [{ statusCode: 200 }]],
    ["a multi-value header that is not a list", { multiValueHeaders: { A: "b" } }],
    ["a header that is a list", { headers: { A: ["b"] } }],
    ["headers that are a list", { headers: ["A: b"] }],
    ["a status that is not a number", { statusCode: "fine" }],
    ["a status that is a list", { statusCode: [200] }],
    ["a status that HTTP does not have", { statusCode: 42 }],
    ["a body that is an object", { statusCode: 200, body: { a: 1 } }],
  ])("the answer is malformed: %s", (_case, answer) => {
    // Act
    const response = readProxyAnswer(JSON.stringify(answer));

    // Assess
    expect(response).toBeUndefined();
  });
});
