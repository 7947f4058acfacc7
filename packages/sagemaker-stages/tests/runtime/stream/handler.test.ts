import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeMessage } from "../../../src/local/sagemaker/event-stream";
import { type Contract, type StreamDialect, UnreadablePredictions } from "../../../src/runtime/contract";
import { nameOrigin } from "../../../src/runtime/origins";
import type { StreamingFunction } from "../../../src/runtime/stream/response-stream";
import { type CapturedLog, captureLog } from "../../../src/testing/captured-log";
import { payloadPart } from "../../../src/testing/event-stream";
import { functionUrlEvent, lambdaContext, REQUEST_ID } from "../../../src/testing/events";
import { RecordedResponseStream } from "../../../src/testing/response-stream";
import { beginStream, exception, StreamServer } from "../support/event-stream";
import { eventOf, eventually, type Prompt, storyContract, streamingHandler } from "./support";

const TEXT: StreamDialect<Prompt> = { answerType: "text/plain" };
const SSE: StreamDialect<Prompt> = { answerType: "text/event-stream" };
const EVENT = eventOf({ prompt: "Once" });

let servers: StreamServer[] = [];
let log: CapturedLog;

beforeEach(() => {
  log = captureLog();
});

afterEach(async () => {
  log.stop();
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serve(...[respond]: Parameters<typeof StreamServer.start>): Promise<StreamServer> {
  const server = await StreamServer.start(respond);
  servers.push(server);
  return server;
}

/** A runtime that answers every request with these messages. */
function serveMessages(...messages: readonly Buffer[]): Promise<StreamServer> {
  return serve((answer) => beginStream(answer).end(Buffer.concat(messages)));
}

/** Runs a handler until its stream has ended. */
async function run(
  handler: StreamingFunction,
  event: unknown = EVENT,
  timeoutInMs?: number,
): Promise<RecordedResponseStream> {
  const stream = new RecordedResponseStream();
  await handler(event, stream, lambdaContext(timeoutInMs));
  return stream;
}

/** The log line of the only request. */
function logLine(): unknown {
  expect(log.lines()).toHaveLength(1);
  return log.lines()[0];
}

/** The events of server-sent events by name, with parsed problems. */
function lastEvent(body: string): { readonly name: string | undefined; readonly data: unknown } {
  const text = body.split("\n\n").at(-2) ?? "";
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? "null";
  return { name: /^event: (.*)$/m.exec(text)?.[1], data: JSON.parse(data) };
}

describe("a streamed answer", () => {
  it("passes each part on as soon as the endpoint sends it", async () => {
    // Prepare
    const stream = new RecordedResponseStream();
    const server = await serve((answer) => beginStream(answer).write(payloadPart("Hello ")));

    // Act
    const answered = streamingHandler(storyContract(TEXT), server)(EVENT, stream, lambdaContext());
    await eventually(() => stream.writes.length === 1);
    const before = stream.writes.map(({ text }) => text);
    server.requests[0]?.answer.end(payloadPart("world"));
    await answered;

    // Assess
    expect(before).toEqual(["Hello "]);
    expect(stream.answer).toMatchObject({ status: 200, body: "Hello world" });
    expect(stream.answer.headers).toEqual({
      "Content-Type": "text/plain",
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
    });
  });

  it("comes from InvokeEndpointWithResponseStream, whose headers name the types of the container", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));
    const environment = { AWS_SESSION_TOKEN: "token", ENDPOINT_TARGET_VARIANT: "blue" };

    // Act
    await run(streamingHandler(storyContract(TEXT), server, environment));

    // Assess
    const [request] = server.requests;
    expect(request?.path).toBe("/endpoints/dev-loan-default-endpoint/invocations-response-stream");
    expect(request?.body).toBe("Once");
    expect(request?.headers).toMatchObject({
      "content-type": "text/plain",
      accept: "application/vnd.amazon.eventstream",
      "x-amzn-sagemaker-accept": "text/plain",
      "x-amzn-sagemaker-target-variant": "blue",
      authorization: expect.stringMatching(
        /SignedHeaders=accept;content-type;host;x-amz-date;x-amz-security-token;x-amzn-sagemaker-accept;x-amzn-sagemaker-target-variant,/,
      ),
    });
  });

  it("contains the container's bytes unchanged, even if they are no text", async () => {
    // Prepare
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const server = await serveMessages(...[...bytes].map((byte) => payloadPart(Buffer.of(byte))));

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server));

    // Assess
    expect(Buffer.from(answer.bytes).equals(bytes)).toBe(true);
  });

  it("can be empty", async () => {
    // Prepare
    const server = await serveMessages();

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server));

    // Assess
    expect(answer).toMatchObject({ status: 200, body: "" });
  });

  it("has no metadata in a direct invocation", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));

    // Act
    const stream = await run(streamingHandler(storyContract(TEXT), server), { prompt: "Once" });

    // Assess
    expect(String(stream.payload)).toBe("Hello");
    expect(stream.contentType).toBe("text/plain");
  });

  it("has no CORS headers on a function URL, and names the request's origin on the REST API", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));
    const environment = { CORS_ALLOW_ORIGIN: "https://a.example,https://b.example" };
    const handler = streamingHandler(storyContract(TEXT), server, environment, { nameOrigin });
    const request = { body: '{"prompt":"Once"}', headers: { origin: "https://b.example" } };
    const ofRest = { ...(EVENT as object), headers: { origin: "https://b.example" } };

    // Act
    const [url, rest, refused] = [
      await run(handler, functionUrlEvent({ method: "POST" }, request)),
      await run(handler, ofRest),
      await run(handler, { ...ofRest, body: "{" }),
    ];

    // Assess
    expect(url.answer.headers).toEqual({ "Content-Type": "text/plain" });
    expect(rest.answer.headers).toMatchObject({
      "Access-Control-Allow-Origin": "https://b.example",
      Vary: "Origin",
    });
    expect(refused.answer).toMatchObject({
      status: 400,
      headers: { "Access-Control-Allow-Origin": "https://b.example" },
    });
  });

  it("has the time of the first byte and the metrics in the log line", async () => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer);
      setTimeout(() => answer.write(payloadPart("Hello ")), 30);
    });
    const stream = new RecordedResponseStream();
    const handler = streamingHandler(storyContract(TEXT), server, { METRICS_ENVIRONMENT: "test" });

    // Act
    const answered = handler(EVENT, stream, lambdaContext());
    await eventually(() => stream.writes.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    server.requests[0]?.answer.end(payloadPart("world"));
    await answered;

    // Assess
    const line = logLine() as {
      readonly firstByteMs: number;
      readonly endpointMs: number;
      readonly totalMs: number;
    };
    expect(line).toMatchObject({
      model: "story",
      status: 200,
      retries: 0,
      cold: true,
      requestId: REQUEST_ID,
      Requests: 1,
      Failures: 0,
      Rows: 1,
      TotalTime: line.totalMs,
      EndpointTime: line.endpointMs,
    });
    expect(line).not.toHaveProperty("error");
    expect(line.firstByteMs).toBeGreaterThanOrEqual(25);
    expect(line.totalMs - line.firstByteMs).toBeGreaterThanOrEqual(40);
    expect(line.endpointMs).toBeLessThanOrEqual(line.totalMs);
  });
});

