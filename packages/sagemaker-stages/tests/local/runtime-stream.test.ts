import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import {
  type Container,
  type ContainerBody,
  type ContainerRequest,
  ownContainer,
} from "../../src/local/sagemaker/container";
import { ContainerFailures } from "../../src/local/sagemaker/container-failures";
import { SagemakerRuntime } from "../../src/local/sagemaker/runtime";
import type { EndpointDefinition } from "../../src/local/terraform/endpoints";
import { sampleContainer, UnreadableRequest } from "../../src/sample";
import { readMessages, type StreamMessage } from "./support/event-stream";
import { eventually } from "./support/eventually";
import { received } from "./support/http-requests";
import { sign } from "./support/signing";
import { StreamingContainer } from "./support/streams";

const HOST = "http://127.0.0.1:3000";

const ENDPOINT: EndpointDefinition = {
  name: "test-chat",
  model: "chat",
  variantName: "AllTraffic",
  compute: { kind: "instances", instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
  region: "eu-central-1",
  accountId: "111122223333",
};

let server: StreamingContainer;
let log: string;
let failures: ContainerFailures;
/** The metrics of the endpoint: each value by its name, in order. */
let metrics: (readonly [name: string, value: number])[];

beforeAll(async () => {
  server = new StreamingContainer();
  await server.listen();
});

afterAll(async () => {
  await server.close();
});

beforeEach(() => {
  log = "";
  failures = new ContainerFailures();
  metrics = [];
});

interface Invocation {
  readonly operation?: string;
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly streamTimeoutInMs?: number;
}

async function invoke(
  container: Container,
  { operation = "invocations-response-stream", token, signal, streamTimeoutInMs }: Invocation = {},
): Promise<HttpResponse> {
  const runtime = new SagemakerRuntime(
    [ENDPOINT],
    new Map([["chat", container]]),
    (text) => {
      log += text;
    },
    failures,
    undefined,
    {
      record: ({ namespace, dimensions }, values) => {
        expect({ namespace, dimensions }).toEqual({
          namespace: "AWS/SageMaker",
          dimensions: { EndpointName: ENDPOINT.name, VariantName: ENDPOINT.variantName },
        });
        metrics.push(...values.map(({ name, value }) => [name, value] as const));
      },
    },
    streamTimeoutInMs,
  );
  const request = {
    path: `/endpoints/${ENDPOINT.name}/${operation}`,
    headers: {
      "content-type": "application/json",
      "x-amzn-sagemaker-accept": "text/event-stream",
      ...(token === undefined ? {} : { "x-amz-security-token": token }),
    },
    body: '{"inputs":"1"}',
  };
  const signed = await sign(HOST, request, { service: "sagemaker", region: ENDPOINT.region });
  return runtime.handle({ ...received(signed), ...(signal === undefined ? {} : { signal }) });
}

/** A sample whose answer is the result of `body`. */
function sample(body: (request: ContainerRequest) => ContainerBody): Container {
  return sampleContainer("a sample", (request) => ({ contentType: "text/plain", body: body(request) }));
}

/** The messages of a whole stream. */
async function messagesOf({ body, stream }: HttpResponse): Promise<StreamMessage[]> {
  const chunks = [Buffer.from(body)];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return readMessages(Buffer.concat(chunks));
}

const textsOf = (messages: readonly StreamMessage[]) => messages.map(({ payload }) => payload.toString());

describe("InvokeEndpointWithResponseStream", () => {
  it("sends each chunk of a container as a part, at once", async () => {
    // Act
    const { status, headers, stream } = await invoke(ownContainer(new URL(server.url)));
    const texts: string[] = [];
    stream?.on("data", (bytes: Buffer) => texts.push(...textsOf(readMessages(bytes))));
    await eventually("the first part", () => texts.length === 1);
    server.last.write("two ");
    await eventually("the second part", () => texts.length === 2);
    server.last.end("three");
    await eventually("the end", () => stream?.readableEnded === true);

    // Assess
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "Content-Type": "application/vnd.amazon.eventstream",
      "X-Amzn-SageMaker-Content-Type": "text/plain",
      "x-Amzn-Invoked-Production-Variant": "AllTraffic",
    });
    expect(texts).toEqual(["one ", "two ", "three"]);
  });

  it("sends the chunks of a sample, text and bytes, and the request of the sample names the stream", async () => {
    // Prepare
    const requests: ContainerRequest[] = [];
    const container = sample(async function* (request) {
      requests.push(request);
      yield "größer";
      yield new Uint8Array([1, 2, 255]);
    });

    // Act
    const messages = await messagesOf(await invoke(container));

    // Assess
    expect(messages).toEqual([
      {
        headers: {
          ":event-type": "PayloadPart",
          ":content-type": "application/octet-stream",
          ":message-type": "event",
        },
        payload: Buffer.from("größer"),
      },
      { headers: expect.anything(), payload: Buffer.from([1, 2, 255]) },
    ]);
    expect(requests).toMatchObject([{ responseStream: true, accept: "text/event-stream" }]);
  });

  it("does not send a request to a container if the caller has disconnected", async () => {
    // Prepare
    let requests = 0;
    const { begin } = server;
    server.begin = () => void requests++;
    const request = { contentType: "text/plain", accept: "*/*", body: Buffer.from(""), responseStream: true };

    // Act
    const answer = ownContainer(new URL(server.url)).invoke({ ...request, signal: AbortSignal.abort() });

    // Assess
    await expect(answer).rejects.toThrow("closed the connection");
    server.begin = begin;
    expect(requests).toBe(0);
  });

  it("sends the chunks of a synchronous generator", async () => {
    // Act
    const messages = await messagesOf(
      await invoke(
        sample(function* () {
          yield "one ";
          yield Buffer.from("two");
        }),
      ),
    );

    // Assess
    expect(textsOf(messages)).toEqual(["one ", "two"]);
  });

  it("waits for the caller before it reads more chunks of the sample", async () => {
    // Prepare
    let made = 0;
    const container = sample(async function* () {
      for (; made < 1_000; made++) yield "x".repeat(1024);
    });

    // Act
    const answer = await invoke(container);
    answer.stream?.read(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waiting = made;
    const messages = await messagesOf(answer);

    // Assess
    expect(waiting).toBeLessThan(100);
    expect(messages).toHaveLength(1_000);
  });

  it.each<[string, () => Container, object, string]>([
    [
      "a container closes the connection",
      () => {
        const container = ownContainer(new URL(server.url));
        server.begin = (answer) => {
          answer.writeHead(200, { "Content-Type": "text/plain" }).write("one ", () => answer.destroy());
        };
        return container;
      },
      {
        ":exception-type": "ModelStreamError",
        ErrorCode: "StreamBroken",
        Message: "The connection to the model primary was closed before the end of the inference response.",
      },
      "closed the connection before the answer",
    ],
    [
      "a sample throws",
      () =>
        sample(async function* () {
          yield "one ";
          throw new Error("its own words");
        }),
      { ":exception-type": "ModelStreamError", ErrorCode: "StreamBroken" },
      "test-chat: a sample failed: its own words",
    ],
    [
      "a sample makes neither text nor bytes",
      () =>
        sample(async function* () {
          yield "one ";
          yield 2 as unknown as string;
        }),
      {
        ":exception-type": "InternalStreamFailure",
        Message: "a chunk of the answer: got number; allowed: text and bytes",
      },
      "test-chat: a sample failed: a chunk of the answer: got number",
    ],
    [
      "a sample with a synchronous generator makes neither text nor bytes",
      () =>
        sample(function* () {
          yield "one ";
          yield 2 as unknown as string;
        }),
      {
        ":exception-type": "InternalStreamFailure",
        Message: "a chunk of the answer: got number; allowed: text and bytes",
      },
      "test-chat: a sample failed: a chunk of the answer: got number",
    ],
    [
      "a sample does not complete its answer in time",
      () =>
        sample(async function* () {
          yield "one ";
          await new Promise(() => {});
        }),
      {
        ":exception-type": "ModelStreamError",
        ErrorCode: "ModelInvocationTimeExceeded",
        Message: "Your model primary did not complete sending the inference response in the allotted time.",
      },
      "test-chat: a sample has not completed its answer within 0.5 seconds.",
    ],
  ])("ends the stream with an error if %s", async (_case, make, error, message) => {
    // Prepare
    const { begin } = server;
    const token = failures.issueToken();

    // Act
    const messages = await messagesOf(await invoke(make(), { token, streamTimeoutInMs: 500 }));
    server.begin = begin;

    // Assess
    const [first, last] = messages;
    expect(messages).toHaveLength(2);
    expect(String(first?.payload)).toBe("one ");
    expect(last?.headers[":message-type"]).toBe("exception");
    expect({ ...last?.headers, ...JSON.parse(String(last?.payload)) }).toMatchObject(error);
    expect(log).toContain(message);
    expect(failures.take(token)).toContain(message.replace("test-chat: ", ""));
    // The container answered with the status 200.
    expect(Object.fromEntries(metrics)).toMatchObject({
      Invocations: 1,
      Invocation5XXErrors: 0,
      MidStreamErrors: 1,
    });
  });

  it("measures the first chunk once, apart from the whole answer", async () => {
    // Prepare
    const pauseInMs = 60;
    const pause = () => new Promise((resolve) => setTimeout(resolve, pauseInMs));
    const container = sample(async function* () {
      await pause();
      yield "one ";
      await pause();
      yield "two";
    });

    // Act
    await messagesOf(await invoke(container));

    // Assess
    expect(metrics.map(([name]) => name)).toEqual([
      ...["FirstChunkLatency", "FirstChunkModelLatency", "FirstChunkOverheadLatency"],
      ...["Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency"],
    ]);
    const values = Object.fromEntries(metrics) as Record<string, number>;
    const { FirstChunkLatency = 0, FirstChunkModelLatency = 0, ModelLatency = 0 } = values;
    // Timers of Node.js can fire 1 ms early.
    const pauseInMicroseconds = (pauseInMs - 1) * 1_000;
    expect(FirstChunkModelLatency).toBeGreaterThanOrEqual(pauseInMicroseconds);
    const overhead = values.FirstChunkOverheadLatency ?? Number.NaN;
    expect(overhead).toBeGreaterThanOrEqual(0);
    // Each value is rounded.
    expect(Math.abs(FirstChunkLatency - FirstChunkModelLatency - overhead)).toBeLessThanOrEqual(1);
    expect(ModelLatency - FirstChunkLatency).toBeGreaterThanOrEqual(pauseInMicroseconds);
  });

  it.each<[string, () => Container, object]>([
    [
      "answers with an error",
      () => {
        server.begin = (answer) => answer.writeHead(503).end("loading");
        return ownContainer(new URL(server.url));
      },
      { OriginalStatusCode: 503, OriginalMessage: "loading" },
    ],
    [
      "refuses the request",
      () =>
        sample(() => {
          throw new UnreadableRequest("unreadable");
        }),
      { OriginalStatusCode: 400, OriginalMessage: "unreadable" },
    ],
    [
      "does not answer in time",
      () => ({ description: "a container", invoke: () => new Promise(() => {}) }),
      { OriginalStatusCode: 0 },
    ],
  ])("answers ModelError if the container %s", async (_case, make, document) => {
    // Prepare
    const { begin } = server;

    // Act
    const { status, headers, body, stream } = await invoke(make(), { streamTimeoutInMs: 200 });
    server.begin = begin;

    // Assess
    expect(status).toBe(424);
    expect(headers["x-amzn-ErrorType"]).toBe("ModelError");
    expect(JSON.parse(String(body))).toMatchObject(document);
    expect(stream).toBeUndefined();
  });

  it.each([
    ["before the answer", false],
    ["in the middle of the answer", true],
  ])("closes the connection to the container if the caller disconnects %s", async (_case, isStarted) => {
    // Prepare
    const { begin } = server;
    if (!isStarted) server.begin = () => {};
    const connection = new AbortController();
    const answers = server.answers.length;
    const { disconnected } = server;
    const token = failures.issueToken();

    // Act
    const answer = invoke(ownContainer(new URL(server.url)), { signal: connection.signal, token });
    await eventually("an invocation", () => server.answers.length > answers);
    if (isStarted) (await answer).stream?.resume();
    connection.abort();
    await eventually("a closed connection", () => server.disconnected > disconnected);
    await answer;
    server.begin = begin;

    // Assess
    expect(isStarted ? failures.take(token) : undefined).toBeUndefined();
    expect(metrics.map(([name]) => name)).not.toContain("MidStreamErrors");
  });

  it("aborts the signal of a sample if the stream is closed", async () => {
    // Prepare
    let signal: AbortSignal | undefined;
    const container = sample(async function* (request) {
      signal = request.signal;
      yield "one ";
      await new Promise(() => {});
    });

    // Act
    const { stream } = await invoke(container);
    await new Promise((resolve) => stream?.once("data", resolve));
    const before = signal?.aborted;
    stream?.destroy();

    // Assess
    expect({ before, after: signal?.aborted }).toEqual({ before: false, after: true });
  });

  it("does not abort the signal of a sample that has completed its answer", async () => {
    // Prepare
    let signal: AbortSignal | undefined;
    const container = sample(async function* (request) {
      signal = request.signal;
      yield "one ";
    });

    // Act
    const answer = await invoke(container);
    await messagesOf(answer);
    await eventually("a closed stream", () => answer.stream?.closed === true);

    // Assess
    expect(signal?.aborted).toBe(false);
  });
});

describe("InvokeEndpoint", () => {
  it("joins the chunks of a sample", async () => {
    // Prepare
    const container = sample(async function* () {
      yield "one ";
      yield Buffer.from("two");
    });

    // Act
    const { status, headers, body, stream } = await invoke(container, { operation: "invocations" });

    // Assess
    expect({ status, body: String(body), stream }).toEqual({
      status: 200,
      body: "one two",
      stream: undefined,
    });
    expect(headers["Content-Type"]).toBe("text/plain");
  });

  it("reports a sample that throws in the middle as a failure of the model", async () => {
    // Prepare
    const container = sample(async function* () {
      yield "one ";
      throw new Error("its own words");
    });

    // Act
    const { status, body } = await invoke(container, { operation: "invocations" });

    // Assess
    expect(status).toBe(424);
    expect(JSON.parse(String(body))).toMatchObject({ OriginalStatusCode: 0 });
    expect(log).toContain("a sample failed: its own words");
  });
});
