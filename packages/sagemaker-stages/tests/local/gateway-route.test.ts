import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { openApi } from "../../src/constructs/api/openapi";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import type { HttpResponse } from "../../src/local/http";
import { readOpenApi } from "../../src/local/rest-api/openapi";
import { RestApi } from "../../src/local/rest-api/rest-api";
import { models } from "../fixtures/app/functions";
import { problemOf, type Request, type Response, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { DEV } from "./support/environments";
import { received } from "./support/http-requests";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { readCurl, shellWords } from "./support/shell-words";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;
const ORIGIN = "https://www.example.com";
const JSON_TYPE = { "Content-Type": "application/json" };

const HOUSE_PRICE: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/house-price/model.tar.gz",
  image: { algorithm: "sagemaker-scikit-learn", tag: "1.4-2-cpu-py3" },
  containerEnvironment: {
    SAGEMAKER_PROGRAM: "inference.py",
    SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
  },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 2 },
  via: "gateway",
};

function environmentOf(
  name: string,
  model: ModelSettings,
  stage: Partial<Environment["stage"]> = {},
): Environment {
  return {
    ...DEV,
    name,
    state: { local: { path: `terraform.${name}.tfstate` } },
    stage: { ...DEV.stage, corsAllowOrigin: ORIGIN, ...stage },
    models: { "house-price": model },
  };
}

const ENVIRONMENTS: readonly Environment[] = [
  environmentOf("open", { ...HOUSE_PRICE, access: "PUBLIC" }, { accessLogs: true }),
  environmentOf("keyed", { ...HOUSE_PRICE, access: "API_KEY" }),
  environmentOf("signed", {
    existingEndpoint: "shared",
    targetVariant: "blue",
    via: "gateway",
    access: "AWS_IAM",
  }),
  environmentOf(
    "slow",
    { ...HOUSE_PRICE, access: "PUBLIC" },
    { throttling: { rateLimit: 1, burstLimit: 1 } },
  ),
];

let container: ContainerServer;
let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  container = new ContainerServer();
  await container.listen();
  project = new ProjectCopy();
  project.setEnvironments(...ENVIRONMENTS);
  stage = await RunningStage.serve(project, [
    ...ENVIRONMENTS.map(({ name }) => name),
    "--container",
    `house-price=${container.url}`,
  ]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
  await container?.close();
});

afterEach(() => {
  container.closes = undefined;
  container.answer = () => ({ body: '{"predictions": [329.50]}' });
});

const HOUSES = '{ "instances": [ {"area": 96.50, "rooms": 4} ] }';

function call(request: Partial<Request> = {}): Promise<Response> {
  return send(stage.url, { path: "/open/house-price", headers: JSON_TYPE, body: HOUSES, ...request });
}