describe("the contract's converter", () => {
  /** Writes each word with a capital letter and its number. */
  const convert = () => {
    let words = 0;
    let held = "";
    return {
      push(text: string) {
        const parts = (held + text).split(" ");
        held = parts.pop() ?? "";
        return parts.map((part) => `${++words}:${part.toUpperCase()}\n`).join("");
      },
      end: () => (held === "" ? "" : `${++words}:${held.toUpperCase()}\n`),
    };
  };

  it("receives text in which no character is split, and returns the text of the caller", async () => {
    // Prepare
    const bytes = Buffer.from("größe 🌍 ende");
    const server = await serveMessages(...[...bytes].map((byte) => payloadPart(Buffer.of(byte))));

    // Act
    const { answer } = await run(streamingHandler(storyContract({ ...TEXT, convert }), server));

    // Assess
    expect(answer.body).toBe("1:GRÖSSE\n2:🌍\n3:ENDE\n");
  });

  it.each([
    ["an invalid byte", Buffer.of(0x61, 0xff)],
    ["half a character at the end", Buffer.of(0x61, 0xf0, 0x9f)],
  ])("refuses %s before the caller has received something: 502", async (_name, bytes) => {
    // Prepare
    const server = await serveMessages(payloadPart(bytes));

    // Act
    const { answer } = await run(streamingHandler(storyContract({ ...TEXT, convert }), server));

    // Assess
    expect(answer.status).toBe(502);
    expect(logLine()).toMatchObject({ status: 502, error: { type: "AnswerNotUtf8", origin: "container" } });
  });

  it("can refuse an answer: 502 before the first part, and a broken stream after it", async () => {
    // Prepare
    const failing = (): ReturnType<typeof convert> => ({
      push(text) {
        if (text.includes("!")) throw new UnreadablePredictions("no exclamations");
        return text;
      },
      end: () => "",
    });
    const handler = (server: StreamServer) =>
      streamingHandler(storyContract({ ...TEXT, convert: failing }), server);
    const first = await serveMessages(payloadPart("!"));
    const second = await serve((answer) => {
      beginStream(answer).write(payloadPart("Hello"));
      setTimeout(() => answer.end(payloadPart("!")), 20);
    });
    const broken = new RecordedResponseStream();

    // Act
    const { answer } = await run(handler(first));
    const breaking = handler(second)(EVENT, broken, lambdaContext());

    // Assess
    await expect(breaking).rejects.toThrow("The answer broke off");
    expect(answer.status).toBe(502);
    expect(broken.answer.body).toBe("Hello");
    expect(broken.destroyed).toBe(false);
    expect(log.lines()).toMatchObject([
      { status: 502, error: { type: "UnreadablePredictions", origin: "container" } },
      { status: 502, error: { type: "UnreadablePredictions", origin: "container" } },
    ]);
  });
});

