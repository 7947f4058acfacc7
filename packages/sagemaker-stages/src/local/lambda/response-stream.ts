import { Writable } from "node:stream";

type Callback = (error?: Error | null) => void;

/**
 * The bytes that a function can write before the stage has taken them. A full window stops the function's writes, so that
 * a slow caller slows the function, and neither process stores the answer.
 */
const WINDOW_IN_BYTES = 32 * 1024;

/** Lambda's content type of a stream whose handler sets none. */
const DEFAULT_CONTENT_TYPE = "application/octet-stream";

/** The content type of a stream that begins with status and headers, as JSON, and a delimiter. */
export const INTEGRATION_TYPE = "application/vnd.awslambda.http-integration-response";

/** The delimiter between status and headers of an answer, and the body: 8 NUL bytes. */
export const DELIMITER = Buffer.alloc(8);

/** Lambda's error for a call that a response stream does not permit. */
class InvalidStreamingOperation extends Error {
  override readonly name = "InvalidStreamingOperation";
}

/**
 * Runs in the child process: the response stream of an invocation, as Lambda's runtime for Node.js passes it to a
 * streaming handler (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, `src/ResponseStream.js`).
 */
export class ResponseStream extends Writable {
  /** The content type of the stream, final after the first write. */
  contentType = DEFAULT_CONTENT_TYPE;
  /** Writes the bytes that precede the first write. `HttpResponseStream.from` sets this member, as in Lambda's runtime. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => boolean) => void) | undefined;
  private hasStarted = false;
  private inFlight = 0;
  private continue: (() => void) | undefined;

  /** @param sendChunk - sends bytes to the stage */
  constructor(private readonly sendChunk: (bytes: Buffer) => void) {
    super();
  }

  /** @throws InvalidStreamingOperation after the first write */
  setContentType(contentType: string): void {
    if (this.hasStarted) throw new InvalidStreamingOperation("Cannot set content-type, too late.");
    this.contentType = contentType;
  }

  /** Writes text or bytes. Every other value is written as JSON. */
  override write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const data =
      typeof chunk === "string" || chunk instanceof Uint8Array
        ? chunk
        : (JSON.stringify(chunk) ?? "undefined");
    if (!this.hasStarted) {
      this.hasStarted = true;
      this._onBeforeFirstWrite?.((first) => super.write(first));
    }
    return typeof encoding === "function"
      ? super.write(data, encoding)
      : super.write(data, encoding ?? "utf8", callback);
  }

  /** Ends the stream. Lambda's runtime passes only the first argument on: a callback after a chunk is never called. */
  override end(chunkOrCallback?: unknown): this {
    return super.end(chunkOrCallback);
  }

  /** The stage has taken bytes: the function can write on. */
  taken(bytes: number): void {
    this.inFlight -= bytes;
    const resume = this.continue;
    if (resume === undefined || this.inFlight >= WINDOW_IN_BYTES) return;
    this.continue = undefined;
    resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: Callback): void {
    const part = chunk.subarray(0, WINDOW_IN_BYTES);
    const rest = chunk.subarray(part.length);
    this.sendChunk(part);
    this.inFlight += part.length;
    const resume = rest.length === 0 ? callback : () => this._write(rest, encoding, callback);
    if (this.inFlight < WINDOW_IN_BYTES) resume();
    else this.continue = resume;
  }
}

/** The members of the object that Lambda's runtime passes to a handler in place of its stream. */
const METHODS = [
  ...(["cork", "destroy", "end", "uncork", "write", "setContentType"] as const),
  ...([
    "addListener",
    "emit",
    "eventNames",
    "getMaxListeners",
    "listenerCount",
    "listeners",
    "off",
    "on",
  ] as const),
  ...(["once", "prependListener", "prependOnceListener", "rawListeners", "removeAllListeners"] as const),
  ...(["removeListener", "setMaxListeners"] as const),
] as const;
const WRITABLE_PROPERTIES = ["destroyed", "writable", "_onBeforeFirstWrite"];
const READ_ONLY_PROPERTIES = [
  ...["writableFinished", "writableObjectMode", "writableBuffer", "writableEnded", "writableNeedDrain"],
  ...["writableHighWaterMark", "writableCorked", "writableLength"],
];

