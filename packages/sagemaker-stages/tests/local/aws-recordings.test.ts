import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readOpenApi } from "../../src/local/rest-api/openapi";
import { LocalStage } from "../../src/local/stage";
import type { Deployment, StageDefinition } from "../../src/local/terraform/deployment";
import type { Recording } from "./recordings/recording";
import { REST_ANSWERS, type RestAnswerRecording } from "./recordings/rest-answers";
import { REST_EVENTS, type RestEventRecording } from "./recordings/rest-events";
import { URL_ANSWERS, type UrlAnswerRecording } from "./recordings/url-answers";
import { URL_EVENTS, type UrlEventRecording } from "./recordings/url-events";
import { Lambda } from "./support/lambda";
import { type RawResponse, sendRaw, valuesOf } from "./support/raw";
import { sign } from "./support/signing";

const ACCOUNT = { accountId: "123456789012", region: "us-east-1" };
const API = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij";

/** Returns its event; below `/answer`, the answer in the body; below `/throw`, throws. */
const ECHO = `
  exports.handler = async (event) => {
    const path = event.path ?? event.rawPath;
    if (path === "/throw") throw new Error("the function's own words");
    return path === "/answer" ? JSON.parse(event.body) : { statusCode: 200, body: JSON.stringify(event) };
  };`;

let lambda: Lambda;
let stage: LocalStage;
let functionUrl: string;

beforeAll(async () => {
  lambda = new Lambda();
  stage = new LocalStage({ port: 0, containers: new Map(), log: () => {} });
  await stage.listen();
  await stage.serve([deploy()]);
  functionUrl = [...stage.functionUrls.values()][0] ?? "";
});

afterAll(async () => {
  await stage.close();
  await lambda.close();
});

/** The recorded stage with literal paths instead of the greedy path, and the recorded function URL. */
function deploy(): Deployment {
  const fn = lambda.define(ECHO, { invocableFor: [`${API}/stage/*`] });
  return {
    name: "stage",
    ...ACCOUNT,
    functions: [fn],
    existingFunctions: [],
    endpoints: [],
    stages: [stageOf(fn.arn)],
    functionUrls: [
      {
        functionArn: fn.arn,
        functionName: fn.name,
        urlId: "abcdefghij",
        ...ACCOUNT,
        cors: {
          allowOrigins: ["https://localhost:8080"],
          allowMethods: ["GET", "POST"],
          allowHeaders: ["authorization", "content-type", "x-books-authorization"],
          exposeHeaders: [],
          maxAgeInSeconds: 300,
        },
      },
    ],
    unsupported: [],
  };
}

function stageOf(functionArn: string): StageDefinition {
  const proxy = {
    security: [],
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    },
  };
  const mock = {
    "x-amazon-apigateway-integration": { type: "mock", responses: { default: { statusCode: "200" } } },
  };
  const parameters = [{ name: "issuer", in: "query", required: true }];
  const requestBody = { content: { "application/json": { schema: { type: "object" } } } };
  const validated = { ...proxy, "x-amazon-apigateway-request-validator": "all" };
  const document = {
    openapi: "3.0.1",
    info: { title: "recorded", version: "1.0.0" },
    paths: {
      "/proxy-value": { get: proxy, post: proxy },
      "/hardcoded": { get: proxy, options: mock },
      "/foobar": { post: { ...proxy, operationId: "HelloWorld" } },
      "/answer": { post: proxy },
      "/required": { get: { ...validated, parameters }, post: { ...validated, requestBody } },
    },
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
  };
  return {
    stageName: "stage",
    apiId: "abcdefghij",
    executionArn: `${API}/stage`,
    openApi: readOpenApi(JSON.stringify(document)),
    throttling: undefined,
    apiKeys: [],
    accessLogFormat: undefined,
  };
}