describe("a failure before the first part", () => {
  it.each([
    {
      what: "an invalid request",
      event: eventOf({ prompt: 7 }),
      status: 400,
      detail: "prompt: got the number 7; allowed: a string",
    },
    {
      what: "a request without JSON",
      event: { ...(EVENT as object), body: "{" },
      status: 400,
      detail: /not JSON/,
    },
  ])("is an ordinary problem document for $what", async ({ event, status, detail }) => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server), event);

    // Assess
    expect(answer).toMatchObject({ status, headers: { "Content-Type": "application/problem+json" } });
    expect(JSON.parse(answer.body)).toMatchObject({
      type: "about:blank",
      status,
      detail: typeof detail === "string" ? detail : expect.stringMatching(detail),
      requestId: REQUEST_ID,
    });
    expect(server.requests).toEqual([]);
    expect(logLine()).toMatchObject({ status });
  });

  it.each([
    ["ModelError", 424, 502, "container"],
    ["ValidationError", 400, 502, "service"],
    ["AccessDeniedException", 403, 502, "service"],
  ])("has the status of the service's %s", async (type, sent, status, origin) => {
    // Prepare
    const server = await serve((answer) => {
      answer.writeHead(sent, { "x-amzn-errortype": type }).end('{"Message":"the words of the service"}');
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("the words");
    expect(logLine()).toMatchObject({ status, error: { type, origin, status: sent } });
    expect(JSON.stringify(logLine())).not.toContain("the words");
  });

  it.each([
    ["ModelStreamError", { Message: "secret", ErrorCode: "StreamBroken" }, 502, "StreamBroken", "container"],
    [
      "ModelStreamError",
      { Message: "secret", ErrorCode: "ModelInvocationTimeExceeded" },
      504,
      "ModelInvocationTimeExceeded",
      "container",
    ],
    ["ModelStreamError", {}, 502, "ModelStreamError", "container"],
    ["InternalStreamFailure", { Message: "secret" }, 503, "InternalStreamFailure", "service"],
  ])("has the status of the stream's %s %j", async (type, document, status, logged, origin) => {
    // Prepare
    const server = await serveMessages(exception(type, document));

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("secret");
    expect(logLine()).toMatchObject({ status, error: { type: logged, origin } });
    expect(JSON.stringify(logLine())).not.toContain("secret");
  });

  it("ends in a retry while the endpoint wakes up, throttles or fails", async () => {
    // Prepare
    const failures = [
      { status: 400, type: "ModelNotReadyException" },
      { status: 400, type: "ThrottlingException" },
      { status: 503, type: "ServiceUnavailable" },
    ];
    let requests = 0;
    const server = await serve((answer) => {
      const failure = failures[requests++];
      if (failure === undefined) beginStream(answer).end(payloadPart("Hello"));
      else answer.writeHead(failure.status, { "x-amzn-errortype": failure.type }).end("{}");
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer).toMatchObject({ status: 200, body: "Hello" });
    expect(logLine()).toMatchObject({ status: 200, retries: 3 });
  });

  it("ends in a retry for an InternalStreamFailure", async () => {
    // Prepare
    let requests = 0;
    const server = await serve((answer) => {
      const message = requests++ === 0 ? exception("InternalStreamFailure", {}) : payloadPart("Hello");
      beginStream(answer).end(message);
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server));

    // Assess
    expect(answer).toMatchObject({ status: 200, body: "Hello" });
    expect(logLine()).toMatchObject({ retries: 1 });
  });

  it.each([
    ["a stream", { prompt: "Once", stream: true }],
    ["a whole answer", { prompt: "Once" }],
  ])("is a 504 before API Gateway closes a connection without data: %s", async (_what, request) => {
    // Prepare
    const server = await serve(() => {});
    const contract = storyContract({ ...SSE, wants: ({ stream }) => stream === true });

    // Act
    const { answer } = await run(
      streamingHandler(contract, server, {}, { maxSilenceInMs: 60 }),
      eventOf(request),
    );

    // Assess
    expect(answer.status).toBe(504);
    expect(logLine()).toMatchObject({ status: 504, error: { type: "TimeLeftUsedUp" } });
  });

  it("does not come from API Gateway's limit after the first part", async () => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer).write(payloadPart("Hello "));
      setTimeout(() => answer.end(payloadPart("world")), 400);
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server, {}, { maxSilenceInMs: 300 }));

    // Assess
    expect(answer).toMatchObject({ status: 200, body: "Hello world" });
  });

  it("has Retry-After and the status 503 if the endpoint does not wake up in time", async () => {
    // Prepare
    const server = await serve((answer) => {
      answer.writeHead(400, { "x-amzn-errortype": "ModelNotReadyException" }).end("{}");
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server), EVENT, 1_000);

    // Assess
    expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "10" } });
  });

  it("is a 504 if the endpoint sends nothing in the function's time", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer));

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server), EVENT, 700);

    // Assess
    expect(answer.status).toBe(504);
    expect(logLine()).toMatchObject({ status: 504, error: { type: "TimeLeftUsedUp", origin: "service" } });
    await server.requests[0]?.closed;
  });

  it("is a 502 for bytes that are no event stream", async () => {
    // Prepare
    const bytes = payloadPart("Hello");
    bytes[20] = 0;
    const server = await serveMessages(bytes);

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server));

    // Assess
    expect(answer.status).toBe(502);
    expect(logLine()).toMatchObject({ status: 502, error: { type: "StreamCorrupt", origin: "service" } });
  });

  it.each([
    ["targetModel", { targetModel: "eu.tar.gz" }],
    ["sessionId", { sessionId: "NEW_SESSION" }],
  ])("is a 500 if the contract sets %s, which the operation does not have", async (field, headers) => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));
    const contract = storyContract(TEXT, {
      encode: () => ({ contentType: "text/plain", accept: "text/plain", body: "x", rows: 1, headers }),
    });

    // Act
    const { answer } = await run(streamingHandler(contract, server));

    // Assess
    expect(answer.status).toBe(500);
    expect(logLine()).toMatchObject({ error: { type: "ForbiddenByContract", field } });
  });

  it("has the members that the contract adds to problem documents", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));
    const contract = storyContract(SSE, {
      problemMembers: ({ status, detail }) => ({ error: { message: detail, code: status } }),
    });

    // Act
    const { answer } = await run(streamingHandler(contract, server), eventOf({}));

    // Assess
    const problem = JSON.parse(answer.body);
    expect(problem).toMatchObject({ status: 400, error: { code: 400, message: problem.detail } });
  });
});