/** The object that a handler receives: it has fewer members than a stream of Node.js, e.g. no `closed` and no `pipe`. */
export type HandlerStream = Pick<ResponseStream, (typeof METHODS)[number] | "_onBeforeFirstWrite">;

/** Limits a stream to the members that it has on Lambda, so that a handler that needs others fails on this machine, too. */
export function toHandlerStream(stream: ResponseStream): HandlerStream {
  const view = Object.fromEntries(METHODS.map((name) => [name, stream[name].bind(stream)]));
  const define = (name: string, set?: (value: unknown) => void) =>
    Object.defineProperty(view, name, { get: () => Reflect.get(stream, name), ...(set && { set }) });
  for (const name of WRITABLE_PROPERTIES) define(name, (value) => Reflect.set(stream, name, value));
  for (const name of READ_ONLY_PROPERTIES) define(name);
  return view as unknown as HandlerStream;
}

/** The members by which Lambda's runtime recognizes a streaming handler. Libraries use the same members. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const STREAMING_RESPONSE = "response";

/** A handler that writes its answer to a stream. */
export type StreamingHandler = (event: unknown, stream: HandlerStream, context: object) => unknown;

/** Whether `awslambda.streamifyResponse` has marked a handler. */
export function isStreaming(handler: object): boolean {
  return (handler as { readonly [STREAMING]?: unknown })[STREAMING] === STREAMING_RESPONSE;
}

/** Defines the global `awslambda`, which Lambda's runtime for Node.js provides. */
export function defineAwslambda(): void {
  const streamifyResponse = <H extends object>(
    handler: H,
    options?: { readonly highWaterMark?: number | string },
  ): H => {
    Object.assign(handler, { [STREAMING]: STREAMING_RESPONSE });
    if (options?.highWaterMark !== undefined) {
      Object.assign(handler, { [HIGH_WATER_MARK]: Number.parseInt(String(options.highWaterMark), 10) });
    }
    return handler;
  };
  const HttpResponseStream = {
    /** The stream begins with `metadata` and the delimiter at its first write. */
    from(stream: HandlerStream, metadata: object): HandlerStream {
      stream.setContentType(INTEGRATION_TYPE);
      const json = JSON.stringify(metadata);
      stream._onBeforeFirstWrite = (write) => {
        write(json);
        return write(DELIMITER);
      };
      return stream;
    },
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
}

/**
 * Runs a streaming handler until its stream is closed.
 *
 * @throws the handler's error, or the error of its stream
 */
export async function runStreaming(
  handler: StreamingHandler,
  event: unknown,
  stream: ResponseStream,
  context: object,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  let isRunning = true;
  const closed = new Promise<void>((resolve) => {
    stream.on("error", (error) => {
      failure = { error };
      // Lambda's runtime awaits the stream's outcome only after the handler. An earlier error is an unhandled rejection, which
      // ends the process.
      if (isRunning) void Promise.reject(error);
    });
    stream.on("close", resolve);
  });
  const running = handler(event, toHandlerStream(stream), context);
  if (typeof (running as Promise<unknown> | undefined)?.then !== "function") {
    throw new Error("Streaming does not support non-async handlers.");
  }
  try {
    await running;
  } finally {
    isRunning = false;
  }
  // A handler that returns without the end of its stream runs until its timeout, as on Lambda.
  await closed;
  if (failure !== undefined) throw failure.error;
  if (!stream.writableFinished) throw new UnfinishedStream("Response stream is not finished.");
}

/** The stream of a handler was closed before its end. The error's name is that of Lambda's runtime. */
class UnfinishedStream extends Error {}

/** Node.js's errors of a stream that another party has closed. */
const CLOSED_STREAM = new Set([
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_UNABLE_TO_PIPE",
]);

/** Whether an error only says that the stream was closed before its end. */
export function isOfClosedStream(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof UnfinishedStream || CLOSED_STREAM.has((error as NodeJS.ErrnoException).code ?? "");
}
