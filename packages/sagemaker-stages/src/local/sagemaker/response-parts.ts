import { Readable } from "node:stream";
import { type ContainerBody, ContainerFailed } from "./container";
import { encodeEvent, encodeException } from "./event-stream";

/**
 * SageMaker's limit for a whole streamed answer: 8 minutes
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html).
 */
export const STREAM_TIMEOUT_IN_MS = 8 * 60_000;

/** SageMaker's message (https://repost.aws/questions/QUAnNu2T7pR8qVJpBVtwNSUw/invoke-streaming-timeout-error). */
const TIMED_OUT = "Your model primary did not complete sending the inference response in the allotted time.";

/** AWS does not publish this message. */
const BROKEN = "The connection to the model primary was closed before the end of the inference response.";

/** The chunks of an answer. */
type Chunks = Exclude<ContainerBody, Buffer | string>;

/** A sample yielded a value that is neither text nor bytes. */
class UnsupportedChunk extends Error {
  override readonly name = "UnsupportedChunk";
}

/** Receives the events of an answer. */
export interface PartsListeners {
  /** @param madeAt - the time at which the container has made the first chunk, by `performance.now()` */
  started(madeAt: number): void;
  /** @param failure - the failure of the container. Default: the answer is complete, or the caller has disconnected */
  ended(failure?: unknown): void;
}

/**
 * The parts of one InvokeEndpointWithResponseStream: each chunk of the container is a `PayloadPart`, and a failure in the
 * middle is an exception of the event stream
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html).
 */
export class ResponseParts {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private isCallerGone = false;
  private hasEnded = false;
  private readonly disconnect = () => {
    if (this.hasEnded) return;
    this.isCallerGone = true;
    this.controller.abort(new ContainerFailed("was not read to the end: the caller disconnected", ""));
  };

  /**
   * @param caller - aborts when the caller disconnects
   * @param timeoutInMs - the time for the whole answer
   */
  constructor(
    private readonly caller: AbortSignal | undefined,
    timeoutInMs: number,
  ) {
    this.timer = setTimeout(() => {
      const seconds = timeoutInMs / 1000;
      this.controller.abort(
        new ContainerFailed(
          `has not completed its answer within ${seconds} seconds`,
          `Read the container's output; ${seconds} seconds are SageMaker's limit for a streamed answer.`,
        ),
      );
    }, timeoutInMs).unref();
    if (caller?.aborted) this.disconnect();
    caller?.addEventListener("abort", this.disconnect, { once: true });
  }

  /** Aborts when the caller disconnects, or when the time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** @throws ContainerFailed when {@link signal} aborts before `promise` settles */
  unlessAborted<Value>(promise: Promise<Value>): Promise<Value> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Encodes chunks as events, as fast as the caller reads. */
  encode(chunks: Chunks, listeners: PartsListeners): Readable {
    const stream = Readable.from(this.events(chunks, listeners), { objectMode: false });
    // The iteration of a container that does not answer would delay the end of the stream.
    const destroy = stream._destroy.bind(stream);
    stream._destroy = (error, callback) => {
      this.disconnect();
      // The iteration of an unread stream does not run, and would not release the timer.
      this.close();
      destroy(error, callback);
    };
    return stream;
  }

  /** Ends the answer: the signal does not abort any more. */
  close(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.caller?.removeEventListener("abort", this.disconnect);
  }

  private async *events(chunks: Chunks, { started, ended }: PartsListeners): AsyncGenerator<Buffer> {
    const iterator = iterate(chunks);
    let failure: unknown;
    let hasStarted = false;
    let isComplete = false;
    try {
      for (;;) {
        const next = await this.unlessAborted(iterator.next());
        if (next.done === true) break;
        const madeAt = performance.now();
        const part = encodeEvent("PayloadPart", toBytes(next.value));
        if (!hasStarted) started(madeAt);
        hasStarted = true;
        yield part;
      }
      isComplete = true;
    } catch (error) {
      failure = error;
      if (!this.isCallerGone) yield this.toException(error);
    } finally {
      this.close();
      if (!isComplete) void iterator.return?.().catch(() => undefined);
      // A caller who disconnects is no failure of the container.
      ended(this.isCallerGone ? undefined : failure);
    }
  }

  private toException(error: unknown): Buffer {
    if (error instanceof UnsupportedChunk) {
      return encodeException("InternalStreamFailure", { Message: error.message });
    }
    return this.signal.aborted
      ? encodeException("ModelStreamError", { Message: TIMED_OUT, ErrorCode: "ModelInvocationTimeExceeded" })
      : encodeException("ModelStreamError", { Message: BROKEN, ErrorCode: "StreamBroken" });
  }
}

/** A sample is a program of the user, and its body can have any type. */
function iterate(chunks: Chunks): AsyncIterator<string | Uint8Array> {
  return Symbol.asyncIterator in Object(chunks)
    ? (chunks as AsyncIterable<string | Uint8Array>)[Symbol.asyncIterator]()
    : iterateSynchronous(chunks);
}

async function* iterateSynchronous(chunks: Chunks): AsyncGenerator<string | Uint8Array> {
  if (!(Symbol.iterator in Object(chunks))) {
    const got = chunks === null ? "null" : typeof chunks;
    throw new UnsupportedChunk(
      `the body of the answer: got ${got}; allowed: text, bytes, and a generator of both`,
    );
  }
  yield* chunks;
}

function toBytes(chunk: unknown): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new UnsupportedChunk(`a chunk of the answer: got ${typeof chunk}; allowed: text and bytes`);
}