describe("a refusal of the container", () => {
  /** SageMaker's answer after the container's answer with a status. */
  function refuse(originalStatus: number, message: string, type = "ModelError") {
    return serve((answer) =>
      answer.writeHead(424, { "x-amzn-ErrorType": type }).end(
        JSON.stringify({
          Message: `Received client error (${originalStatus}) from primary with message "${message}".`,
          OriginalStatusCode: originalStatus,
          OriginalMessage: message,
        }),
      ),
    );
  }

  const onRequest = { ...SSE, wants: ({ stream }: Prompt) => stream === true };
  const describing = storyContract(onRequest, {
    containerProblem: ({ status, message }) =>
      status === 418
        ? undefined
        : { status: 400, detail: `refused: ${message.length}`, code: `of-${status}` },
    problemMembers: ({ detail, code }) => ({ error: { detail, code } }),
  });

  it.each([
    { what: "a stream", event: eventOf({ prompt: "Once", stream: true }) },
    { what: "a whole answer", event: eventOf({ prompt: "Once" }) },
  ])("is the problem that the contract describes, before $what", async ({ event }) => {
    // Prepare
    const server = await refuse(422, "private");

    // Act
    const { answer } = await run(streamingHandler(describing, server), event);

    // Assess
    expect(answer).toMatchObject({ status: 400, headers: { "Content-Type": "application/problem+json" } });
    expect(answer.headers).not.toHaveProperty("Retry-After");
    expect(JSON.parse(answer.body)).toEqual({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "refused: 7",
      requestId: REQUEST_ID,
      error: { detail: "refused: 7", code: "of-422" },
    });
    expect(server.requests).toHaveLength(1);
    expect(logLine()).toMatchObject({
      status: 400,
      error: { type: "ModelError", origin: "container", status: 422 },
    });
    expect(JSON.stringify(logLine())).not.toContain("private");
  });

  it("is also the answer to a direct invocation", async () => {
    // Prepare
    const server = await refuse(400, "private");

    // Act
    const stream = await run(streamingHandler(describing, server), { prompt: "Once" });

    // Assess
    expect(JSON.parse(String(stream.payload))).toMatchObject({ status: 400, detail: "refused: 7" });
  });

  it("is a 500 if the contract's description fails", async () => {
    // Prepare
    const server = await refuse(400, "private");
    const contract = storyContract(SSE, {
      containerProblem: () => {
        throw new TypeError("private");
      },
    });

    // Act
    const { answer } = await run(streamingHandler(contract, server));

    // Assess
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain("private");
    expect(logLine()).toMatchObject({ status: 500, error: { type: "TypeError", origin: "function" } });
  });

  it("has no Retry-After of another failure if the contract's members of the problem fail", async () => {
    // Prepare
    const server = await refuse(429, "overloaded");
    const contract = storyContract(SSE, {
      containerProblem: () => ({ status: 429, detail: "Try again later." }),
      problemMembers: () => {
        throw new TypeError("private");
      },
    });

    // Act
    const { answer } = await run(streamingHandler(contract, server));

    // Assess
    expect(answer.status).toBe(500);
    expect(answer.headers).not.toHaveProperty("Retry-After");
  });

  it.each<[string, () => unknown]>([
    ["a status that is no refusal", () => ({ status: 200, detail: "private" })],
    ["a promise", async () => ({ status: 400, detail: "private" })],
  ])("is a 500 if the contract describes it with %s", async (_, containerProblem) => {
    // Prepare
    const server = await refuse(400, "private");
    const contract = storyContract(SSE, { containerProblem: containerProblem as () => undefined });

    // Act
    const { answer } = await run(streamingHandler(contract, server));

    // Assess
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain("private");
    expect(logLine()).toMatchObject({
      status: 500,
      error: { type: "ForbiddenByContract", origin: "function" },
    });
  });

  it.each<[string, object, number, string]>([
    [
      "an empty body without SageMaker's text",
      { OriginalStatusCode: 400, Message: "account 123456789012" },
      400,
      "refused: 0",
    ],
    ["nothing without the container's status", { OriginalMessage: "private" }, 502, "The model's endpoint"],
  ])("gives the contract %s", async (_, document, status, detail) => {
    // Prepare
    const server = await serve((response) => {
      response.writeHead(424, { "x-amzn-errortype": "ModelError" }).end(JSON.stringify(document));
    });

    // Act
    const { answer } = await run(
      streamingHandler(describing, server),
      eventOf({ prompt: "Once", stream: true }),
    );

    // Assess
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).detail).toContain(detail);
  });

  it("has Retry-After if the contract describes it as a 429", async () => {
    // Prepare
    const server = await refuse(429, "overloaded");
    const contract = storyContract(SSE, {
      containerProblem: () => ({ status: 429, detail: "Try again later." }),
    });

    // Act
    const { answer } = await run(streamingHandler(contract, server));

    // Assess
    expect(answer).toMatchObject({ status: 429, headers: { "Retry-After": "1" } });
  });

  it.each([
    ["the contract describes no problem", 418, "ModelError"],
    ["the container failed", 500, "ModelError"],
    ["the service refused", 400, "ValidationError"],
  ])("is a 502 without the container's message if %s", async (_, status, type) => {
    // Prepare
    const server = await refuse(status, "private", type);

    // Act
    const { answer } = await run(
      streamingHandler(describing, server),
      eventOf({ prompt: "Once", stream: true }),
    );

    // Assess
    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain("private");
  });
});

