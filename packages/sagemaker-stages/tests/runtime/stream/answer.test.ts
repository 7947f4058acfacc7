import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Handler } from "../../../src/runtime/handler";
import { streamAnswer } from "../../../src/runtime/stream/answer";
import type { StreamingFunction } from "../../../src/runtime/stream/response-stream";
import { type CapturedLog, captureLog } from "../../../src/testing/captured-log";
import { EndpointServer } from "../../../src/testing/endpoint-server";
import { functionUrlEvent, lambdaContext } from "../../../src/testing/events";
import { RECORDED_LAMBDA, RecordedResponseStream } from "../../../src/testing/response-stream";
import { predictions } from "../support/answers";
import { ROW, restEvent } from "../support/events";
import { handlerOf } from "../support/handler";

let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  log.stop();
  await endpoint.close();
});

/** Invokes an ordinary handler as Lambda does in the transfer mode `stream`. */
async function invoke(handler: Handler, event: unknown): Promise<RecordedResponseStream> {
  const streaming = streamAnswer(handler, RECORDED_LAMBDA) as StreamingFunction;
  const stream = new RecordedResponseStream();
  await streaming(event, stream, lambdaContext());
  return stream;
}

const REQUEST = { data: ROW };
const URL_EVENT = functionUrlEvent({ method: "POST" }, { body: JSON.stringify(REQUEST) });

describe("an ordinary handler in the transfer mode stream", () => {
  it.each([
    ["the REST API", restEvent(JSON.stringify(REQUEST))],
    ["a function URL", URL_EVENT],
  ])("answers %s with the status, the headers and the body of the mode buffer", async (_name, event) => {
    // Prepare
    endpoint.willAlwaysAnswer(predictions(0));
    const buffered = (await handlerOf(endpoint)(event, lambdaContext())) as {
      readonly statusCode: number;
      readonly headers: object;
      readonly body: string;
    };

    // Act
    const { answer } = await invoke(handlerOf(endpoint), event);

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: buffered.headers, body: buffered.body });
    expect(answer.body).not.toBe("");
  });

  it("sends no further attempt to the endpoint after its caller has left", async () => {
    // Prepare
    const stream = new RecordedResponseStream();
    let left = 0;
    const handler: Handler = async (_event, context) => {
      const before = context.getRemainingTimeInMillis();
      stream.destroy();
      left = context.getRemainingTimeInMillis();
      return { statusCode: before > 0 ? 200 : 504, body: context.awsRequestId };
    };

    // Act
    await (streamAnswer(handler, RECORDED_LAMBDA) as StreamingFunction)(URL_EVENT, stream, lambdaContext());

    // Assess
    expect(left).toBe(0);
    expect(stream.payload).toHaveLength(0);
  });

  it("answers a failure with its status", async () => {
    // Act
    const { answer } = await invoke(handlerOf(endpoint), restEvent("{}"));

    // Assess
    expect(answer).toMatchObject({ status: 400, headers: { "Content-Type": "application/problem+json" } });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400 });
  });

  it("answers a direct invocation with the bare answer as JSON", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0), predictions(0));
    const bare = await handlerOf(endpoint)(REQUEST, lambdaContext());

    // Act
    const stream = await invoke(handlerOf(endpoint), REQUEST);

    // Assess
    expect(JSON.parse(String(stream.payload))).toEqual(bare);
    expect(stream.contentType).toBe("application/json");
  });

  it("sends bytes, cookies and repeated headers of a model's own handler", async () => {
    // Prepare
    const bytes = Buffer.from([0, 0xff, 0x80, 10]);
    const own: Handler = async () => ({
      statusCode: 201,
      headers: { "content-type": "image/png" },
      multiValueHeaders: { "x-tag": ["a", "b"] },
      cookies: ["k=v"],
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    });

    // Act
    const { answer } = await invoke(own, URL_EVENT);

    // Assess
    expect(answer).toMatchObject({
      status: 201,
      headers: { "content-type": "image/png" },
      further: { multiValueHeaders: { "x-tag": ["a", "b"] }, cookies: ["k=v"] },
    });
    expect(Buffer.from(answer.bytes).equals(bytes)).toBe(true);
  });

  it("sends status and headers of an answer without a body", async () => {
    // Act
    const { answer } = await invoke(async () => ({ statusCode: 204 }), restEvent(JSON.stringify(REQUEST)));

    // Assess
    expect(answer).toMatchObject({ status: 204, body: "" });
  });

  it("has the format of function URLs for an answer without a status, which API Gateway refuses", async () => {
    // Act
    const { answer } = await invoke(async () => ({ label: "a" }), URL_EVENT);
    const refused = invoke(async () => ({ label: "a" }), restEvent(JSON.stringify(REQUEST)));

    // Assess
    expect(answer).toMatchObject({
      status: 200,
      headers: { "Content-Type": "application/json" },
      body: '{"label":"a"}',
    });
    await expect(refused).rejects.toThrow("got no statusCode; allowed: a proxy response");
  });

  it("ends when the caller leaves", async () => {
    // Prepare
    const streaming = streamAnswer(async () => ({ statusCode: 200, body: "x" }), RECORDED_LAMBDA);
    const stream = new RecordedResponseStream();
    stream.hold();

    // Act
    const answered = (streaming as StreamingFunction)(URL_EVENT, stream, lambdaContext());
    setImmediate(() => stream.destroy(new Error("EPIPE")));

    // Assess
    await expect(answered).resolves.toBeUndefined();
  });
});

it("a runtime without response streams is refused in the init phase", () => {
  // Act
  const create = () => streamAnswer(async () => ({}));

  // Assess
  expect(create).toThrow("awslambda: got nothing; allowed: a Node.js runtime of Lambda");
});
