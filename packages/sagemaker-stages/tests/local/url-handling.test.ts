import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { publicStage } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { type RawResponse, sendRaw, valuesOf } from "./support/raw";

/** The longest URL of a regional API, scheme and host included. */
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

/** A deployment of one stage, whose one function answers its event. */
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
    notDone: [],
  };
}

/** POSTs to a target, exactly as it is written. */
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
  ])("is served: %s", async (target, path, contextPath) => {
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
    ["with a slash inside a segment's encoding", "/dev%2Floan-default"],
    ["with an encoded slash at the end", "/dev/loan-default%2F"],
    ["with an encoded letter", "/dev/loan-%64efault"],
    ["with other capitals", "/dev/Loan-Default"],
    ["with another stage's capitals", "/DEV/loan-default"],
    ["with a dot segment", "/dev/./loan-default"],
    ["with a way up", "/dev/x/../loan-default"],
    ["with a way up out of another stage", "/prod/../dev/loan-default"],
    ["with more behind", "/dev/loan-default/1"],
    ["with a matrix parameter", "/dev/loan-default;v=1"],
    ["of the stage alone", "/dev"],
    ["of the stage and a slash", "/dev/"],
    ["of slashes alone", "///"],
  ])("is no route %s", async (_case, target) => {
    // Act
    const response = await post(target);

    // Assess
    expect(response.status).toBe(403);
  });

  it("of another method is no route, HEAD and OPTIONS in asterisk form included", async () => {
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
  ])("is read as API Gateway reads it: %s", async (query, parameters) => {
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
  ])("with a raw %s is refused, whatever its path", async (raw, encoded) => {
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
  /** A target with which the URL has so many characters. */
  const targetOf = (characters: number) => {
    const start = "/dev/loan-default?q=";
    return start.padEnd(characters - stage.url.length, "x");
  };

  it.each([
    [MAX_CHARACTERS_OF_URL, 200],
    [MAX_CHARACTERS_OF_URL + 1, 414],
    [20_000, 414],
    [100_000, 414],
  ])("of %i characters is answered with %i", async (characters, status) => {
    // Act
    const response = await post(targetOf(characters));

    // Assess
    expect(response.status).toBe(status);
  });

  it("is not the only part with a limit: more than 10,240 bytes of headers are refused", async () => {
    // Act
    const few = await post("/dev/loan-default", [`Host: ${hostOf()}`, `X-Long: ${"x".repeat(10_000)}`]);
    const many = await post("/dev/loan-default", [`Host: ${hostOf()}`, `X-Long: ${"x".repeat(10_240)}`]);

    // Assess
    expect([few.status, many.status]).toEqual([200, 431]);
  });
});

describe("a target in absolute form", () => {
  it("is served by its path", async () => {
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

  it("of another host gets nothing, whatever the header Host says", async () => {
    // Act
    const response = await post("http://evil.example/dev/loan-default");

    // Assess
    expect(response.status).toBe(403);
    expect(response.body).toContain("127.0.0.1 and localhost");
  });
});

describe("the header Host", () => {
  it.each([
    ["twice the same", (own: string) => [`Host: ${own}`, `Host: ${own}`]],
    ["another host behind this one", (own: string) => [`Host: ${own}`, "Host: evil.example"]],
    ["in other capitals", (own: string) => [`Host: ${own}`, `HOST: ${own}`]],
  ])("comes once, or the request is refused: %s", async (_case, headersFor) => {
    // Act
    const response = await post("/dev/loan-default", headersFor(hostOf()));

    // Assess
    expect(response.status).toBe(400);
    expect(response.body).toContain("Host");
  });
});

describe("a path of the SageMaker runtime", () => {
  it.each(["/endpoints", "/endpoints/", "/endpoints/dev-loan-default", "/endpoints/dev-loan-default/invoke"])(
    "that is none of its operations is refused in AWS's words: %s",
    async (target) => {
      // Act
      const response = await post(target);

      // Assess
      expect(response.status).toBe(404);
      expect(response.body).toBe("<UnknownOperationException/>\n");
    },
  );

  it("is a stage's where a stage has its name, except for the operations", async () => {
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
  it("tells no length", async () => {
    // Act
    const response = await sendRaw(stage.url, ["OPTIONS /dev/loan-default HTTP/1.1", `Host: ${hostOf()}`]);

    // Assess
    expect(response.status).toBe(204);
    expect(valuesOf(response, "content-length")).toEqual([]);
    expect(valuesOf(response, "content-type")).toEqual(["application/json"]);
  });
});