describe("a failure after the first part", () => {
  const first = payloadPart("data: Hello\n\n");
  const breakers = [
    {
      what: "a ModelStreamError",
      end: exception("ModelStreamError", { ErrorCode: "StreamBroken", Message: "secret" }),
    },
    { what: "a corrupt message", end: Buffer.from("no message of an event stream") },
    { what: "half a message", end: payloadPart("data: x\n\n").subarray(0, 40) },
    { what: "an unknown kind of message", end: encodeMessage({ ":message-type": "news" }, "secret") },
  ];

  it.each(breakers)("is the last of the server-sent events: $what", async ({ end }) => {
    // Prepare
    const server = await serveMessages(first, end);

    // Act
    const { answer, writableFinished } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^data: Hello\n\nevent: error\ndata: \{.*\}\n\n$/);
    expect(lastEvent(answer.body)).toMatchObject({
      name: "error",
      data: { status: 502, requestId: REQUEST_ID },
    });
    expect(answer.body).not.toContain("secret");
    expect(writableFinished).toBe(true);
    expect(logLine()).toMatchObject({ status: 502, firstByteMs: expect.any(Number) });
  });

  it("does not leave half an event before the error", async () => {
    // Prepare
    const server = await serveMessages(first, payloadPart("data: wor"), breakers[0]?.end ?? Buffer.alloc(0));

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer.body).toMatch(/^data: Hello\n\nevent: error\n/);
  });

  it.each(breakers)("breaks off a stream of another type: $what", async ({ end }) => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer).write(payloadPart("Hello"));
      setTimeout(() => answer.end(end), 20);
    });
    const [stream, next] = [new RecordedResponseStream(), new RecordedResponseStream()];
    const handler = streamingHandler(storyContract(TEXT), server);

    // Act
    const answered = handler(EVENT, stream, lambdaContext());

    // Assess
    await expect(answered).rejects.toThrow("The answer broke off. See the log line of the request.");
    // A stream that the handler destroys ends Lambda's process.
    expect(stream).toMatchObject({ destroyed: false, writableEnded: false });
    expect(stream.answer.body).toBe("Hello");
    expect(logLine()).toMatchObject({ status: 502 });
    await expect(
      handler({ ...(EVENT as object), body: "{" }, next, lambdaContext()),
    ).resolves.toBeUndefined();
    expect(next.answer.status).toBe(400);
  });

  it("is a 504 in the last event, when the function's time is over", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer).write(first));

    // Act
    const { answer } = await run(
      streamingHandler(storyContract(SSE), server, { METRICS_ENVIRONMENT: "test" }),
      EVENT,
      700,
    );

    // Assess
    expect(lastEvent(answer.body)).toMatchObject({ name: "error", data: { status: 504 } });
    expect(logLine()).toMatchObject({ status: 504, Failures: 1, error: { type: "TimeLeftUsedUp" } });
    await server.requests[0]?.closed;
  });

  it("ends before the function's timeout, even if the caller does not read", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer).write(first));
    const stream = new RecordedResponseStream(1);
    stream.hold();
    const start = performance.now();

    // Act
    const answered = streamingHandler(storyContract(SSE), server)(EVENT, stream, lambdaContext(700));

    // Assess
    await expect(answered).rejects.toThrow("The answer broke off");
    expect(performance.now() - start).toBeLessThan(700);
    // The endpoint is not the cause.
    expect(logLine()).toMatchObject({ status: 499, error: { type: "CallerTooSlow", origin: "connection" } });
  });

  it("is a 503 in the last event, when the connection to the endpoint breaks", async () => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer).write(first);
      setTimeout(() => answer.destroy(), 20);
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(lastEvent(answer.body)).toMatchObject({ name: "error", data: { status: 503 } });
    expect(logLine()).toMatchObject({ status: 503, error: { type: "ECONNRESET", origin: "connection" } });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a caller", () => {
  it("that reads slowly slows down the endpoint", async () => {
    // Prepare
    const part = payloadPart(Buffer.alloc(64 * 1024, "x"));
    let sent = 0;
    let isStopped = false;
    const server = await serve(async (answer) => {
      beginStream(answer);
      while (!isStopped && sent < 2_000) {
        sent++;
        if (!answer.write(part)) await once(answer, "drain");
      }
      answer.end();
    });
    const stream = new RecordedResponseStream();
    stream.hold();

    // Act
    const answered = streamingHandler(storyContract(TEXT), server)(EVENT, stream, lambdaContext());
    await eventually(() => stream.writableNeedDrain);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const whileHeld = sent;
    const written = stream.writes.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const later = sent;
    isStopped = true;
    stream.release();
    await answered;

    // Assess
    expect(written).toBe(1);
    expect(later).toBe(whileHeld);
    // The buffers of two sockets; the endpoint would have sent 130 MB.
    expect(whileHeld).toBeLessThan(400);
    expect(stream.answer.bytes).toHaveLength(sent * 64 * 1024);
  });

  it("that leaves ends the request to the endpoint", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer).write(payloadPart("data: Hello\n\n")));
    const stream = new RecordedResponseStream();
    const handler = streamingHandler(storyContract(SSE), server, { METRICS_ENVIRONMENT: "test" });

    // Act
    const answered = handler(EVENT, stream, lambdaContext());
    await eventually(() => stream.writes.length === 1);
    const start = performance.now();
    stream.destroy();
    await server.requests[0]?.closed;
    const freedAfterMs = performance.now() - start;
    await answered;

    // Assess
    expect(freedAfterMs).toBeLessThan(1_000);
    expect(logLine()).toMatchObject({
      status: 499,
      error: { type: "CallerLeft", origin: "connection" },
      Failures: 0,
    });
  });

  it("that leaves before the first part ends the request to the endpoint, and the wait for a retry", async () => {
    // Prepare
    const silent = await serve((answer) => beginStream(answer));
    const waking = await serve((answer) => {
      answer.writeHead(400, { "x-amzn-errortype": "ModelNotReadyException" }).end("{}");
    });
    const streams = [new RecordedResponseStream(), new RecordedResponseStream()] as const;

    // Act
    const answered = [silent, waking].map((server, index) => {
      const stream = streams[index] ?? streams[0];
      return streamingHandler(storyContract(SSE), server)(EVENT, stream, lambdaContext());
    });
    await eventually(() => silent.requests.length > 0 && waking.requests.length > 2);
    for (const stream of streams) stream.destroy(new Error("EPIPE"));
    await Promise.all(answered);
    await silent.requests[0]?.closed;
    const requests = waking.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));

    // Assess
    expect(waking.requests).toHaveLength(requests);
    expect(streams.map(({ payload }) => payload.length)).toEqual([0, 0]);
    expect(log.lines()).toMatchObject([{ status: 499 }, { status: 499 }]);
  });

  it("whose response stream does not open causes no open request to the endpoint", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer).write(payloadPart("Hello")));
    const from = () => {
      throw new Error("no metadata");
    };
    const lambda = { streamifyResponse: <T>(handler: T) => handler, HttpResponseStream: { from } };

    // Act
    const answered = run(streamingHandler(storyContract(TEXT), server, {}, { lambda }));

    // Assess
    await expect(answered).rejects.toThrow("The answer broke off. See the log line of the request.");
    expect(logLine()).toMatchObject({ status: 500, error: { type: "Error", origin: "function" } });
    expect(logLine()).not.toHaveProperty("firstByteMs");
    await server.requests[0]?.closed;
    expect(server.requests).toHaveLength(1);
  });

  it("that left before the handler began causes no request to the endpoint", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("Hello"));
    const stream = new RecordedResponseStream().destroy();

    // Act
    await streamingHandler(storyContract(TEXT), server)(
      EVENT,
      stream as RecordedResponseStream,
      lambdaContext(),
    );

    // Assess
    expect(server.requests).toEqual([]);
    expect(logLine()).toMatchObject({ status: 499 });
  });
});