/** The CORS headers of each answer. */
function expectCorsAndRequestId({ headers }: Response): void {
  expect(headers["access-control-allow-origin"]).toBe(ORIGIN);
  expect(headers["access-control-expose-headers"]).toBe("Retry-After,x-amzn-RequestId");
  expect(headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
}

function expectProblem(response: Response, status: number): void {
  expect(response.status).toBe(status);
  expectCorsAndRequestId(response);
  expect(problemOf(response)).toMatchObject({
    type: "about:blank",
    status,
    requestId: response.headers["x-amzn-requestid"],
  });
}

describe("a route via API Gateway on the local stage", () => {
  it("sends the body unchanged, with the contract's types and without the caller's headers", async () => {
    // Prepare
    container.answer = () => ({
      body: '{"predictions": [329.50]}',
      contentType: "application/json; charset=utf-8",
    });
    const headers = {
      "Content-Type": "application/json; charset=utf-8",
      Accept: "text/html",
      "X-Secret": "1",
    };

    // Act
    const response = await call({ headers });

    // Assess
    expect(container.invocations.at(-1)).toEqual({
      method: "POST",
      path: "/invocations",
      contentType: "application/json",
      accept: "application/json",
      body: HOUSES,
    });
    expect(response).toMatchObject({ status: 200, body: '{"predictions": [329.50]}' });
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
    expectCorsAndRequestId(response);
  });

  it("the route is fully supported, without a function", () => {
    // Act
    const [banner = ""] = stage.output.split("Reloads when");

    // Assess
    expect(banner).toContain("POST /open/house-price  (public)");
    expect(banner).not.toMatch(/function|NOT ANSWERED|NOT SERVED|NOT INTERPRETED/);
  });

  it("prints a curl line that works", async () => {
    // Prepare
    const line = stage.output.split("\n").find((text) => /^ +curl .*\/open\/house-price/.test(text)) ?? "";

    // Act
    const { base, rest: _, ...request } = readCurl(shellWords(line));
    const response = await send(base, request);

    // Assess
    expect(response.status).toBe(200);
  });

  it.each([
    ["no JSON", "{"],
    ["another member", '{"houses": []}'],
    ["a number below the minimum", '{"instances": [{"area": 0.5, "rooms": 4}]}'],
    ["a number above the maximum", '{"instances": [{"area": 96.5, "rooms": 100}]}'],
    ["a fraction in place of an integer", '{"instances": [{"area": 96.5, "rooms": 4.5}]}'],
    ["a text in place of a number", '{"instances": [{"area": "large", "rooms": 4}]}'],
  ])("refuses %s by the request model, and does not invoke the endpoint", async (_, body) => {
    // Prepare
    const before = container.invocations.length;

    // Act
    const response = await call({ body });

    // Assess
    expectProblem(response, 400);
    expect(container.invocations).toHaveLength(before);
  });

  it.each(["text/plain", "text/csv", "multipart/form-data; boundary=x"])(
    "answers 415 to %s, and does not invoke the endpoint",
    async (type) => {
      // Prepare
      const before = container.invocations.length;

      // Act
      const response = await call({ headers: { "Content-Type": type } });

      // Assess
      expectProblem(response, 415);
      expect(problemOf(response)).toMatchObject({
        detail:
          "Unsupported Media Type: POST /house-price does not take this Content-Type; allowed: application/json",
      });
      expect(container.invocations).toHaveLength(before);
    },
  );

  it("answers 502 without the container's message when the container fails", async () => {
    // Prepare
    container.answer = ({ body }) => ({
      status: 500,
      contentType: "text/plain",
      body: `cannot read ${body}`,
    });

    // Act
    const response = await call();

    // Assess
    expectProblem(response, 502);
    expect(problemOf(response).detail).toBe(
      "The model's endpoint refused or failed the request. The endpoint's metrics and its container's log, both in CloudWatch, contain the reason.",
    );
    expect(response.body).not.toContain("96.50");
  });

  it("answers 502 with the cause on this machine when the container closes the connection", async () => {
    // Prepare
    container.closes = "before";

    // Act
    const response = await call();

    // Assess
    expectProblem(response, 502);
    expect(problemOf(response).detail).toContain(
      `On this machine: container at ${container.url}/invocations`,
    );
  });

  it("answers 429 with Retry-After above the endpoint's concurrency", async () => {
    // Prepare
    container.hold();
    const first = [call(), call()];
    while (container.held.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));

    // Act
    const response = await call();
    container.letGo();

    // Assess
    expectProblem(response, 429);
    expect(response.headers["retry-after"]).toBe("1");
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("answers 429 with Retry-After above the stage's limit", async () => {
    // Act
    const responses = [await call({ path: "/slow/house-price" }), await call({ path: "/slow/house-price" })];

    // Assess
    expect(responses.map(({ status }) => status)).toEqual([200, 429]);
    expect(responses[1]?.headers["retry-after"]).toBe("1");
  });

  it("answers a preflight without the endpoint", async () => {
    // Prepare
    const before = container.invocations.length;

    // Act
    const { status, headers } = await call({ method: "OPTIONS", body: "" });

    // Assess
    expect(status).toBe(204);
    expect(headers["access-control-allow-methods"]).toBe("POST,OPTIONS");
    expect(container.invocations).toHaveLength(before);
  });

  it("requires the API key of a route with a key", async () => {
    // Act
    const path = "/keyed/house-price";
    const without = await call({ path });
    const withKey = await call({
      path,
      headers: { ...JSON_TYPE, "x-api-key": "local-keyed-key-not-a-secret" },
    });

    // Assess
    expect([without.status, withKey.status]).toEqual([403, 200]);
  });

  it("requires a signature when the access is AWS_IAM, and invokes the existing endpoint", async () => {
    // Prepare
    const request = { path: "/signed/house-price", headers: JSON_TYPE, body: HOUSES };

    // Act
    const without = await send(stage.url, request);
    const signed = await send(stage.url, await sign(stage.url, request));

    // Assess
    expect([without.status, signed.status]).toEqual([403, 200]);
    expect(stage.output).toContain("shared, x-amzn-sagemaker-target-variant: blue: container at");
  });

  it("the route has SageMaker's status in the access log, and no status of a function", async () => {
    // Prepare
    container.answer = () => ({ status: 400, contentType: "text/plain", body: "96.50" });
    const from = stage.output.length;

    // Act
    const { headers } = await call();

    // Assess
    const id = `"requestId":"${headers["x-amzn-requestid"]}"`;
    const output = await stage.printed(id, from);
    const line = output.split("\n").find((text) => text.includes(id)) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      resourcePath: "/house-price",
      status: "502",
      lambdaStatus: "-",
      functionStatus: "424",
      functionLatency: expect.stringMatching(/^\d+$/),
    });
    expect(line).not.toContain("96.50");
  });
});