/** Sends a request as written, with Host, and with Content-Length if the request does not delimit its body. */
function sendLines(
  base: string,
  request: string,
  headers: readonly string[],
  body: string,
): Promise<RawResponse> {
  const isFramed = headers.some((line) => /^(transfer-encoding|content-length):/i.test(line));
  const length = body === "" || isFramed ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${new URL(base).host}`];
  return sendRaw(base, [`${request} HTTP/1.1`, ...host, ...headers, ...length], body);
}

async function restEvent({
  request,
  headers = [],
  body = "",
  differs,
}: RestEventRecording): Promise<unknown> {
  return readEvent(await sendLines(stage.url, request, headers, body), differs);
}

/** @throws Error if the function did not run although the recording has an event */
function readEvent(response: RawResponse, differs: string | undefined): unknown {
  if (response.status === 200) return JSON.parse(response.body);
  if (differs === undefined) throw new Error(`got ${response.status}: ${response.body}`);
  return response;
}

function restAnswer({ request, answer }: RestAnswerRecording): Promise<RawResponse> {
  if (request !== undefined) return sendLines(stage.url, request, [], "");
  return sendLines(stage.url, "POST /stage/answer", [], JSON.stringify(answer));
}

async function urlEvent({ method, path, headers, body, differs }: UrlEventRecording): Promise<unknown> {
  return readEvent(await callUrl({ method, path, headers, body }), differs);
}

function urlAnswer(recording: UrlAnswerRecording): Promise<RawResponse> {
  const { method = "POST", answer, headersSent: headers, isSigned } = recording;
  const path = answer === undefined ? "/throw" : "/answer";
  return callUrl({
    method,
    path,
    headers,
    body: answer === undefined ? "" : JSON.stringify(answer),
    isSigned,
  });
}

interface UrlRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly isSigned?: boolean | undefined;
}

async function callUrl({
  method,
  path,
  headers,
  body = "",
  isSigned = true,
}: UrlRequest): Promise<RawResponse> {
  const text = { "Content-Type": "text/plain", ...headers };
  const request = { method, path, headers: body === "" ? (headers ?? {}) : text, body };
  const { headers: sent = {} } = isSigned ? await sign(functionUrl, request, { service: "lambda" }) : request;
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
  return sendLines(functionUrl, `${method} ${path}`, lines, body);
}

/** The property at a path; with ` (names)` at the end of the path, the names of its members. */
function propertyAt(document: unknown, path: string): unknown {
  const [, at = "", isNames] = /^(.*?) ?(\(names\))?$/.exec(path) ?? [];
  const found = at
    .split(".")
    .filter((name) => name !== "")
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), document);
  return isNames !== undefined && isObject(found) ? Object.keys(found).sort() : found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function agrees(got: unknown, recorded: unknown): boolean {
  return recorded instanceof RegExp
    ? typeof got === "string" && recorded.test(got)
    : isDeepStrictEqual(got, recorded);
}

/** The differences of an event from its recording. */
function findEventDifferences(event: unknown, recorded: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(recorded).flatMap(([path, value]) => {
    const got = propertyAt(event, path);
    return agrees(got, value) ? [] : [`${path}: got ${JSON.stringify(got)}; recorded: ${show(value)}`];
  });
}

/** The differences of an answer from its recording. */
function findAnswerDifferences(
  response: RawResponse,
  { status, body, headers = {} }: RestAnswerRecording | UrlAnswerRecording,
): string[] {
  return [
    ...(response.status === status ? [] : [`status: got ${response.status}; recorded: ${status}`]),
    ...(body === undefined || response.body === body
      ? []
      : [`body: got ${response.body}; recorded: ${body}`]),
    ...Object.entries(headers).flatMap(([name, values]) => {
      const got = valuesOf(response, name);
      const isSame =
        got.length === values.length && values.every((value, index) => agrees(got[index], value));
      return isSame ? [] : [`${name}: got ${JSON.stringify(got)}; recorded: ${values.map(show).join(", ")}`];
    }),
  ];
}

function show(value: unknown): string {
  return value instanceof RegExp ? String(value) : JSON.stringify(value);
}

/** The titles for `it.each`, which name intentional differences. */
function titled<R extends Recording>(recordings: readonly R[]): [title: string, recording: R][] {
  return recordings.map((recording) => [
    recording.differs === undefined ? recording.title : `${recording.title} (differs: ${recording.differs})`,
    recording,
  ]);
}

function expectAsRecorded(differences: readonly string[], { differs }: Recording): void {
  if (differs === undefined) expect(differences).toEqual([]);
  // An intentional difference must exist, so that its reason stays correct.
  else expect(differences).not.toEqual([]);
}

describe("API Gateway's event equals the recording of AWS", () => {
  it.each(titled(REST_EVENTS))("%s", async (_title, recording) => {
    // Act
    const event = await restEvent(recording);

    // Assess
    expectAsRecorded(findEventDifferences(event, recording.recorded), recording);
  });
});

describe("a route's answer equals the recording of AWS", () => {
  it.each(titled(REST_ANSWERS))("%s", async (_title, recording) => {
    // Act
    const response = await restAnswer(recording);

    // Assess
    expectAsRecorded(findAnswerDifferences(response, recording), recording);
  });
});

describe("a function URL's event equals the recording of AWS", () => {
  it.each(titled(URL_EVENTS))("%s", async (_title, recording) => {
    // Act
    const event = await urlEvent(recording);

    // Assess
    expectAsRecorded(findEventDifferences(event, recording.recorded), recording);
  });
});

describe("a function URL's answer equals the recording of AWS", () => {
  it.each(titled(URL_ANSWERS))("%s", async (_title, recording) => {
    // Act
    const response = await urlAnswer(recording);

    // Assess
    expectAsRecorded(findAnswerDifferences(response, recording), recording);
  });
});

describe("the recordings", () => {
  const all: readonly Recording[] = [...REST_EVENTS, ...REST_ANSWERS, ...URL_EVENTS, ...URL_ANSWERS];

  it("agree with the local stage in at least 95 of 100 cases", () => {
    // Act
    const onPurpose = all.filter(({ differs }) => differs !== undefined);

    // Assess
    expect(onPurpose.length / all.length).toBeLessThanOrEqual(0.05);
  });

  it("the recordings have unique titles, and a source", () => {
    // Act
    const titles = [REST_EVENTS, REST_ANSWERS, URL_EVENTS, URL_ANSWERS].map((recordings) =>
      recordings.map(({ title }) => title),
    );

    // Assess
    for (const group of titles) expect(new Set(group).size).toBe(group.length);
    expect(all.filter(({ source }) => !source.includes("https://"))).toEqual([]);
  });
});