describe("server-sent events", () => {
  it("get a comment after a time without data, but not within an event", async () => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer).write(payloadPart("data: a\n\n"));
      setTimeout(() => answer.write(payloadPart("data: b")), 100);
      setTimeout(() => answer.end(payloadPart("c\n\n")), 200);
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server, {}, { heartbeatInMs: 20 }));

    // Assess
    expect(answer.body).toMatch(/^data: a\n\n(: \n\n){2,}data: bc\n\n$/);
  });

  it("get no comment while the caller has not received the last data", async () => {
    // Prepare
    const server = await serve((answer) => beginStream(answer).write(payloadPart("data: a\n\n")));
    const stream = new RecordedResponseStream(1);
    stream.hold();

    // Act
    const answered = streamingHandler(
      storyContract(SSE),
      server,
      {},
      { heartbeatInMs: 5 },
    )(EVENT, stream, lambdaContext());
    await eventually(() => stream.writes.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const written = stream.writableLength;
    server.requests[0]?.answer.end();
    stream.release();
    await answered;

    // Assess
    expect(written).toBe(Buffer.byteLength("data: a\n\n"));
  });

  it("get no comment after their end, even if the caller has not read it", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("data: a\n\n"));
    const stream = new RecordedResponseStream();
    stream.hold();

    // Act
    const answered = streamingHandler(
      storyContract(SSE),
      server,
      {},
      { heartbeatInMs: 5 },
    )(EVENT, stream, lambdaContext());
    await eventually(() => stream.writableEnded);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const logged = log.lines().length;
    stream.release();
    await answered;

    // Assess
    expect(stream.answer.body).toBe("data: a\n\n");
    expect(stream.writableFinished).toBe(true);
    // The status depends on the caller, up to the time of the request.
    expect(logged).toBe(0);
    expect(logLine()).toMatchObject({ status: 200 });
  });

  it("end unchanged if the container ends within an event", async () => {
    // Prepare
    const server = await serveMessages(payloadPart("data: a\n\ndata: [DONE]"));

    // Act
    const { answer } = await run(streamingHandler(storyContract(SSE), server));

    // Assess
    expect(answer.body).toBe("data: a\n\ndata: [DONE]");
  });

  it("other types get no comment", async () => {
    // Prepare
    const server = await serve((answer) => {
      beginStream(answer).write(payloadPart("a\n\n"));
      setTimeout(() => answer.end(payloadPart("b")), 60);
    });

    // Act
    const { answer } = await run(streamingHandler(storyContract(TEXT), server, {}, { heartbeatInMs: 5 }));

    // Assess
    expect(answer.body).toBe("a\n\nb");
  });
});

