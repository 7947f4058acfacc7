import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { chatEvents } from "../../src/contracts/chat-events";
import { createAsyncHandlerWith } from "../../src/runtime/async/handler";
import { type Contract, type StreamDialect, UnreadablePredictions } from "../../src/runtime/contract";
import { createHandlerWith } from "../../src/runtime/handler-core";
import { EVERY_PART } from "../../src/runtime/parts";
import { createAbortableClient, streamAnswer, writeWhenSent } from "../../src/runtime/stream/answer";
import type { StreamingOptions } from "../../src/runtime/stream/handler";
import type { AwsLambda, StreamingFunction } from "../../src/runtime/stream/response-stream";
import { payloadPart } from "../../src/testing/event-stream";
import { lambdaContext } from "../../src/testing/events";
import { RECORDED_LAMBDA, RecordedResponseStream } from "../../src/testing/response-stream";
import { eventOf, eventually, type Prompt, storyContract, streamingHandler } from "./stream/support";
import { beginStream, exception, StreamServer } from "./support/event-stream";
import { environmentOf } from "./support/handler";
import { makeWaitsLong } from "./support/waits";

/** Each request has one line with its metrics, at whatever point it fails. */
const METRICS = { METRICS_ENVIRONMENT: "test" };
const SSE: StreamDialect<Prompt> = { answerType: "text/event-stream" };
const ON_REQUEST: StreamDialect<Prompt> = { ...SSE, wants: ({ stream }) => stream === true };
const STREAMED = eventOf({ prompt: "Once", stream: true });
const WHOLE = eventOf({ prompt: "Once" });

const fail = (): never => {
  throw new Error("a bug of the contract");
};
const bytesOf = (length: number) => "x".repeat(length);

let server: StreamServer | undefined;

/** The output of a request, and of everything that the request starts: several requests run at the same time. */
const outputOfRequest = new AsyncLocalStorage<string[]>();
/** The outputs of all requests, also what a request writes after its test. */
const outputs: { readonly what: string; readonly chunks: readonly string[] }[] = [];
/** The time in which a request could write a further line after its end. */
const FURTHER_LINE_IN_MS = 100;
/** The output of a test outside of {@link outputOfRequest}. */
let output: string[] = [];
/** The requests that wait for seconds. They run at the same time, from the start of the test file. */
const waiting: (() => Promise<Observed>)[] = [];

beforeAll(() => {
  makeWaitsLong();
  jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    (outputOfRequest.getStore() ?? output).push(String(chunk));
    return true;
  });
  // Each test requires the result of its request.
  for (const start of waiting) start().catch(() => {});
});