describe("a stage with a fault of configuration", () => {
  it.each([
    [
      "a trust policy for another service",
      "apigateway\\.amazonaws\\.com(?=[^}]*},..Action)",
      "lambda.amazonaws.com",
      500,
    ],
    ["a permission for another endpoint", "endpoint/open-house-price(?=[^}]*})", "endpoint/other", 502],
    ["an endpoint above the time-out", "timeoutInMillis(.*?)29000", "timeoutInMillis$1100", 504],
  ])(
    "answers as API Gateway does with %s",
    async (_, pattern, replacement, status) => {
      // Prepare
      const own = new ProjectCopy();
      own.setEnvironments({ ...ENVIRONMENTS[0], name: "dev" } as Environment);
      own.rewriteTerraform(pattern.replace("open-", "dev-"), replacement);
      container.answerTimeInMs = 500;
      const changed = await RunningStage.serve(own, ["dev", "--container", `house-price=${container.url}`]);
      try {
        // Act
        const response = await send(changed.url, {
          path: "/dev/house-price",
          headers: JSON_TYPE,
          body: HOUSES,
        });

        // Assess
        expect(response.status).toBe(status);
        expect(response.headers["content-type"]).toBe("application/problem+json");
      } finally {
        container.answerTimeInMs = 0;
        await changed.kill();
        own.remove();
      }
    },
    START_TIMEOUT_IN_MS,
  );
});

describe("an answer of SageMaker", () => {
  const ROLE = "arn:aws:iam::123456789012:role/dev-house-price-gateway";
  const ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/dev-house-price";

  /** The answer to the caller for an answer of SageMaker. */
  function answerTo(answer: HttpResponse, change = (document: string) => document): Promise<HttpResponse> {
    const document = openApi({
      title: "dev-inference",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: [
        {
          contract: models["house-price"],
          access: "PUBLIC",
          endpoint: { endpointName: "dev-house-price", roleArn: ROLE },
        },
      ],
    });
    const api = new RestApi(
      {
        stageName: "dev",
        apiId: "abcdefghij",
        executionArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev",
        openApi: readOpenApi(change(JSON.stringify(document))),
        gatewayRoles: [
          { arn: ROLE, isAssumable: true, statements: [{ effect: "Allow", resources: [ENDPOINT] }] },
        ],
        throttling: undefined,
        apiKeys: [],
        accessLogFormat: undefined,
      },
      { accountId: "123456789012", region: "us-east-1" },
      new Map(),
      undefined,
      async () => answer,
    );
    const request = received({ path: "/dev/house-price", headers: JSON_TYPE, body: HOUSES });
    return api.handle(request, "/house-price");
  }

  afterEach(() => {
    jest.restoreAllMocks();
  });

  const json = { "Content-Type": "application/json" };

  it.each([
    [400, '{"message":null}', 429, "1"],
    [400, '{"Message":"Endpoint x not found."}', 502, undefined],
    [403, '{"Message":"not authorized"}', 502, undefined],
    [404, "<UnknownOperationException/>", 502, undefined],
    [408, "", 503, "10"],
    [413, "", 502, undefined],
    [424, '{"OriginalMessage":"Rate exceeded"}', 502, undefined],
    [429, '{"Message":"starting"}', 503, "10"],
    [500, "{}", 503, "10"],
    [503, "", 503, "10"],
    [530, "{}", 503, "10"],
    [302, "", 502, undefined],
  ])(
    "the answer with the status %i and the body %s becomes %i",
    async (status, body, expected, retryAfter) => {
      // Act
      const answer = await answerTo({ status, headers: json, body });

      // Assess
      expect(answer.status).toBe(expected);
      expect(answer.headers).toMatchObject({ "Content-Type": "application/problem+json" });
      expect(answer.headers["Retry-After"]).toBe(retryAfter);
      expect(JSON.parse(String(answer.body))).toMatchObject({ status: expected, type: "about:blank" });
    },
  );

  it("the answer becomes a 500 when the template cannot read the answer", async () => {
    // Act
    const answer = await answerTo({ status: 400, headers: {}, body: "<html>" });

    // Assess
    expect(answer.status).toBe(500);
  });

  it.each([
    [
      "a template with another directive",
      '"$input.body"',
      '"#foreach($a in $b)#end"',
      "mapping template: got",
    ],
    ["another service", "runtime.sagemaker:path", "states:action", "only SageMaker's InvokeEndpoint"],
    [
      "a mapped path parameter",
      "integration.request.header.Accept",
      "integration.request.path.x",
      'requestParameters["integration.request.path.x"]',
    ],
    ["a cache", '"passthroughBehavior":"never"', '"cacheNamespace":"x"', "cacheNamespace"],
  ])("the OpenAPI document is refused with the reason when it has %s", (_, from, to, why) => {
    // Act
    const act = () => answerTo({ status: 200, headers: json, body: "{}" }, (text) => text.replace(from, to));

    // Assess
    expect(act).toThrow(expect.objectContaining({ message: expect.stringContaining(why) }));
  });
});
