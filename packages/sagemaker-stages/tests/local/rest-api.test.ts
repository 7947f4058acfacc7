import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { rows } from "../../src/contracts/rows";
import type { HttpResponse } from "../../src/local/http";
import type { LocalFunction } from "../../src/local/lambda/function";
import type { Method } from "../../src/local/rest-api/openapi";
import { RestApi } from "../../src/local/rest-api/rest-api";
import type { StageDefinition } from "../../src/local/terraform/deployment";
import { defineModels } from "../../src/models";
import { received } from "./support/http-requests";
import { publicStage, ROUTE_ARN, withAwsAnswers } from "./support/inference-api";
import { Lambda } from "./support/lambda";

const ACCOUNT = { accountId: "123456789012", region: "us-east-1" };

/** Answers as `data` orders. */
const OBEDIENT = `
  exports.handler = async ({ body }) => {
    const { data } = JSON.parse(body);
    if (data === "throw") throw new Error("the function's own words");
    if (data === "exit") process.exit(1);
    if (data === "sleep") await new Promise(() => setInterval(() => {}, 1000));
    if (data === "nothing") return;
    if (data === "cookies") return { statusCode: 200, body: "", cookies: [] };
    if (data === "too much") return { statusCode: 200, body: "x".repeat(6291556) };
    return { statusCode: 200, headers: { "Content-Type": "text/plain", "Access-Control-Allow-Origin": "*" }, body: data };
  };`;

let lambda: Lambda;
let fn: LocalFunction;

beforeAll(async () => {
  lambda = new Lambda();
  fn = lambda.run(OBEDIENT, { invocableFor: [ROUTE_ARN] });
  await fn.warmUp();
});