describe("a contract that streams on request", () => {
  const onRequest: Contract<Prompt, string> = storyContract({
    ...SSE,
    wants: ({ stream }) => stream === true,
  });

  it.each([
    { request: { prompt: "Once" }, path: "invocations", contentType: "application/json", body: '"whole"' },
    {
      request: { prompt: "Once", stream: true },
      path: "invocations-response-stream",
      contentType: "text/event-stream",
      body: "data: part\n\n",
    },
  ])("answers $request with $contentType", async ({ request, path, contentType, body }) => {
    // Prepare
    const server = await serve((answer, { path: called }) => {
      if (called.endsWith("stream")) beginStream(answer).end(payloadPart("data: part\n\n"));
      else answer.writeHead(200, { "content-type": "text/plain" }).end("whole");
    });

    // Act
    const { answer } = await run(streamingHandler(onRequest, server), eventOf(request));

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: { "Content-Type": contentType }, body });
    expect(server.requests.map((sent) => sent.path)).toEqual([
      `/endpoints/dev-loan-default-endpoint/${path}`,
    ]);
    const accept = path.endsWith("stream") ? "x-amzn-sagemaker-accept" : "accept";
    expect(server.requests[0]?.headers[accept]).toBe(contentType);
  });

  it("answers a direct invocation as a plain handler does", async () => {
    // Prepare
    const server = await serve((answer) => answer.writeHead(200).end("whole"));

    // Act
    const stream = await run(streamingHandler(onRequest, server), { prompt: "Once" });

    // Assess
    expect(String(stream.payload)).toBe('"whole"');
    expect(stream.contentType).toBe("application/json");
  });
});

it("a contract without stream has no streaming handler", () => {
  // Act
  const create = () =>
    streamingHandler({ ...storyContract(TEXT), stream: undefined } as never, { url: "http://127.0.0.1" });

  // Assess
  expect(create).toThrow("stream: got nothing; allowed: a contract with stream");
});
