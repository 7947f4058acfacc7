import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { UnsupportedTerraform } from "../../src/local/errors";
import { readOpenApi } from "../../src/local/rest-api/openapi";
import { ownContainer } from "../../src/local/sagemaker/container";
import { LocalStage } from "../../src/local/stage";
import type { FunctionDefinition } from "../../src/local/terraform/deployment";
import { send } from "./support/client";
import { eventually } from "./support/eventually";
import { publicStage } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { sign } from "./support/signing";
import {
  ARN,
  forwardingFunction,
  MODEL,
  NAME,
  REGION,
  streamingDeployment,
  streamingStage,
  withMode,
} from "./support/streaming-stage";
import { type OpenAnswer, open, StreamingContainer } from "./support/streams";

let lambda: Lambda;
let container: StreamingContainer;
let stage: LocalStage;
let log: string;
let fn: FunctionDefinition;

beforeAll(async () => {
  lambda = new Lambda();
  fn = forwardingFunction(lambda);
  container = new StreamingContainer();
  await container.listen();
  stage = new LocalStage({
    port: 0,
    containers: new Map([[MODEL, ownContainer(new URL(container.url))]]),
    log: (text) => {
      log += text;
    },
    // With Lambda's limit, a long answer would be slow, also if nothing waited for the caller.
    bandwidth: { uncappedBytes: Number.POSITIVE_INFINITY, bytesPerSecond: Number.POSITIVE_INFINITY },
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
  await stage.serve([streamingDeployment(fn, served)]);
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
    let since = performance.now();
    await eventually("a container that waits", () => {
      if (written !== before) since = performance.now();
      before = written;
      // The operating system enlarges the buffers of a connection in steps, on a busy machine with pauses.
      return performance.now() - since > 600;
    });
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
    const accessLogFormat = '{"log":1,"status":"$context.status","error":"$context.error.responseType"}';
    await serve(streamingStage({ accessLogFormat }));
    const connection = new AbortController();

    // Act
    const answer = callRoute("slow", connection.signal);
    setTimeout(() => connection.abort(), 100);

    // Assess
    await expect(answer).rejects.toThrow("aborted");
    await eventually("a closed stream", () => log.includes("closed before the first byte"));
    await eventually("the line", () => log.includes('{"log":1'));
    expect(log).toContain('{"log":1,"status":"-","error":"-"}');
    expect(log).not.toContain("cannot send");
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
    expect(line.first).toBeGreaterThanOrEqual(line.headers);
  });

  it("logs the first bytes of the body apart from the headers", async () => {
    // Prepare
    const accessLogFormat =
      '{"log":1,"first":$context.integration.timeToFirstContent,"headers":$context.integration.timeToAllHeaders}';
    await serve(streamingStage({ accessLogFormat }));
    const file = join(lambda.folder, "continue");
    const headers = { "Content-Type": "text/plain", "x-case": "late", "x-file": file };

    // Act
    const answer = await open(stage.url, { path: "/dev/loan-default", headers, body: "{}" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    writeFileSync(file, "");
    await answer.ended;
    await eventually("the line", () => log.includes('{"log":1'));

    // Assess: the function writes its body 150 ms after the caller has the headers.
    const line = JSON.parse(/\{"log".*\}/.exec(log)?.[0] ?? "");
    expect(line.first - line.headers).toBeGreaterThanOrEqual(140);
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

describe("the local stage while an answer streams", () => {
  /** A stream whose first chunk has arrived. */
  async function opened(): Promise<OpenAnswer> {
    const answer = await callRoute();
    await eventually("the first chunk", () => answer.text === "one ");
    return answer;
  }

  it("finishes the stream with the version that began it after a reload", async () => {
    // Prepare
    const before = fn;
    const old = await opened();
    const ofOld = container.last;

    // Act
    fn = forwardingFunction(lambda, { memorySizeInMb: 512 });
    await serve();
    const next = await opened();
    ofOld.end("two");
    container.last.end("three");
    const ends = [await old.ended, await next.ended];
    fn = before;

    // Assess
    expect(ends).toEqual(["complete", "complete"]);
    expect([old.text, next.text]).toEqual(["one two", "one three"]);
  });

  it("closes the connection and frees the endpoint when the stage closes, without messages of the functions", async () => {
    // Prepare
    const closing = new LocalStage({
      port: 0,
      containers: new Map([[MODEL, ownContainer(new URL(container.url))]]),
      log: (text) => {
        log += text;
      },
    });
    await closing.listen();
    await closing.serve([streamingDeployment(fn, streamingStage())]);
    const request = { path: "/dev/loan-default", headers: { "Content-Type": "text/plain" }, body: "{}" };
    const answers = await Promise.all([open(closing.url, request), open(closing.url, request)]);
    await eventually("the first chunks", () => answers.every(({ text }) => text === "one "));

    // Act
    await closing.close();
    const ends = await Promise.all(answers.map(({ ended }) => ended));
    await eventually("free endpoints", () => container.disconnected === 2);

    // Assess
    expect(ends).toEqual(["truncated", "truncated"]);
    expect(log).toBe("");
  });

  it("names the end of a caller who leaves in the middle of the request, and runs no function", async () => {
    // Prepare
    const { hostname, port } = new URL(stage.url);
    const head = ["POST /dev/loan-default HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 100"];
    const socket = connect(Number(port), hostname);

    // Act
    socket.write(`${head.join("\r\n")}\r\n\r\nhalf`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await eventually("the line", () => log !== "");

    // Assess
    expect(log).toBe("POST /dev/loan-default: the client closed the connection before the end of the body\n");
    expect(container.answers).toEqual([]);
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