beforeEach(() => {
  output = [];
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

afterAll(async () => {
  await Promise.allSettled(waiting.map((start) => start()));
  await new Promise((resolve) => setTimeout(resolve, FURTHER_LINE_IN_MS));
  jest.restoreAllMocks();
  const counts = outputs.map(({ what, chunks }) => ({ what, lines: linesOf(chunks).length }));
  expect(counts.filter(({ lines }) => lines !== 1)).toEqual([]);
});

/** The parsed lines of an output. */
function linesOf(chunks: readonly string[]): unknown[] {
  return chunks
    .join("")
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

/** What a server of SageMaker's runtime sends. */
type Respond = Parameters<typeof StreamServer.start>[0];

const stream: Respond = (answer) => beginStream(answer).end(payloadPart("data: a\n\n"));
const whole: Respond = (answer) => answer.writeHead(200, { "content-type": "text/plain" }).end("whole");
const silent: Respond = () => {};
const refuse =
  (status: number, type: string, document = "{}"): Respond =>
  (answer) =>
    answer.writeHead(status, { "x-amzn-errortype": type }).end(document);
/** The first part, and then this end. */
const thenEnd =
  (end: Buffer): Respond =>
  (answer) => {
    beginStream(answer).write(payloadPart("data: a\n\n"));
    setTimeout(() => answer.end(end), 10);
  };
const thenNothing: Respond = (answer) => beginStream(answer).write(payloadPart("data: a\n\n"));

/** A runtime whose response streams do not open. */
const CLOSED: AwsLambda = { ...RECORDED_LAMBDA, HttpResponseStream: { from: fail } };

/** What the caller does with the answer. */
type Caller =
  | "reads"
  | "reads nothing"
  | "leaves at once"
  | "leaves during the request"
  | "leaves unread data";

async function answerTo(
  { requests }: Pick<StreamServer, "requests">,
  caller: Caller,
  handler: StreamingFunction,
  event: unknown,
  timeoutInMs: number,
): Promise<{ readonly ended: string; readonly tookMs: number }> {
  const response = new RecordedResponseStream(1);
  if (caller === "reads nothing" || caller === "leaves unread data") response.hold();
  if (caller === "leaves at once") response.destroy();
  const start = performance.now();
  const answered = handler(event, response, lambdaContext(timeoutInMs)).then(
    () => "without an error",
    (thrown: Error) => thrown.message,
  );
  if (caller === "leaves during the request") {
    await eventually(() => requests.length > 0);
    response.destroy();
  }
  if (caller === "leaves unread data") {
    await eventually(() => response.writes.length > 0);
    response.destroy();
  }
  const ended = await answered;
  return { ended, tookMs: performance.now() - start };
}

const BROKEN_OFF = "The answer broke off. See the log line of the request.";

/** A point at which a request ends. */
interface Point {
  readonly what: string;
  readonly status: number;
  /** The type of the logged error. @default - none */
  readonly type?: string;
  readonly respond?: Respond;
  readonly event?: unknown;
  readonly dialect?: Partial<StreamDialect<Prompt>>;
  readonly contract?: Partial<Contract<Prompt, string>>;
  readonly options?: StreamingOptions;
  readonly caller?: Caller;
  /** The time of the function. @default 4000, and the request ends long before */
  readonly timeoutInMs?: number;
  /** @default "without an error" */
  readonly ended?: string;
}

const NOT_UTF8 = Buffer.of(0x61, 0xff);
const broken = payloadPart("data: b\n\n");
broken[20] = 0;

/** The points of every handler that reads a request and invokes the endpoint for a whole answer. */
const OF_WHOLE_ANSWERS: readonly Point[] = [
  { what: "a body that is not JSON", event: { ...(WHOLE as object), body: "{" }, status: 400 },
  { what: "a request that the schema refuses", event: eventOf({ prompt: 7 }), status: 400 },
  { what: "a request with too many bytes", event: eventOf({ prompt: bytesOf(2_000) }), status: 413 },
  { what: "a bug in encode", contract: { encode: fail }, status: 500, type: "Error" },
  { what: "a bug in decode", contract: { decode: fail }, status: 500, type: "Error" },
  {
    what: "an unreadable answer",
    contract: {
      decode: () => {
        throw new UnreadablePredictions("no text");
      },
    },
    status: 502,
    type: "UnreadablePredictions",
  },
  { what: "a ModelError", respond: refuse(424, "ModelError"), status: 502, type: "ModelError" },
  {
    what: "an endpoint that throttles",
    respond: refuse(400, "ThrottlingException"),
    status: 429,
    type: "ThrottlingException",
  },
  {
    what: "an endpoint that does not wake up",
    respond: refuse(400, "ModelNotReadyException"),
    timeoutInMs: 1_700,
    status: 503,
    type: "ModelNotReadyException",
  },
  {
    what: "an endpoint that sends nothing",
    respond: silent,
    timeoutInMs: 600,
    status: 504,
    type: "TimeLeftUsedUp",
  },
  {
    what: "a broken connection",
    respond: (answer) => answer.destroy(),
    timeoutInMs: 1_700,
    status: 503,
    type: "ECONNRESET",
  },
  {
    what: "an answer that is larger than Lambda's limit",
    respond: (answer) => answer.writeHead(200).end(bytesOf(6_300_000)),
    status: 502,
    type: "AnswerTooLarge",
  },
  {
    what: "an answer that is not UTF-8",
    respond: (answer) => answer.writeHead(200).end(NOT_UTF8),
    status: 502,
    type: "AnswerNotUtf8",
  },
  { what: "success", status: 200 },
];

/** The points of whole answers through a response stream. */
const OF_WHOLE_STREAMS: readonly Point[] = [
  ...OF_WHOLE_ANSWERS,
  {
    what: "a caller that leaves before the request",
    caller: "leaves at once",
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves during the request to the endpoint",
    caller: "leaves during the request",
    respond: silent,
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves during the wait for a retry",
    caller: "leaves during the request",
    respond: refuse(400, "ModelNotReadyException"),
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves during the answer",
    caller: "leaves unread data",
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that reads nothing",
    caller: "reads nothing",
    timeoutInMs: 1_700,
    status: 499,
    type: "CallerTooSlow",
    ended: BROKEN_OFF,
  },
  {
    what: "a failure, and a caller that reads nothing",
    caller: "reads nothing",
    respond: refuse(424, "ModelError"),
    timeoutInMs: 1_700,
    status: 502,
    type: "ModelError",
    ended: BROKEN_OFF,
  },
];

const OF_STREAMS: readonly Point[] = [
  { what: "success", status: 200 },
  { what: "a bug in wants", dialect: { wants: fail }, status: 500, type: "Error" },
  { what: "a bug in convert", dialect: { convert: fail }, status: 500, type: "Error" },
  {
    what: "a bug in push before the first part",
    dialect: { convert: () => ({ push: fail, end: () => "" }) },
    status: 500,
    type: "Error",
  },
  {
    what: "a bug in end after the first part",
    dialect: { convert: () => ({ push: (text) => text, end: fail }) },
    status: 500,
    type: "Error",
  },
  {
    what: "a bug in problemMembers before the first part",
    event: eventOf({ prompt: 7 }),
    contract: { problemMembers: fail },
    status: 500,
    type: "Error",
  },
  {
    what: "a bug in problemMembers after the first part",
    respond: thenEnd(exception("ModelStreamError", {})),
    contract: { problemMembers: fail },
    status: 500,
    type: "Error",
  },
  {
    what: "a bug in containerProblem",
    respond: refuse(424, "ModelError", '{"OriginalStatusCode":400}'),
    contract: { containerProblem: fail },
    status: 500,
    type: "Error",
  },
  {
    what: "a refusal that the contract describes",
    respond: refuse(424, "ModelError", '{"OriginalStatusCode":400}'),
    contract: { containerProblem: () => ({ status: 400, detail: "too long" }) },
    status: 400,
    type: "ModelError",
  },
  ...[
    { what: "an error of vLLM", text: 'data: {"error":{"message":"secret"}}\n\ndata: [DONE]\n\n' },
    { what: "an error of LMI", text: '{"error":"secret","code":424}\n' },
    { what: "an interruption", text: "\n" },
  ].flatMap(({ what, text }): Point[] => [
    {
      what: `${what} before the first part of a chat`,
      dialect: { convert: chatEvents },
      respond: (answer) => beginStream(answer).end(payloadPart(text)),
      status: 502,
      type: "UnreadablePredictions",
    },
    {
      what: `${what} after the first part of a chat`,
      dialect: { convert: chatEvents },
      respond: (answer) => beginStream(answer).end(payloadPart(`{"choices":[{"delta":{}}]}\n${text}`)),
      status: 502,
      type: "UnreadablePredictions",
    },
  ]),
  {
    what: "a corrupt first message",
    respond: (answer) => beginStream(answer).end(broken),
    status: 502,
    type: "StreamCorrupt",
  },
  { what: "a corrupt later message", respond: thenEnd(broken), status: 502, type: "StreamCorrupt" },
  {
    what: "a stream without an end",
    respond: thenEnd(broken.subarray(0, 30)),
    status: 502,
    type: "StreamCorrupt",
  },
  {
    what: "a text that is not UTF-8",
    dialect: { convert: () => ({ push: (text) => text, end: () => "" }) },
    respond: thenEnd(payloadPart(NOT_UTF8)),
    status: 502,
    type: "AnswerNotUtf8",
  },
  {
    what: "a ModelStreamError before the first part",
    respond: (answer) => beginStream(answer).end(exception("ModelStreamError", {})),
    status: 502,
    type: "ModelStreamError",
  },
  {
    what: "a ModelStreamError after the first part",
    respond: thenEnd(exception("ModelStreamError", {})),
    status: 502,
    type: "ModelStreamError",
  },
  {
    what: "an InternalStreamFailure before the first part",
    respond: (answer) => beginStream(answer).end(exception("InternalStreamFailure", {})),
    timeoutInMs: 1_700,
    status: 503,
    type: "InternalStreamFailure",
  },
  {
    what: "an InternalStreamFailure after the first part",
    respond: thenEnd(exception("InternalStreamFailure", {})),
    status: 503,
    type: "InternalStreamFailure",
  },
  {
    what: "a broken stream of another type",
    dialect: { answerType: "text/plain" },
    respond: thenEnd(exception("ModelStreamError", {})),
    status: 502,
    type: "ModelStreamError",
    ended: BROKEN_OFF,
  },
  {
    what: "the end of the function's time",
    respond: thenNothing,
    timeoutInMs: 600,
    status: 504,
    type: "TimeLeftUsedUp",
  },
  {
    what: "a response stream that does not open",
    options: { lambda: CLOSED },
    status: 500,
    type: "Error",
    ended: BROKEN_OFF,
  },
  {
    what: "a failure whose response stream does not open",
    event: eventOf({ prompt: 7 }),
    options: { lambda: CLOSED },
    status: 500,
    type: "Error",
    ended: BROKEN_OFF,
  },
  {
    what: "a bug in the naming of the origin",
    options: { nameOrigin: () => fail },
    status: 500,
    type: "Error",
    ended: BROKEN_OFF,
  },
  {
    what: "a caller that leaves before the request",
    caller: "leaves at once",
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves before the first part",
    caller: "leaves during the request",
    respond: silent,
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves during the stream",
    caller: "leaves unread data",
    respond: thenNothing,
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that leaves after the last part",
    caller: "leaves unread data",
    status: 499,
    type: "CallerLeft",
  },
  {
    what: "a caller that reads nothing of the stream",
    caller: "reads nothing",
    respond: thenNothing,
    timeoutInMs: 1_700,
    status: 499,
    type: "CallerTooSlow",
    ended: BROKEN_OFF,
  },
  {
    what: "a caller that does not read the last part",
    caller: "reads nothing",
    timeoutInMs: 1_700,
    status: 499,
    type: "CallerTooSlow",
    ended: BROKEN_OFF,
  },
  {
    what: "a failure before the first part, and a caller that reads nothing",
    caller: "reads nothing",
    respond: refuse(424, "ModelError"),
    timeoutInMs: 1_700,
    status: 502,
    type: "ModelError",
    ended: BROKEN_OFF,
  },
];

/** The outcome of a request. */
interface Observed {
  readonly lines: readonly unknown[];
  /** The end of the handler: the message of an error, or `without an error`. */
  readonly ended: string;
  readonly tookMs: number;
}

interface Defaults {
  readonly event: unknown;
  readonly respond: Respond;
}

/** Creates the handler of a point. */
type Create = (
  point: Pick<Point, "contract" | "dialect" | "options">,
  server: StreamServer,
) => StreamingFunction;

const DEFAULT_TIMEOUT_IN_MS = 4_000;

/** Runs a request, with a dedicated server. */
async function observe(point: Point, defaults: Defaults, create: Create): Promise<Observed> {
  const { caller = "reads", timeoutInMs = DEFAULT_TIMEOUT_IN_MS, event = defaults.event } = point;
  const chunks: string[] = [];
  outputs.push({ what: point.what, chunks });
  return await outputOfRequest.run(chunks, async () => {
    const own = await StreamServer.start(point.respond ?? defaults.respond);
    const answered = await answerTo(own, caller, create(point, own), event, timeoutInMs).finally(() =>
      own.close(),
    );
    return { ...answered, lines: linesOf(chunks) };
  });
}

/** Requires the only line of a request. */
function assess(point: Point, { lines, ended, tookMs }: Observed): void {
  const { status, type, timeoutInMs = DEFAULT_TIMEOUT_IN_MS } = point;
  const isOfCaller = status >= 400 && status < 500 && status !== 429;
  expect(lines).toHaveLength(1);
  expect(lines).toEqual([
    expect.objectContaining({
      status,
      Requests: 1,
      Failures: status < 400 || isOfCaller ? 0 : 1,
      totalMs: expect.any(Number),
    }),
  ]);
  expect((lines[0] as { readonly error?: { readonly type: string } }).error?.type).toBe(type);
  expect(ended).toBe(point.ended ?? "without an error");
  // Lambda would end the process without a line.
  expect(tookMs).toBeLessThan(timeoutInMs);
  expect(output).toEqual([]);
}

/** A test for each point. A point with a dedicated time waits until the time is over, at the same time as the others. */
function eachPoint(points: readonly Point[], defaults: Defaults, create: Create): void {
  it.each(
    points.map((point) => {
      const run = () => observe(point, defaults, create);
      const { what, timeoutInMs } = point;
      return { what, point, result: timeoutInMs === undefined ? run : atTheSameTime(run) };
    }),
  )("after $what", async ({ point, result }) => {
    assess(point, await result());
  });
}

/** Adds a request to {@link waiting}. @returns a function that returns the result of the only run */
function atTheSameTime(run: () => Promise<Observed>): () => Promise<Observed> {
  let running: Promise<Observed> | undefined;
  const start = () => {
    running ??= run();
    return running;
  };
  waiting.push(start);
  return start;
}

describe("a streamed answer has one log line", () => {
  eachPoint(OF_STREAMS, { event: STREAMED, respond: stream }, ({ dialect, contract, options }, endpoint) =>
    streamingHandler(storyContract({ ...SSE, ...dialect }, contract), endpoint, METRICS, options),
  );
});

describe("a whole answer of a contract that streams on request has one log line", () => {
  eachPoint(OF_WHOLE_STREAMS, { event: WHOLE, respond: whole }, ({ contract, options }, endpoint) =>
    streamingHandler(storyContract(ON_REQUEST, contract), endpoint, METRICS, options),
  );
});

/** A contract that does not stream. */
function plainContract(changes?: Partial<Contract<Prompt, string>>): Contract<Prompt, string> {
  const { stream: _, ...plain } = storyContract(SSE, changes);
  return plain;
}

describe("an ordinary handler in the transfer mode stream has one log line", () => {
  const create =
    (lambda: AwsLambda): Create =>
    ({ contract }, endpoint) => {
      const environment = { ...environmentOf(endpoint), ...METRICS };
      const client = createAbortableClient(environment);
      return streamAnswer(
        createHandlerWith(EVERY_PART, plainContract(contract), environment, client, writeWhenSent),
        lambda,
      ) as StreamingFunction;
    };

  eachPoint(OF_WHOLE_STREAMS, { event: WHOLE, respond: whole }, create(RECORDED_LAMBDA));

  const notOpened = {
    what: "a response stream that does not open",
    status: 500,
    type: "Error",
    ended: "a bug of the contract",
  };
  eachPoint([notOpened], { event: WHOLE, respond: whole }, create(CLOSED));

  it.each(["leaves during the request", "leaves at once"] as const)(
    "and frees the endpoint when the caller %s",
    async (caller) => {
      // Prepare
      server = await StreamServer.start(silent);
      const isBegun = caller === "leaves during the request";

      // Act
      await answerTo(server, caller, create(RECORDED_LAMBDA)({}, server), WHOLE, 4_000);

      // Assess
      if (isBegun) await server.requests[0]?.closed;
      expect(server.requests).toHaveLength(isBegun ? 1 : 0);
    },
  );

  it("and sends no further attempt after the caller has left", async () => {
    // Prepare
    server = await StreamServer.start(refuse(400, "ModelNotReadyException"));

    // Act
    const handler = create(RECORDED_LAMBDA)({}, server);
    const { tookMs } = await answerTo(server, "leaves during the request", handler, WHOLE, 4_000);
    const sent = server.requests.length;
    // Longer than the first wait for a retry.
    await new Promise((resolve) => setTimeout(resolve, 250));

    // Assess
    expect(server.requests).toHaveLength(sent);
    expect(tookMs).toBeLessThan(1_000);
  });

  it("for each of several requests at the same time, with its own status", async () => {
    // Prepare
    server = await StreamServer.start((answer, { body }) => {
      if (body === "stay") setTimeout(() => answer.writeHead(200).end("whole"), 100);
    });
    const handler = create(RECORDED_LAMBDA)({}, server);
    const [staying, leaving] = [new RecordedResponseStream(), new RecordedResponseStream()];

    // Act
    const answered = [
      handler(eventOf({ prompt: "stay" }), staying, lambdaContext()),
      handler(eventOf({ prompt: "leave" }), leaving, lambdaContext()),
    ];
    await eventually(() => server?.requests.length === 2);
    leaving.destroy();
    await Promise.all(answered);

    // Assess
    expect(linesOf(output)).toMatchObject([{ status: 499 }, { status: 200 }]);
    expect(staying.answer).toMatchObject({ status: 200, body: '"whole"' });
  });
});

describe("a buffered answer has one log line", () => {
  eachPoint(OF_WHOLE_ANSWERS, { event: WHOLE, respond: whole }, ({ contract }, endpoint) => {
    const environment = { ...environmentOf(endpoint), ...METRICS };
    const handler = createHandlerWith(EVERY_PART, plainContract(contract), environment);
    return async (event, _, context) => void (await handler(event, context));
  });
});

describe("the start of an asynchronous request has one log line", () => {
  const accepted: Respond = (answer) =>
    answer
      .writeHead(202, {
        "x-amzn-sagemaker-outputlocation": "s3://bucket/endpoint/results/a.out",
        "x-amzn-sagemaker-failurelocation": "s3://bucket/endpoint/failures/a.out",
      })
      .end("{}");
  /** S3 and the endpoint's queue. */
  const both =
    (queue: Respond, s3: Respond = (answer) => answer.writeHead(200, { etag: '"1"' }).end()): Respond =>
    (answer, request) =>
      (request.path.includes("async-invocations") ? queue : s3)(answer, request);

  const points: readonly Point[] = [
    { what: "success", status: 202 },
    ...OF_WHOLE_ANSWERS.filter(
      ({ event, contract }) => event !== undefined || contract?.encode !== undefined,
    ),
    {
      what: "an endpoint that throttles",
      respond: both(refuse(400, "ThrottlingException")),
      status: 429,
      type: "ThrottlingException",
    },
    { what: "an endpoint that does not accept", respond: both(whole), status: 502, type: "NotAccepted" },
    {
      what: "an endpoint that sends nothing",
      respond: both(silent),
      timeoutInMs: 600,
      status: 504,
      type: "TimeLeftUsedUp",
    },
    {
      what: "an answer in another bucket",
      respond: both((answer) =>
        answer
          .writeHead(202, {
            "x-amzn-sagemaker-outputlocation": "s3://other/a.out",
            "x-amzn-sagemaker-failurelocation": "s3://other/b.out",
          })
          .end("{}"),
      ),
      status: 500,
      type: "Error",
    },
    {
      what: "a record that S3 does not write",
      respond: both(accepted, (answer) => answer.writeHead(403).end()),
      status: 500,
      type: "S3403",
    },
  ];
  const ofResource = (event: unknown) => ({ resource: "/story", ...(event as object) });
  eachPoint(
    points.map((point) => (point.event === undefined ? point : { ...point, event: ofResource(point.event) })),
    { event: ofResource(WHOLE), respond: both(accepted) },
    ({ contract }, { url }) => {
      const handler = createAsyncHandlerWith(EVERY_PART, plainContract(contract), {
        ...environmentOf({ url }),
        ...METRICS,
        AWS_ENDPOINT_URL_S3: url,
        ASYNC_LOCATION: "s3://bucket/endpoint",
      });
      return async (event, _, context) => void (await handler(event, context));
    },
  );
});
