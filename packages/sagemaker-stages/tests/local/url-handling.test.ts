import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { publicStage } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { type RawResponse, sendRaw, valuesOf } from "./support/raw";

/** The limit for the URL of a regional API, including scheme and host. */
const MAX_CHARACTERS_OF_URL = 10_240;

const BODY = '{"data":"1"}';

let lambda: Lambda;
let stage: LocalStage;

beforeAll(async () => {
  lambda = new Lambda();
  stage = new LocalStage({ port: 0, containers: new Map(), log: () => {} });
  await stage.listen();
  await stage.serve([deploy("dev")]);
});

afterAll(async () => {
  await stage.close();
  await lambda.close();
});

/** A deployment of one stage with one function, which returns its event. */
function deploy(stageName: string): Deployment {
  const echo = "exports.handler = async (event) => ({ body: JSON.stringify(event) });";
  const executionArn = `arn:aws:execute-api:us-east-1:123456789012:abcdefghij/${stageName}`;
  const definition = lambda.define(echo, { invocableFor: [`${executionArn}/POST/loan-default`] });
  return {
    name: stageName,
    region: "us-east-1",
    accountId: "123456789012",
    functions: [definition],
    existingFunctions: [],
    endpoints: [],
    stages: [publicStage(definition, { stageName, executionArn })],
    functionUrls: [],
    unsupported: [],
  };
}

/** Sends a POST to a target exactly as written. */
function post(target: string, headers: readonly string[] = [`Host: ${hostOf()}`]): Promise<RawResponse> {
  const head = [`POST ${target} HTTP/1.1`, ...headers, `Content-Length: ${BODY.length}`];
  return sendRaw(stage.url, head, BODY);
}

function hostOf(): string {
  return new URL(stage.url).host;
}

function eventOf({ body }: RawResponse): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