afterAll(async () => {
  await lambda.close();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function serve(settings: Partial<StageDefinition> = {}, behind: LocalFunction = fn): RestApi {
  const stage = publicStage(behind.definition, settings);
  return new RestApi(stage, ACCOUNT, new Map([[behind.definition.arn, behind]]));
}

function call(api: RestApi, data: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
  return api.handle(
    received({ path: "/dev/loan-default", headers, body: JSON.stringify({ data }) }),
    "/loan-default",
  );
}

/** The status, x-amzn-ErrorType and problem document of an answer of API Gateway itself. */
function refusalOf({ status, headers, body }: HttpResponse) {
  return {
    status,
    type: headers["x-amzn-ErrorType"],
    problem: JSON.parse(String(body)) as { detail: string },
  };
}

/** A clock that stands still until the test moves it. */
function stopTheClock(): { move: (milliseconds: number) => void } {
  let time = 1_000;
  jest.spyOn(performance, "now").mockImplementation(() => time);
  return {
    move: (milliseconds) => {
      time += milliseconds;
    },
  };
}

describe("a body that the request model refuses", () => {
  it.each([
    ["a missing member", "{}", "the body must have required property 'rows'"],
    ["no JSON", "{", "the body is not JSON"],
    [
      "an unknown category",
      '{"rows":[{"season":"Fall"}]}',
      '/rows/0/season must be equal to one of the allowed values: ["fall","spring"]',
    ],
    [
      "an unknown column",
      '{"rows":[{"season":"fall","temp":1}]}',
      '/rows/0 must NOT have additional properties: "temp"',
    ],
  ])("is named in the terminal: %s", async (_case, body, reason) => {
    // Prepare
    let log = "";
    const features = [{ name: "season", values: ["fall", "spring"] }];
    const { riders } = defineModels({ riders: rows({ features, answer: "json", path: "/loan-default" }) });
    const stage = publicStage(fn.definition, {}, riders);
    const api = new RestApi(stage, ACCOUNT, new Map([[fn.definition.arn, fn]]), (text) => {
      log += text;
    });

    // Act
    const headers = { "Content-Type": "application/json" };
    const { status } = await api.handle(
      received({ path: "/dev/loan-default", headers, body }),
      "/loan-default",
    );

    // Assess
    expect(status).toBe(400);
    expect(log).toContain(`POST /loan-default: the request model of the API refuses the body: ${reason}\n`);
  });
});

describe("throttling", () => {
  const LIMITS = { rateLimit: 1, burstLimit: 2 };

  it("answers 429 with Retry-After above the stage's limit, and 200 again later", async () => {
    // Prepare
    const clock = stopTheClock();
    const api = serve({ throttling: LIMITS });

    // Act
    const [first, second, third] = [await call(api, "1"), await call(api, "2"), await call(api, "3")];
    clock.move(1_000);
    const fourth = await call(api, "4");
    const fifth = await call(api, "5");

    // Assess
    expect([first.status, second.status, third.status, fourth.status, fifth.status]).toEqual([
      200, 200, 429, 200, 429,
    ]);
    expect(third.headers).toMatchObject({
      "Retry-After": "1",
      "Content-Type": "application/problem+json",
      "Access-Control-Allow-Origin": "*",
      "x-amzn-ErrorType": "TooManyRequestsException",
    });
    expect(refusalOf(third).problem).toMatchObject({ title: "Too Many Requests", status: 429 });
  });

  it("counts each method separately", async () => {
    // Prepare
    stopTheClock();
    const api = serve({ throttling: { rateLimit: 1, burstLimit: 1 } });
    await call(api, "1");

    // Act
    const preflight = await api.handle(
      received({ method: "OPTIONS", path: "/dev/loan-default" }),
      "/loan-default",
    );
    const post = await call(api, "2");

    // Assess
    expect(preflight.status).toBe(204);
    expect(post.status).toBe(429);
  });

  it("the stage counts each key separately, with the limit of the key's usage plan", async () => {
    // Prepare
    stopTheClock();
    const api = serve({
      openApi: withAuthorization("API_KEY"),
      apiKeys: [
        { id: "one", value: "first", throttling: LIMITS },
        { id: "two", value: "second", throttling: LIMITS },
      ],
    });
    const statuses: number[] = [];

    // Act
    for (const key of ["first", "first", "first", "second"]) {
      statuses.push((await call(api, "1", { "X-API-Key": key })).status);
    }

    // Assess
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  it("applies the limit of a key for one method in addition to the limit of the key", async () => {
    // Prepare
    const clock = stopTheClock();
    const api = serve({
      openApi: withAuthorization("API_KEY"),
      apiKeys: [
        {
          id: "one",
          value: "first",
          throttling: { rateLimit: 10, burstLimit: 10 },
          methodThrottling: new Map([["POST/loan-default", { rateLimit: 1, burstLimit: 1 }]]),
        },
        { id: "two", value: "second", throttling: LIMITS },
      ],
    });
    const statusWith = async (key: string) => (await call(api, "1", { "x-api-key": key })).status;

    // Act
    const statuses = [await statusWith("first"), await statusWith("first"), await statusWith("second")];
    clock.move(1_000);
    const later = await statusWith("first");

    // Assess
    expect(statuses).toEqual([200, 429, 200]);
    expect(later).toBe(200);
  });

  it("does not count a throttled request toward the quota of the key", async () => {
    // Prepare
    const clock = stopTheClock();
    const api = serve({
      openApi: withAuthorization("API_KEY"),
      apiKeys: [
        {
          id: "one",
          value: "first",
          throttling: { rateLimit: 1, burstLimit: 1 },
          quota: { limit: 2, period: "MONTH" },
        },
      ],
    });
    const typeOf = async () =>
      (await call(api, "1", { "x-api-key": "first" })).headers["x-amzn-ErrorType"] ?? "none";

    // Act
    const types = [await typeOf(), await typeOf()];
    clock.move(1_000);
    types.push(await typeOf());
    clock.move(1_000);
    types.push(await typeOf());

    // Assess
    expect(types).toEqual(["none", "TooManyRequestsException", "none", "LimitExceededException"]);
  });

  it("counts only permitted callers", async () => {
    // Prepare
    stopTheClock();
    const api = serve({
      openApi: withAuthorization("API_KEY"),
      throttling: { rateLimit: 1, burstLimit: 1 },
      apiKeys: [{ id: "one", value: "first", throttling: undefined }],
    });

    // Act
    const unknownKey = await call(api, "1", { "x-api-key": "third" });
    const knownKey = await call(api, "2", { "x-api-key": "first" });

    // Assess
    expect(refusalOf(unknownKey)).toMatchObject({ status: 403, type: "ForbiddenException" });
    expect(knownKey.status).toBe(200);
  });
});

/** The route's API with the POST changed. */
function withMethod(change: Partial<Method>): StageDefinition["openApi"] {
  const { openApi } = publicStage(fn.definition);
  const methods = openApi.methods.map((method) =>
    method.httpMethod === "POST" ? { ...method, ...change } : method,
  );
  return { ...openApi, methods };
}

function withAuthorization(authorization: Method["authorization"]): StageDefinition["openApi"] {
  return withMethod({ authorization });
}

/** The API without gateway responses, so that AWS's defaults apply. */
function serveWithAwsAnswers(behind: LocalFunction = fn, functions = [behind]): RestApi {
  const stage = withAwsAnswers(publicStage(behind.definition));
  return new RestApi(stage, ACCOUNT, new Map(functions.map((one) => [one.definition.arn, one])));
}

const INTERNAL_SERVER_ERROR = {
  headers: { "x-amzn-ErrorType": "InternalServerErrorException" },
  body: '{"message":"Internal server error"}',
};

describe("a function without a permission for API Gateway", () => {
  it.each([
    ["no permission", []],
    ["a permission for another method", [ROUTE_ARN.replace("POST", "GET")]],
    ["a permission for another path", [`${ROUTE_ARN}-2`]],
    ["a permission for another stage", [ROUTE_ARN.replace("/dev/", "/prod/")]],
    ["a permission for a longer path than the route's", [`${ROUTE_ARN}/*`]],
    [
      "a permission whose * would have to match a colon",
      ["arn:aws:execute-api:us-east-1:*/dev/POST/loan-default"],
    ],
    ["a permission for everything after the region", ["arn:aws:execute-api:us-east-1:*"]],
    ["a permission in which ? matches no character", [`${ROUTE_ARN}?`]],
    ["a permission in which a dot matches only a dot", [ROUTE_ARN.replace("loan-default", "loan.default")]],
  ])("the answer is a fault of configuration: %s", async (_case, invocableFor) => {
    // Prepare
    const errorLog = jest.spyOn(console, "error").mockReturnValue();
    const forbidden = lambda.run(OBEDIENT, { invocableFor });
    const api = serveWithAwsAnswers(forbidden);

    // Act
    const response = await call(api, "1");

    // Assess
    expect(response).toMatchObject({ status: 500, ...INTERNAL_SERVER_ERROR });
    expect(String(errorLog.mock.calls[0]?.[0]) + lambda.output).toContain("no permission to invoke");
    await forbidden.stop();
  });

  it.each([
    ["exactly this route", ROUTE_ARN],
    ["every method of this path", ROUTE_ARN.replace("POST", "*")],
    ["the whole stage", ROUTE_ARN.replace("POST/loan-default", "*")],
    ["every API", "arn:aws:execute-api:us-east-1:123456789012:*"],
    ["a stage of three letters", ROUTE_ARN.replace("/dev/", "/???/")],
  ])("the function is invoked when the permission is for %s", async (_case, pattern) => {
    // Prepare
    const allowed = lambda.run(OBEDIENT, { invocableFor: ["arn:aws:execute-api:us-east-1:1:x/*", pattern] });
    const api = serve({}, allowed);

    // Act
    const response = await call(api, "1");

    // Assess
    expect(response.status).toBe(200);
    await allowed.stop();
  });

  it("the answer is a fault of configuration when the function does not exist", async () => {
    // Prepare
    jest.spyOn(console, "error").mockReturnValue();
    const api = serveWithAwsAnswers(fn, []);

    // Act
    const response = await call(api, "1");

    // Assess
    expect(response).toMatchObject({ status: 500, ...INTERNAL_SERVER_ERROR });
  });
});

describe("a function that fails", () => {
  it.each([
    ["throws", "throw"],
    ["ends its process", "exit"],
    ["answers nothing", "nothing"],
    ["answers an unknown member", "cookies"],
    ["answers more than 6,291,556 bytes", "too much"],
  ])("the answer is a 502 when the function %s", async (_case, order) => {
    // Prepare
    const api = serveWithAwsAnswers();

    // Act
    const response = await call(api, order);

    // Assess
    expect(response).toMatchObject({ status: 502, ...INTERNAL_SERVER_ERROR });
  });

  it("the answer is a 500 when Lambda throttles the invocation", async () => {
    // Prepare
    const reserved = lambda.run(OBEDIENT, { invocableFor: [ROUTE_ARN], reservedConcurrency: 1 });
    const api = serveWithAwsAnswers(reserved);
    const running = call(api, "1");

    // Act
    const response = await call(api, "2");
    const first = await running;
    await reserved.stop();

    // Assess
    expect(response).toMatchObject({ status: 500, ...INTERNAL_SERVER_ERROR });
    expect(first.status).toBe(200);
  });

  it("answers a throttled invocation with the API's gateway response and AWS's status", async () => {
    // Prepare
    const reserved = lambda.run(OBEDIENT, { invocableFor: [ROUTE_ARN], reservedConcurrency: 1 });
    const api = serve({}, reserved);
    const running = call(api, "1");

    // Act
    const response = await call(api, "2");
    await running;
    await reserved.stop();

    // Assess
    expect(refusalOf(response)).toMatchObject({
      status: 500,
      type: "InternalServerErrorException",
      problem: { title: "The request failed", detail: "Internal server error" },
    });
    expect(response.headers["Access-Control-Allow-Origin"]).toBe("*");
  });

  it("the caller gets the API's gateway response, which pages can read", async () => {
    // Prepare
    const api = serve();

    // Act
    const response = await call(api, "throw");

    // Assess
    expect(refusalOf(response)).toMatchObject({
      type: "InternalServerErrorException",
      problem: { detail: "Internal server error" },
    });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.headers["Access-Control-Allow-Origin"]).toBe("*");
    expect(String(response.body)).not.toContain("own words");
  });

  it("the answer is a 504 when the function takes longer than the integration's time-out", async () => {
    // Prepare
    const { integration } = withMethod({}).methods[0] ?? {};
    if (integration?.type !== "aws_proxy") throw new Error("the route invokes no function");
    const api = serve({ openApi: withMethod({ integration: { ...integration, timeoutInMillis: 50 } }) });

    // Act
    const response = await call(api, "sleep");

    // Assess
    expect(refusalOf(response)).toMatchObject({
      status: 504,
      type: "InternalServerErrorException",
      problem: { title: "Gateway Timeout", status: 504 },
    });
  });
});

describe("an answer", () => {
  it("the answer is the function's answer with API Gateway's ids", async () => {
    // Prepare
    const api = serve();

    // Act
    const response = await call(api, "größer ✓");

    // Assess
    expect(response).toEqual({
      status: 200,
      headers: {
        "Content-Type": "text/plain",
        "Access-Control-Allow-Origin": "*",
        "x-amzn-RequestId": expect.stringMatching(/^[0-9a-f-]{36}$/),
        "x-amz-apigw-id": expect.stringMatching(/=$/),
        "X-Amzn-Trace-Id": expect.stringMatching(/^Root=1-/),
      },
      body: "größer ✓",
    });
  });

  it("continues the caller's trace", async () => {
    // Prepare
    const api = serve();
    const root = "Root=1-65bfdbf7-1b5920a5a0a57e32194306b3";

    // Act
    const response = await call(api, "1", { "X-AMZN-TRACE-ID": `${root};Parent=5c9925637b7d89fa;Sampled=1` });

    // Assess
    expect(response.headers["X-Amzn-Trace-Id"]).toBe(root);
  });

  it("the answer is the same for a key without a usage plan as for a wrong key", async () => {
    // Prepare
    const api = serve({ openApi: withAuthorization("API_KEY"), apiKeys: [] });

    // Act
    const response = await call(api, "1", { "x-api-key": "local-dev-key-not-a-secret" });

    // Assess
    expect(refusalOf(response)).toMatchObject({ status: 403, type: "ForbiddenException" });
  });
});
