import http from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { LocalStage, PortNotFree } from "../../src/local/stage";
import type {
  CorsDefinition,
  Deployment,
  FunctionDefinition,
  FunctionUrlDefinition,
} from "../../src/local/terraform/deployment";
import { type Request, type Response, send } from "./support/client";
import { publicStage, ROUTE_ARN } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { freePorts, isFree } from "./support/ports";
import { type Signing, sign } from "./support/signing";

const ACCOUNT_ID = "123456789012";
const PAGE = "https://www.example.com";

/** Returns the answer in the query parameter `answer`, or the event. */
const OBEDIENT = `
  exports.handler = async (event) => {
    const { answer, fail, length } = event.queryStringParameters ?? {};
    if (fail !== undefined) throw new Error("the function's own words");
    if (length !== undefined) return "x".repeat(Number(length));
    return answer === undefined ? event : JSON.parse(answer);
  };`;

const CORS: CorsDefinition = {
  allowOrigins: ["*"],
  allowMethods: ["*"],
  allowHeaders: ["authorization", "content-type"],
  exposeHeaders: ["access-control-allow-origin"],
};

let lambda: Lambda;
let stage: LocalStage;

beforeAll(async () => {
  lambda = new Lambda();
  stage = await start(0);
  await stage.serve([deploy([ONE])]);
});

afterAll(async () => {
  await stage.close();
  await lambda.close();
});

async function start(port: number): Promise<LocalStage> {
  const started = new LocalStage({ port, containers: new Map(), log: () => {} });
  await started.listen();
  return started;
}

