import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { UnsupportedTerraform } from "../../src/local/errors";
import { readOpenApi } from "../../src/local/rest-api/openapi";
import { ownContainer } from "../../src/local/sagemaker/container";
import { LocalStage } from "../../src/local/stage";
import type { FunctionDefinition, StageDefinition } from "../../src/local/terraform/deployment";
import type { EndpointDefinition } from "../../src/local/terraform/endpoints";
import { send } from "./support/client";
import { eventually } from "./support/eventually";
import { publicStage, ROUTE_ARN } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { sign } from "./support/signing";
import { type OpenAnswer, open, StreamingContainer } from "./support/streams";

const REGION = "us-east-1";
const ACCOUNT_ID = "123456789012";
const NAME = "dev-stream";
const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${NAME}`;

const ENDPOINT: EndpointDefinition = {
  name: "dev-chat",
  model: "chat",
  variantName: "AllTraffic",
  compute: { kind: "instances", instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
  region: REGION,
  accountId: ACCOUNT_ID,
};

/**
 * Forwards the answer of the endpoint chunk by chunk. The header `x-case` selects another answer.
 */
const FORWARDING = `
const http = require("node:http");
const { createHash, createHmac } = require("node:crypto");
const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const sign = (path, body) => {
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, "");
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  const scope = [time.slice(0, 8), process.env.AWS_REGION, "sagemaker", "aws4_request"];
  const signed = "host;x-amz-date;x-amz-security-token";
  const { host } = new URL(process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME);
  const lines = ["host:" + host, "x-amz-date:" + time, "x-amz-security-token:" + token, ""];
  const canonical = ["POST", path, "", ...lines, signed, hash(body)].join("\\n");
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\\n");
  const signature = hmac(scope.reduce(hmac, "AWS4" + secret), text).toString("hex");
  return {
    "x-amz-date": time,
    "x-amz-security-token": token,
    Authorization:
      "AWS4-HMAC-SHA256 Credential=" + id + "/" + scope.join("/") + ", SignedHeaders=" + signed + ", Signature=" + signature,
  };
};
const problem = { "Content-Type": "application/problem+json" };
const OWN = {
  throws: () => { throw new Error("its own words"); },
  raw: (stream) => { stream.setContentType("text/plain"); stream.write("raw"); stream.end(); },
  unwritten: (stream) => awslambda.HttpResponseStream.from(stream, { statusCode: 200 }).end(),
  malformed: (stream) => { const s = awslambda.HttpResponseStream.from(stream, "text"); s.write("x"); s.end(); },
  status: (stream) => { const s = awslambda.HttpResponseStream.from(stream, { statusCode: 99 }); s.write("x"); s.end(); },
  long: (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { long: "x".repeat(20000) } });
    s.write("x"); s.end();
  },
  split: async (stream) => {
    stream.setContentType("application/vnd.awslambda.http-integration-response");
    for (const byte of Buffer.from('{"statusCode":202}' + "\\0".repeat(8) + "ok")) {
      stream.write(Buffer.from([byte]));
      await new Promise((go) => setImmediate(go));
    }
    stream.end();
  },
  headers: (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, {
      statusCode: 203,
      headers: { "Content-Type": "text/event-stream", "Content-Length": "5", "X-One": "1" },
      cookies: ["a=1", "b=2"],
    });
    s.write("data: 1\\n\\n"); s.end();
  },
  fails: async (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    s.write("first");
    await new Promise((go) => setTimeout(go, 20));
    throw new Error("its own words");
  },
  slow: async (stream) => {
    await new Promise((go) => stream.on("close", go));
    console.log("closed before the first byte");
  },
  pauses: async (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    s.write("first");
    await new Promise((go) => s.on("close", go));
    console.log("closed after the first byte");
  },
};
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const own = OWN[event.headers?.["x-case"]];
  if (own !== undefined) return void (await own(stream));
  const path = "/endpoints/dev-chat/invocations-response-stream";
  const url = process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME + path;
  await new Promise((resolve, reject) => {
    const headers = sign(path, "{}");
    const request = http.request(url, { method: "POST", headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        const s = awslambda.HttpResponseStream.from(stream, { statusCode: 502, headers: problem });
        s.write(JSON.stringify({ title: "Bad Gateway", detail: "The endpoint failed." }));
        return s.end(resolve);
      }
      const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "Content-Type": "text/plain" } });
      let rest = Buffer.alloc(0);
      answer.on("data", (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        while (rest.length >= 4 && rest.length >= rest.readUInt32BE(0)) {
          const message = rest.subarray(0, rest.readUInt32BE(0));
          rest = rest.subarray(message.length);
          if (!s.write(message.subarray(12 + message.readUInt32BE(4), -4))) {
            answer.pause();
            s.once("drain", () => answer.resume());
          }
        }
      });
      answer.on("end", () => s.end(resolve));
      answer.on("error", reject);
      s.on("close", () => { request.destroy(); resolve(); });
    });
    request.on("error", (error) => (stream.destroyed ? resolve() : reject(error)));
    request.end("{}");
  });
});`;

/** A stage whose route `POST /loan-default` has the response transfer mode STREAM. */
function streamingStage(settings: Partial<StageDefinition> = {}, timeoutInMillis = 60_000): StageDefinition {
  const stage = publicStage({ arn: ARN }, settings);
  return { ...stage, openApi: readOpenApi(withMode(stage, "STREAM", timeoutInMillis)) };
}

function withMode(
  { openApi }: StageDefinition,
  mode: "STREAM" | "BUFFERED",
  timeoutInMillis: number,
): string {
  const document = JSON.parse(JSON.stringify(openApi.document));
  const integration = document.paths["/loan-default"].post["x-amazon-apigateway-integration"];
  integration.responseTransferMode = mode;
  integration.timeoutInMillis = timeoutInMillis;
  integration.uri = `arn:aws:apigateway:${REGION}:lambda:path/2021-11-15/functions/${ARN}/response-streaming-invocations`;
  return JSON.stringify(document);
}

let lambda: Lambda;
let container: StreamingContainer;
let stage: LocalStage;
let log: string;
let fn: FunctionDefinition;

beforeAll(async () => {
  lambda = new Lambda();
  fn = lambda.define(FORWARDING, { name: NAME, arn: ARN, invocableFor: [ROUTE_ARN] });
  container = new StreamingContainer();
  await container.listen();
  stage = new LocalStage({
    port: 0,
    containers: new Map([["chat", ownContainer(new URL(container.url))]]),
    log: (text) => {
      log += text;
    },
  });
  await stage.listen();
});

beforeEach(async () => {
  log = "";
  await serve();
});

afterEach(() => {
  for (const answer of container.answers.splice(0)) answer.destroy();
  container.disconnected = 0;
});

afterAll(async () => {
  await stage.close();
  await container.close();
  await lambda.close();
});

async function serve(served = streamingStage()): Promise<void> {
  await stage.serve([
    {
      name: "dev",
      region: REGION,
      accountId: ACCOUNT_ID,
      functions: [fn],
      existingFunctions: [],
      endpoints: [ENDPOINT],
      stages: [served],
      functionUrls: [
        {
          functionArn: ARN,
          functionName: NAME,
          urlId: "abcdefghij",
          region: REGION,
          accountId: ACCOUNT_ID,
          cors: undefined,
          invokeMode: "RESPONSE_STREAM",
        },
      ],
      unsupported: [],
    },
  ]);
}

/** Calls the route. @param answerCase - selects the answer of the function. Default: the answer of the endpoint */
function callRoute(answerCase = "endpoint", signal?: AbortSignal): Promise<OpenAnswer> {
  const headers = { "Content-Type": "text/plain", "x-case": answerCase };
  return open(stage.url, { path: "/dev/loan-default", headers, body: "{}" }, signal);
}

async function callUrl(answerCase = "endpoint"): Promise<OpenAnswer> {
  const base = stage.functionUrls.get(ARN) ?? "";
  const request = { path: "/", headers: { "x-case": answerCase }, body: "{}" };
  return open(base, await sign(base, request, { service: "lambda" }));
}

describe.each([
  ["a route in the response transfer mode STREAM", callRoute],
  ["a function URL with the invoke mode RESPONSE_STREAM", callUrl],
] as const)("%s", (_title, call) => {
  it("sends each chunk of the container to the caller before the next one exists", async () => {
    // Act
    const answer = await call();
    const received: string[] = [];
    for (const word of ["one ", "two ", "three"]) {
      if (word !== "one ") container.last.write(word);
      await eventually(word, () => answer.text.endsWith(word));
      received.push(answer.text);
    }
    container.last.end();
    const end = await answer.ended;

    // Assess
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ "content-type": "text/plain", "transfer-encoding": "chunked" });
    expect(answer.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["content-length"]).toBeUndefined();
    expect(received).toEqual(["one ", "one two ", "one two three"]);
    expect(end).toBe("complete");
  });

  it("frees the endpoint within a second when the caller disconnects", async () => {
    // Act
    const answer = await call();
    await eventually("the first chunk", () => answer.text !== "");
    const start = performance.now();
    answer.disconnect();
    await eventually("a free endpoint", () => container.disconnected === 1);

    // Assess
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("truncates the answer if the function fails in the middle", async () => {
    // Act
    const answer = await call("fails");
    const end = await answer.ended;

    // Assess
    expect({ status: answer.status, text: answer.text, end }).toEqual({
      status: 200,
      text: "first",
      end: "truncated",
    });
    expect(log).toContain(`${NAME}: Error: its own words`);
  });

  it("sends status, headers and cookies of the metadata", async () => {
    // Act
    const answer = await call("headers");
    await answer.ended;

    // Assess
    expect(answer.status).toBe(203);
    expect(answer.headers).toMatchObject({
      "content-type": "text/event-stream",
      "x-one": "1",
      "x-amzn-remapped-content-length": "5",
      "set-cookie": ["a=1", "b=2"],
    });
    expect(answer.text).toBe("data: 1\n\n");
  });

  it("reads metadata that arrive byte by byte", async () => {
    // Act
    const answer = await call("split");
    const end = await answer.ended;

    // Assess
    expect({ status: answer.status, text: answer.text, end }).toEqual({
      status: 202,
      text: "ok",
      end: "complete",
    });
  });

  it.each([
    ["a function that fails before the first chunk", "throws", "Error: its own words"],
    ["a stream that ends before its metadata", "unwritten", "The stream ended before its metadata"],
    ["metadata that are not an object", "malformed", "The metadata of the stream are not a JSON object"],
    ["a status that is not valid", "status", "with a valid statusCode"],
    ["metadata that are too long", "long", "The metadata of the stream exceed 16384 bytes"],
  ])("answers 502 to %s", async (_case, answerCase, message) => {
    // Act
    const answer = await call(answerCase);
    await answer.ended;

    // Assess
    expect(answer.status).toBe(502);
    expect(log).toContain(message);
  });

  it("adds the reason why a container of this machine did not answer", async () => {
    // Prepare
    const { begin } = container;
    container.begin = (answer) => answer.socket?.destroy();

    // Act
    const answer = await call();
    await answer.ended;
    container.begin = begin;

    // Assess
    expect(answer.status).toBe(502);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.text).detail).toMatch(
      /^The endpoint failed\. On this machine: container at .* closed the connection before the answer/,
    );
  });

  it("does not read the container faster than the caller reads", async () => {
    // Prepare
    let written = 0;
    const { begin } = container;
    container.begin = (answer) => {
      answer.writeHead(200, { "Content-Type": "text/plain" });
      const chunk = "x".repeat(64 * 1024);
      const writeMore = () => {
        while (written < 64 * 1024 * 1024) {
          written += chunk.length;
          if (!answer.write(chunk)) return void answer.once("drain", writeMore);
        }
        answer.end();
      };
      writeMore();
    };

    // Act
    const answer = await call();
    answer.pause();
    let before = -1;
    await eventually("a container that waits", () => {
      const waits = written === before;
      before = written;
      return waits;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const whilePaused = written;
    answer.disconnect();
    container.begin = begin;

    // Assess: only the operating system's buffers of the connections are full.
    expect(whilePaused).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("a route in the response transfer mode STREAM", () => {
  it("refuses a stream without metadata", async () => {
    // Act
    const answer = await callRoute("raw");
    await answer.ended;

    // Assess
    expect(answer.status).toBe(502);
    expect(answer.headers["x-amzn-errortype"]).toBe("InternalServerErrorException");
    expect(log).toContain("The stream has no metadata. Wrap the handler in awslambda.streamifyResponse");
  });

  it("answers 504 after the timeout of the integration, and closes the function's stream", async () => {
    // Prepare
    await serve(streamingStage({}, 200));

    // Act
    const answer = await callRoute("slow");
    await answer.ended;

    // Assess
    expect(answer.status).toBe(504);
    await eventually("a closed stream", () => log.includes("closed before the first byte"));
  });

  it("truncates a stream that is longer than the timeout of the integration", async () => {
    // Prepare
    await serve(streamingStage({}, 400));

    // Act
    const answer = await callRoute("pauses");
    const end = await answer.ended;

    // Assess
    expect({ text: answer.text, end }).toEqual({ text: "first", end: "truncated" });
    expect(log).toContain("The stream is longer than the timeout of the integration.");
    await eventually("a closed stream", () => log.includes("closed after the first byte"));
  });

  it("closes the function's stream if the caller disconnects before the first byte", async () => {
    // Prepare
    const connection = new AbortController();

    // Act
    const answer = callRoute("slow", connection.signal);
    setTimeout(() => connection.abort(), 100);

    // Assess
    await expect(answer).rejects.toThrow("aborted");
    await eventually("a closed stream", () => log.includes("closed before the first byte"));
  });

  it("writes the access log at the end of the stream", async () => {
    // Prepare
    const accessLogFormat =
      '{"log":1,"status":$context.status,"length":$context.responseLength,"mode":"$context.integration.responseTransferMode","first":$context.integration.timeToFirstContent,"headers":$context.integration.timeToAllHeaders,"latency":$context.integration.latency}';
    await serve(streamingStage({ accessLogFormat }));

    // Act
    const answer = await callRoute();
    await eventually("the first chunk", () => answer.text !== "");
    const before = log;
    await new Promise((resolve) => setTimeout(resolve, 100));
    container.last.end("two");
    await answer.ended;
    await eventually("the line", () => log.includes('{"log":1'));

    // Assess
    const line = JSON.parse(/\{"log".*\}/.exec(log)?.[0] ?? "");
    expect(before).not.toContain('{"log":1');
    expect(line).toMatchObject({ status: 200, length: "one two".length, mode: "STREAMED" });
    expect(line.latency).toBeGreaterThanOrEqual(line.headers + 100);
    expect(line.headers).toBeGreaterThanOrEqual(line.first);
  });

  it("refuses an operation of Lambda that does not match the transfer mode", () => {
    // Act
    const read = () => readOpenApi(withMode(publicStage({ arn: ARN }), "BUFFERED", 29_000));

    // Assess
    expect(read).toThrow(UnsupportedTerraform);
    expect(read).toThrow(
      "post /loan-default: uri: got the operation response-streaming-invocations; allowed with the response transfer mode BUFFERED: invocations",
    );
  });

  it("answers 502 if a route without the mode invokes a handler that streams", async () => {
    // Prepare
    await serve(publicStage({ arn: ARN }));

    // Act
    const answer = await callRoute("headers");
    await answer.ended;

    // Assess
    expect(answer.status).toBe(502);
  });
});

describe("a function URL with the invoke mode RESPONSE_STREAM", () => {
  it("sends a stream without metadata as the body of a 200", async () => {
    // Act
    const answer = await callUrl("raw");
    await answer.ended;

    // Assess
    expect({ status: answer.status, type: answer.headers["content-type"], text: answer.text }).toEqual({
      status: 200,
      type: "text/plain",
      text: "raw",
    });
  });
});

describe("Lambda's operation InvokeWithResponseStream", () => {
  /** The events that AWS's client reads. */
  async function invoke(answerCase: string) {
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new LambdaClient({ endpoint: stage.url, region: REGION, credentials });
    try {
      const {
        StatusCode,
        ExecutedVersion,
        EventStream = [],
      } = await client.send(
        new InvokeWithResponseStreamCommand({
          FunctionName: NAME,
          Payload: Buffer.from(JSON.stringify({ headers: { "x-case": answerCase } })),
        }),
      );
      const chunks: string[] = [];
      let complete: object | undefined;
      for await (const event of EventStream as AsyncIterable<{
        PayloadChunk?: { Payload?: Uint8Array };
        InvokeComplete?: object;
      }>) {
        if (event.PayloadChunk) chunks.push(Buffer.from(event.PayloadChunk.Payload ?? []).toString());
        complete = event.InvokeComplete ?? complete;
      }
      return { StatusCode, ExecutedVersion, text: chunks.join(""), complete };
    } finally {
      client.destroy();
    }
  }

  it("sends the chunks, and then InvokeComplete", async () => {
    // Act
    const result = await invoke("raw");

    // Assess
    expect(result).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST", text: "raw", complete: {} });
  });

  it.each([
    ["before the first chunk", "throws", ""],
    ["in the middle", "fails", `{"statusCode":200}${"\0".repeat(8)}first`],
  ])("reports an error of the function %s in InvokeComplete", async (_when, answerCase, text) => {
    // Act
    const result = await invoke(answerCase);

    // Assess
    expect(result).toMatchObject({
      StatusCode: 200,
      text,
      complete: {
        ErrorCode: "Unhandled",
        ErrorDetails: JSON.stringify({ errorType: "Error", errorMessage: "its own words" }),
      },
    });
  });

  it("requires a signature", async () => {
    // Act
    const path = `/2021-11-15/functions/${NAME}/response-streaming-invocations`;
    const { status } = await send(stage.url, { path, body: "{}" });

    // Assess
    expect(status).toBe(403);
  });
});