describe("a path", () => {
  it.each([
    ["/dev/loan-default", "/loan-default", "/dev/loan-default"],
    ["/dev/loan-default/", "/loan-default/", "/dev/loan-default/"],
    ["/dev/loan-default//", "/loan-default//", "/dev/loan-default//"],
    ["/dev//loan-default", "/loan-default", "/dev//loan-default"],
    ["//dev///loan-default/", "/loan-default/", "/dev///loan-default/"],
  ])("the path is served: %s", async (target, path, contextPath) => {
    // Act
    const response = await post(target);

    // Assess
    expect(response.status).toBe(200);
    expect(eventOf(response)).toMatchObject({
      resource: "/loan-default",
      path,
      requestContext: { path: contextPath, resourcePath: "/loan-default" },
    });
  });

  it.each([
    ["with an encoded slash in a segment", "/dev%2Floan-default"],
    ["with an encoded slash at the end", "/dev/loan-default%2F"],
    ["with an encoded letter", "/dev/loan-%64efault"],
    ["with another case", "/dev/Loan-Default"],
    ["with the stage in another case", "/DEV/loan-default"],
    ["with a dot segment", "/dev/./loan-default"],
    ["with ..", "/dev/x/../loan-default"],
    ["with .. from another stage", "/prod/../dev/loan-default"],
    ["with an additional segment", "/dev/loan-default/1"],
    ["with a matrix parameter", "/dev/loan-default;v=1"],
    ["of the stage only", "/dev"],
    ["of the stage and a slash", "/dev/"],
    ["of slashes only", "///"],
  ])("a path is not a route %s", async (_case, target) => {
    // Act
    const response = await post(target);

    // Assess
    expect(response.status).toBe(403);
  });

  it("a path with another method is not a route, including HEAD and the asterisk form of OPTIONS", async () => {
    // Act
    const responses = await Promise.all(
      ["GET /dev/loan-default", "HEAD /dev/loan-default", "PUT /dev/loan-default", "OPTIONS *"].map((line) =>
        sendRaw(stage.url, [`${line} HTTP/1.1`, `Host: ${hostOf()}`]),
      ),
    );

    // Assess
    expect(responses.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});

describe("a query", () => {
  it.each([
    ["", null],
    ["?", null],
    ["?q=1", { q: "1" }],
    ["?q", { q: "" }],
    ["?q=1?2", { q: "1?2" }],
    ["?q=a;b=c;;d", { q: "a", b: "c", d: "" }],
    ["?q=a%3Bb", { q: "a;b" }],
    ["?q=%7C%7B%7D", { q: "|{}" }],
    ["?q=1&Q=2", { q: "1", Q: "2" }],
    ["?q=%C3%A4", { q: "ä" }],
  ])("the query is read as API Gateway reads it: %s", async (query, parameters) => {
    // Act
    const response = await post(`/dev/loan-default${query}`);

    // Assess
    expect(response.status).toBe(200);
    expect(eventOf(response).queryStringParameters).toEqual(parameters);
  });

  it.each([
    ["|", "%7C"],
    ["{", "%7B"],
    ["}", "%7D"],
  ])("the query with a raw %s is refused for every path", async (raw, encoded) => {
    // Act
    const responses = await Promise.all([
      post(`/dev/loan-default?q=a${raw}b`),
      post(`/dev/loan-default?${raw}=1`),
      post(`/nowhere?q=${raw}`),
    ]);

    // Assess
    expect(responses.map(({ status }) => status)).toEqual([400, 400, 400]);
    for (const response of responses) {
      expect(response.body).toContain(encoded);
      expect(valuesOf(response, "x-amzn-requestid")).toHaveLength(1);
    }
  });
});

describe("a URL", () => {
  /** A target with which the URL has the given length. */
  const targetOf = (characters: number) => {
    const start = "/dev/loan-default?q=";
    return start.padEnd(characters - stage.url.length, "x");
  };

  it.each([
    [MAX_CHARACTERS_OF_URL, 200],
    [MAX_CHARACTERS_OF_URL + 1, 414],
    [20_000, 414],
    [100_000, 414],
  ])("the URL of %i characters is answered with %i", async (characters, status) => {
    // Act
    const response = await post(targetOf(characters));

    // Assess
    expect(response.status).toBe(status);
  });

  it("the URL is not the only part with a limit: more than 10,240 bytes of headers are refused", async () => {
    // Act
    const few = await post("/dev/loan-default", [`Host: ${hostOf()}`, `X-Long: ${"x".repeat(10_000)}`]);
    const many = await post("/dev/loan-default", [`Host: ${hostOf()}`, `X-Long: ${"x".repeat(10_240)}`]);

    // Assess
    expect([few.status, many.status]).toEqual([200, 431]);
  });
});

describe("a target in absolute form", () => {
  it("the target is served by its path", async () => {
    // Act
    const response = await post(`${stage.url}/dev/loan-default?q=1`);

    // Assess
    expect(response.status).toBe(200);
    expect(eventOf(response)).toMatchObject({
      path: "/loan-default",
      queryStringParameters: { q: "1" },
      requestContext: { path: "/dev/loan-default" },
    });
  });

  it("the target with another host is refused, even with the right Host header", async () => {
    // Act
    const response = await post("http://evil.example/dev/loan-default");

    // Assess
    expect(response.status).toBe(403);
    expect(response.body).toContain("127.0.0.1 and localhost");
  });
});

describe("the header Host", () => {
  it.each([
    ["two equal headers", (own: string) => [`Host: ${own}`, `Host: ${own}`]],
    ["two different headers", (own: string) => [`Host: ${own}`, "Host: evil.example"]],
    ["two headers in different case", (own: string) => [`Host: ${own}`, `HOST: ${own}`]],
  ])("the header is refused when it occurs twice: %s", async (_case, headersFor) => {
    // Act
    const response = await post("/dev/loan-default", headersFor(hostOf()));

    // Assess
    expect(response.status).toBe(400);
    expect(response.body).toContain("Host");
  });
});

describe("a path of the SageMaker runtime", () => {
  it.each(["/endpoints", "/endpoints/", "/endpoints/dev-loan-default", "/endpoints/dev-loan-default/invoke"])(
    "the path that is not an operation is refused with AWS's message: %s",
    async (target) => {
      // Act
      const response = await post(target);

      // Assess
      expect(response.status).toBe(404);
      expect(response.body).toBe("<UnknownOperationException/>\n");
    },
  );

  it("the path is served by the stage with this name, unless the path is an operation", async () => {
    // Prepare
    await stage.serve([deploy("endpoints")]);

    // Act
    const ofStage = await post("/endpoints/loan-default");
    const ofRuntime = await post("/endpoints/loan-default/invocations");

    // Assess
    expect(ofStage.status).toBe(200);
    expect(valuesOf(ofRuntime, "x-amzn-errortype")).toEqual(["MissingAuthenticationTokenException"]);
    await stage.serve([deploy("dev")]);
  });
});

describe("an answer without content", () => {
  it("the answer has no Content-Length", async () => {
    // Act
    const response = await sendRaw(stage.url, ["OPTIONS /dev/loan-default HTTP/1.1", `Host: ${hostOf()}`]);

    // Assess
    expect(response.status).toBe(204);
    expect(valuesOf(response, "content-length")).toEqual([]);
    expect(valuesOf(response, "content-type")).toEqual(["application/json"]);
  });
});