function obedient(name: string): FunctionDefinition {
  const arn = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${name}`;
  return lambda.define(OBEDIENT, { name, arn, invocableFor: [ROUTE_ARN] });
}

function urlOf({ name, arn }: FunctionDefinition, cors: CorsDefinition | undefined): FunctionUrlDefinition {
  return {
    functionArn: arn,
    functionName: name,
    urlId: "abcdefghij",
    region: "us-east-1",
    accountId: ACCOUNT_ID,
    cors,
  };
}

/** A deployment of functions that each have a function URL. */
function deploy(names: readonly string[], cors: CorsDefinition | undefined = CORS): Deployment {
  const functions = names.map(obedient);
  return {
    name: "dev",
    region: "us-east-1",
    accountId: ACCOUNT_ID,
    functions,
    existingFunctions: [],
    endpoints: [],
    stages: functions.slice(0, 1).map((fn) => publicStage(fn)),
    functionUrls: functions.map((fn) => urlOf(fn, cors)),
    unsupported: [],
  };
}

const ONE = "dev-one";

function base(name = ONE, { functionUrls } = stage): string {
  const url = functionUrls.get(obedient(name).arn);
  if (url === undefined) throw new Error(`${name} has no function URL`);
  return url;
}

/** Calls the function URL with a signed request. `signing` can make the signature wrong. */
async function call(request: Partial<Request> = {}, signing: Signing = {}): Promise<Response> {
  const whole = { method: "GET", path: "/", ...request };
  return send(base(), await sign(base(), whole, { service: "lambda", ...signing }));
}

/** Calls the function URL with the answer that the function returns. */
function callWith(answer: unknown, request: Partial<Request> = {}): Promise<Response> {
  return call({ path: `/?answer=${encodeURIComponent(JSON.stringify(answer))}`, ...request });
}

/** The event of a request. */
async function eventOf(request: Partial<Request>): Promise<Record<string, unknown>> {
  const { status, body } = await call(request);
  expect(status).toBe(200);
  return JSON.parse(body) as Record<string, unknown>;
}

describe("the event of a function URL", () => {
  it("the event has version 2.0, without members that the request lacks", async () => {
    // Act
    const event = await eventOf({ path: "/some/path", headers: { "User-Agent": "curl/8" } });

    // Assess
    const { requestContext, ...rest } = event;
    expect(rest).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/some/path",
      rawQueryString: "",
      headers: expect.objectContaining({
        host: new URL(base()).host,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
      }),
      isBase64Encoded: false,
    });
    expect(requestContext).toEqual({
      accountId: ACCOUNT_ID,
      apiId: "abcdefghij",
      authorizer: { iam: expect.objectContaining({ accessKey: "local", accountId: ACCOUNT_ID }) },
      domainName: "abcdefghij.lambda-url.us-east-1.on.aws",
      domainPrefix: "abcdefghij",
      http: {
        method: "GET",
        path: "/some/path",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "curl/8",
      },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      routeKey: "$default",
      stage: "$default",
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    });
  });

  it("the event has the request id of the answer", async () => {
    // Act
    const response = await call();

    // Assess
    const { requestContext } = JSON.parse(response.body) as { requestContext: { requestId: string } };
    expect(response.headers["x-amzn-requestid"]).toBe(requestContext.requestId);
  });

  it.each([
    ["one value", "q=who", { q: "who" }],
    ["a space as %20 and as +", "a=who%20am%20i&b=who+am+i", { a: "who am i", b: "who am i" }],
    ["a plus, a percent sign and an ampersand", "q=1%2B1%3D2%26100%25", { q: "1+1=2&100%" }],
    ["letters beyond ASCII", "q=%C3%A4%E4%BD%A0%F0%9F%98%80", { q: "ä你😀" }],
    ["a name that occurs twice", "k=1&q=who&k=2", { k: "1,2", q: "who" }],
    ["no value", "q=", { q: "" }],
  ])("the event has the query decoded and as received: %s", async (_case, query, decoded) => {
    // Act
    const event = await eventOf({ path: `/?${query}` });

    // Assess
    expect(event).toMatchObject({ rawQueryString: query, queryStringParameters: decoded });
  });

  it("the event has header names in lower case, and cookies in a separate list", async () => {
    // Act
    const event = await eventOf({ headers: { "X-Trace": "a", Cookie: "a=1; b=2" } });

    // Assess
    expect(event).toMatchObject({ headers: { "x-trace": "a" }, cookies: ["a=1", "b=2"] });
    expect(event).not.toHaveProperty("headers.cookie");
    expect(Object.keys(event.headers as object).filter((name) => /[A-Z]/.test(name))).toEqual([]);
  });

  it.each([
    ["text/plain", false],
    ["text/plain; charset=utf-8", false],
    ["application/json", false],
    ["application/problem+json", false],
    ["application/xml", false],
    ["application/x-www-form-urlencoded", true],
    ["application/octet-stream", true],
    ["image/png", true],
  ])("the event has the body of %s in base64: %s", async (contentType, isBase64Encoded) => {
    // Prepare
    const body = '{"q":"größer ✓"}';

    // Act
    const event = await eventOf({ method: "POST", headers: { "Content-Type": contentType }, body });

    // Assess
    const encoded = isBase64Encoded ? Buffer.from(body).toString("base64") : body;
    expect(event).toMatchObject({ body: encoded, isBase64Encoded });
  });

  it("keeps every byte of a body that is not text", async () => {
    // Prepare
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

    // Act
    const event = await eventOf({ method: "PUT", headers: { "Content-Type": "image/png" }, body });

    // Assess
    expect(Buffer.from(String(event.body), "base64")).toEqual(body);
  });
});

describe("a function URL", () => {
  it("refuses a request without a signature, with a link to the documentation", async () => {
    // Act
    const response = await send(base(), { method: "GET", path: "/" });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
    expect(JSON.parse(response.body)).toEqual({ Message: expect.stringMatching(/^Forbidden\. /) });
    expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["another secret", { secretAccessKey: "lokal" }, "InvalidSignatureException"],
    ["API Gateway's service", { service: "execute-api" }, "InvalidSignatureException"],
    ["SageMaker's service", { service: "sagemaker" }, "InvalidSignatureException"],
    ["another region", { region: "eu-central-1" }, "InvalidSignatureException"],
    ["an unknown access key", { accessKeyId: "AKIAIOSFODNN7EXAMPLE" }, "UnrecognizedClientException"],
    ["a date ten minutes ago", { date: new Date(Date.now() - 600_000) }, "InvalidSignatureException"],
  ])("refuses a signature with %s", async (_case, signing, errorType) => {
    // Act
    const response = await call({ path: "/?fail" }, signing);

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe(errorType);
    expect(JSON.parse(response.body)).toEqual({ message: expect.stringMatching(/./) });
  });

  it.each([
    ["the query", { path: "/?q=you" }],
    ["the path", { path: "/other?q=who" }],
    ["the method", { method: "DELETE" }],
    ["the body", { body: "2" }],
  ])("refuses a request with %s changed after signing", async (_case, change) => {
    // Prepare
    const request = { method: "POST", path: "/?q=who", body: "1" };
    const signed = await sign(base(), request, { service: "lambda", withBodyHash: false });

    // Act
    const response = await send(base(), { ...signed, ...change });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
  });

  it.each(['/?q="%zz', "/%zz?q=<"])("refuses a request that no client can sign: %s", async (path) => {
    // Prepare
    const signed = await sign(base(), { method: "GET", path: "/" }, { service: "lambda" });

    // Act
    const response = await send(base(), { ...signed, path });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
  });

  it.each([
    ["6 MB of text", "text/plain", 6 * 1024 * 1024],
    ["a body that base64 makes longer than 6 MB", "application/octet-stream", 5 * 1024 * 1024],
    ["a body above the stored length", "text/plain", 11 * 1024 * 1024],
  ])("refuses %s", async (_case, contentType, bytes) => {
    // Prepare
    const request = { method: "POST", headers: { "Content-Type": contentType }, body: "1".repeat(bytes) };

    // Act
    const response = await call(request);

    // Assess
    expect(response.status).toBe(413);
    expect(response.headers["x-amzn-errortype"]).toBe("RequestEntityTooLargeException");
    expect(JSON.parse(response.body)).toEqual({
      Message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    });
  });

  it("answers 429 when Lambda throttles the invocation", async () => {
    // Prepare
    const throttled = await start(0);
    const deployment = deploy([ONE]);
    const functions = deployment.functions.map((fn) => ({ ...fn, reservedConcurrency: 0 }));
    await throttled.serve([{ ...deployment, functions }]);
    const url = base(ONE, throttled);

    // Act
    const response = await send(url, await sign(url, { method: "GET", path: "/" }, { service: "lambda" }));
    await throttled.close();

    // Assess
    expect(response.status).toBe(429);
    expect(response.headers["x-amzn-errortype"]).toBe("TooManyRequestsException");
    expect(JSON.parse(response.body)).toEqual({
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      message: "Rate Exceeded.",
    });
  });

  it("accepts 5 MB of text", async () => {
    // Prepare
    const body = "1".repeat(5 * 1024 * 1024);

    // Act
    const event = await eventOf({ method: "POST", headers: { "Content-Type": "text/plain" }, body });

    // Assess
    expect(String(event.body)).toHaveLength(body.length);
  });
});

describe("the answer of a function URL", () => {
  it.each([
    ["text, unchanged", "größer ✓", "größer ✓"],
    ["a number", 5, "5"],
    ["a list", ["B", "M"], '["B","M"]'],
    ["an object without a status", { a: 1 }, '{"a":1}'],
    ["null", null, "null"],
  ])("the answer is the body of a 200: %s", async (_case, answer, body) => {
    // Act
    const response = await callWith(answer);

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers["content-type"]).toBe("application/json");
    expect(response.body).toBe(body);
  });

  it.each([
    ["all of it", { statusCode: 201, headers: { "X-A": "b" }, body: "c" }, 201, "c", { "x-a": "b" }],
    ["a status in text", { statusCode: "404", body: "" }, 404, "", {}],
    ["no body", { statusCode: 200 }, 200, "", {}],
    ["a body that is not a text", { statusCode: 200, body: { a: 1 } }, 200, '{"a":1}', {}],
    ["base64", { statusCode: 200, body: "w6Q=", isBase64Encoded: true }, 200, "ä", {}],
    ["base64 without its padding", { statusCode: 200, body: "w6Q", isBase64Encoded: true }, 200, "ä", {}],
    [
      "cookies beside a header Set-Cookie",
      { statusCode: 200, headers: { "set-cookie": "a=1" }, cookies: ["b=2"] },
      200,
      "",
      { "set-cookie": ["a=1", "b=2"] },
    ],
    [
      "its own content type",
      { statusCode: 200, headers: { "content-type": "a/b" } },
      200,
      "",
      { "content-type": "a/b" },
    ],
    ["cookies", { statusCode: 200, cookies: ["a=1", "b=2"] }, 200, "", { "set-cookie": ["a=1", "b=2"] }],
    [
      "its own count of bytes",
      { statusCode: 200, headers: { "Content-Length": "1" }, body: "größer" },
      200,
      "größer",
      { "x-amzn-remapped-content-length": "1" },
    ],
  ])("the answer is read: %s", async (_case, answer, status, body, headers) => {
    // Act
    const response = await callWith(answer);

    // Assess
    expect(response.status).toBe(status);
    expect(response.body).toBe(body);
    expect(response.headers).toMatchObject({ "content-type": "application/json", ...headers });
  });

  it("the answer cannot override the request's id", async () => {
    // Act
    const response = await callWith({ statusCode: 200, headers: { "X-Amzn-RequestId": "mine" } });

    // Assess
    expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers["x-amzn-remapped-x-amzn-requestid"]).toBe("mine");
  });

  it.each([
    ["a status that is not a number", { statusCode: "fine" }],
    ["a status that HTTP does not have", { statusCode: 42 }],
    ["a status 1xx", { statusCode: 103 }],
    ["headers that are text", { statusCode: 200, headers: "A: b" }],
    ["a line break in a header", { statusCode: 200, headers: { "X-Note": "a\nb" } }],
    ["a header's name that HTTP does not allow", { statusCode: 200, headers: { "X Note": "a" } }],
    ["invalid base64", { statusCode: 200, body: "not base64!", isBase64Encoded: true }],
    ["truncated base64", { statusCode: 200, body: "aGVsb", isBase64Encoded: true }],
    ["a cookie that cannot be sent", { statusCode: 200, cookies: ["a=✓"] }],
  ])("the answer is a 502 when the function's answer cannot be sent: %s", async (_case, answer) => {
    // Act
    const response = await callWith(answer);

    // Assess
    expect(response.status).toBe(502);
    expect(response.body).toBe("Internal Server Error");
  });

  it("the answer is a 502 without the message when the function throws", async () => {
    // Act
    const response = await call({ path: "/?fail" });

    // Assess
    expect(response.status).toBe(502);
    expect(response.body).toBe("Internal Server Error");
  });

  it.each([
    [200, 6_291_554],
    [502, 6_291_555],
  ])(
    "the answer has the status %i when the body has %i characters and two quotes",
    async (status, length) => {
      // Act
      const response = await call({ path: `/?length=${length}` });

      // Assess
      expect(response.status).toBe(status);
    },
  );
});

describe("the CORS headers of a function URL", () => {
  const NARROW = { ...CORS, allowOrigins: [PAGE], allowMethods: ["GET", "POST"] };
  const WISH = { "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization" };

  function preflight(origin = PAGE): Promise<Response> {
    return send(base(), { method: "OPTIONS", path: "/?fail", headers: { Origin: origin, ...WISH } });
  }

  /** The CORS headers of an answer. */
  function corsOf({ headers }: Response): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith("access-control-") || name === "vary"),
    );
  }

  it("the function URL answers an unsigned preflight without the function", async () => {
    // Act
    const response = await preflight();

    // Assess
    expect(response.status).toBe(200);
    expect(response.body).toBe("");
    expect(corsOf(response)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-allow-headers": "authorization,content-type",
    });
  });

  it("the headers have the max age of the settings", async () => {
    // Prepare
    await stage.serve([deploy([ONE], { ...NARROW, maxAgeInSeconds: 600 })]);

    // Act
    const allowed = await preflight();
    const foreign = await preflight("https://example.com");
    const answer = await call({ headers: { Origin: PAGE } });

    // Assess
    expect(allowed.headers["access-control-max-age"]).toBe("600");
    expect(foreign.headers).not.toHaveProperty("access-control-max-age");
    expect(answer.headers).not.toHaveProperty("access-control-max-age");
    await stage.serve([deploy([ONE])]);
  });

  it("the headers are sent to pages of the allowed origins only", async () => {
    // Prepare
    await stage.serve([deploy([ONE], NARROW)]);

    // Act
    const allowed = [await preflight(), await call({ headers: { Origin: PAGE } })];
    const others = [
      await preflight("https://example.com"),
      await call({ headers: { Origin: "https://example.com" } }),
    ];

    // Assess
    expect(allowed.map(corsOf)).toEqual([
      {
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type",
        vary: "Origin",
      },
      {
        "access-control-allow-origin": PAGE,
        "access-control-expose-headers": "access-control-allow-origin",
        vary: "Origin",
      },
    ]);
    expect(others.map(corsOf)).toEqual([{}, {}]);
    await stage.serve([deploy([ONE])]);
  });

  it.each([
    ["an answer", () => call({ headers: { Origin: PAGE } }), 200],
    ["a refusal", () => send(base(), { method: "GET", path: "/", headers: { Origin: PAGE } }), 403],
    ["a failure", () => call({ path: "/?fail", headers: { Origin: PAGE } }), 502],
  ])("the headers are sent with %s", async (_case, act, status) => {
    // Act
    const response = await act();

    // Assess
    expect(response.status).toBe(status);
    expect(corsOf(response)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "access-control-allow-origin",
    });
  });

  it("the headers are not sent to a client without an origin", async () => {
    // Act
    const response = await call();

    // Assess
    expect(corsOf(response)).toEqual({});
  });

  // Lambda does not remove the function's headers
  // (https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors).
  it("the headers occur twice when the function also sends these headers", async () => {
    // Prepare
    const answer = { statusCode: 200, headers: { "access-control-allow-origin": PAGE, vary: "Accept" } };

    // Act
    const response = await callWith(answer, { headers: { Origin: PAGE } });

    // Assess
    expect(response.headers["access-control-allow-origin"]).toBe(`${PAGE}, *`);
    expect(response.headers.vary).toBe("Accept");
  });

  it("the headers come from the function when the URL has no CORS settings, even for a signed preflight", async () => {
    // Prepare
    await stage.serve([{ ...deploy([ONE]), functionUrls: [urlOf(obedient(ONE), undefined)] }]);
    const answer = { statusCode: 204, headers: { "Access-Control-Allow-Origin": PAGE } };

    // Act
    const unsigned = await preflight();
    const signed = await callWith(answer, { method: "OPTIONS", headers: { Origin: PAGE, ...WISH } });

    // Assess
    expect(unsigned.status).toBe(403);
    expect(signed.status).toBe(204);
    expect(corsOf(signed)).toEqual({ "access-control-allow-origin": PAGE });
  });
});

describe("the ports of function URLs", () => {
  const other = http.createServer();
  let chosen: LocalStage;
  let port: number;

  beforeAll(async () => {
    port = await freePorts(4);
    chosen = await start(port);
  });

  beforeEach(async () => {
    await chosen.serve([]);
  });

  afterAll(async () => {
    await chosen.close();
    await new Promise((resolve) => other.close(resolve));
  });

  const portsOf = ({ functionUrls }: LocalStage) =>
    [...functionUrls.values()].map((url) => Number(new URL(url).port));

  it("the ports follow the stage's port, and stay when other function URLs are added or removed", async () => {
    // Act
    await chosen.serve([deploy(["dev-one", "dev-two"])]);
    const both = portsOf(chosen);
    await chosen.serve([deploy(["dev-two"])]);
    const second = portsOf(chosen);
    const isFirstFree = await isFree(port + 1);
    await chosen.serve([deploy(["dev-two", "dev-three", "dev-four"])]);
    const three = portsOf(chosen);

    // Assess
    expect(both).toEqual([port + 1, port + 2]);
    expect(second).toEqual([port + 2]);
    expect(isFirstFree).toBe(true);
    expect(three).toEqual([port + 2, port + 1, port + 3]);
  });

  it("the ports cause an error when a port is in use, and the stage still serves the previous version", async () => {
    // Prepare
    await chosen.serve([deploy(["dev-one"])]);
    await new Promise<void>((resolve) => other.listen(port + 3, "127.0.0.1", resolve));

    // Act
    const reload = chosen.serve([deploy(["dev-two", "dev-three"])]);

    // Assess
    await expect(reload).rejects.toThrow(PortNotFree);
    await expect(reload).rejects.toThrow(
      `the function URL of dev-three on 127.0.0.1:${port + 3}: another program uses the port. Choose another port with --port N, or any free port with --port 0.`,
    );
    expect([...chosen.functionUrls.keys()]).toEqual([obedient("dev-one").arn]);
    expect(await isFree(port + 2)).toBe(true);
    const response = await send(base("dev-one", chosen), { method: "GET", path: "/" });
    expect(response.status).toBe(403);
  });

  it("the ports cause an error when no port follows the stage's port", async () => {
    // Prepare
    const last = new LocalStage({ port: 65_535, containers: new Map(), log: () => {} });
    Object.defineProperty(last, "url", { value: "http://127.0.0.1:65535" });

    // Act
    const serve = last.serve([deploy(["dev-one"])]);

    // Assess
    await expect(serve).rejects.toThrow(PortNotFree);
    await last.close();
  });

  it("the ports are closed with the stage", async () => {
    // Prepare
    await chosen.serve([deploy(["dev-one"])]);
    const closing = await start(0);
    await closing.serve([deploy(["dev-two"])]);
    const [open = 0, closed = 0] = [chosen, closing].flatMap(portsOf);

    // Act
    await closing.close();

    // Assess
    expect(await isFree(closed)).toBe(true);
    expect(await isFree(open)).toBe(false);
  });
});
