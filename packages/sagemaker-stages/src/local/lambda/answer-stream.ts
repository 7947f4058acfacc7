import { Readable } from "node:stream";
import type { FunctionError } from "./protocol";
import { INTEGRATION_TYPE } from "./response-stream";

/** The connection to the process that writes an answer. */
export interface AnswerSource {
  /** Reports that the caller's connection has taken bytes. */
  taken(bytes: number): void;
  /** Reports that the caller has disconnected. */
  disconnected(): void;
}

/**
 * The bytes that wait for the caller's connection. Together with the window of the function, this number bounds the memory
 * of a stream.
 */
const WAITING_BYTES = 16 * 1024;

/**
 * Lambda's limit of a streamed answer
 * (https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html: 200 MB).
 */
const MAX_STREAMED_BYTES = 200 * 1024 * 1024;

/** The speed of streamed answers. */
export interface Bandwidth {
  /** The bytes of an answer that are sent as fast as the caller reads. */
  readonly uncappedBytes: number;
  /** The speed of the bytes after them. */
  readonly bytesPerSecond: number;
}

/**
 * Lambda's limit (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html). API Gateway limits the
 * bytes after the first 10 MB to the same speed, so its limit has no effect
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
export const LAMBDA_BANDWIDTH: Bandwidth = {
  uncappedBytes: 6 * 1024 * 1024,
  bytesPerSecond: 2 * 1024 * 1024,
};

/** AWS does not publish the error of such an invocation. The type is that of a buffered answer over its limit. */
const TOO_LARGE: FunctionError = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_STREAMED_BYTES} bytes).`,
};

/**
 * The streamed answer of one invocation, in the process of the stage. Emits `received` with the length of each chunk when
 * the chunk arrives.
 */
export class AnswerStream extends Readable {
  /** The content type of the answer, known when {@link started} has resolved. */
  contentType = "application/octet-stream";
  /** Resolves at the first chunk, or at the end of an answer without chunks. */
  readonly started: Promise<void>;
  /** The length of status, headers and delimiter. Set by the reader of the metadata. */
  metadataBytes = 0;
  /** The error of the invocation if the answer exceeds Lambda's limit: the stream then ends at the limit. */
  excess: FunctionError | undefined;
  private receivedBytes = 0;
  private start: () => void = () => {};
  private source: AnswerSource | undefined;
  private untaken = 0;
  /** The bytes that the caller has taken, and whose report waits for the bandwidth. */
  private unreported = 0;
  /** The time at which the bandwidth permits the next byte, by `performance.now()`. */
  private permittedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param bandwidth - default: Lambda's limit */
  constructor(private readonly bandwidth: Bandwidth = LAMBDA_BANDWIDTH) {
    super({ highWaterMark: WAITING_BYTES });
    this.started = new Promise((resolve) => {
      this.start = resolve;
    });
    // A consumer that has not read anything yet does not listen. `ended` of the invocation contains the error.
    this.on("error", () => undefined);
  }

  /** Whether the answer begins with status and headers. */
  get hasMetadata(): boolean {
    return this.contentType === INTEGRATION_TYPE;
  }

  /** The length of the received body, without the metadata. */
  get bodyBytes(): number {
    return this.receivedBytes - this.metadataBytes;
  }

  /** Connects the process that writes the answer. */
  connect(source: AnswerSource): void {
    this.source = source;
  }

  /** Adds a chunk. Discards the chunk if the caller has disconnected. */
  receive(bytes: Buffer, contentType: string): void {
    this.contentType = contentType;
    this.start();
    // Not reported as taken: a function that waits must not read its endpoint before it knows that the caller has disconnected.
    if (this.destroyed) return;
    this.receivedBytes += bytes.length;
    if (this.receivedBytes > MAX_STREAMED_BYTES) {
      this.excess = TOO_LARGE;
      this.destroy(new Error(TOO_LARGE.errorMessage));
      return;
    }
    // An empty chunk is not sent, and is no data.
    if (bytes.length > 0) this.emit("received", bytes.length);
    this.untaken += bytes.length;
    if (this.push(bytes)) this._read();
  }

  /** Ends the answer. */
  finish(contentType: string): void {
    this.contentType = contentType;
    this.source = undefined;
    this.start();
    this.push(null);
  }

  /** Ends the answer with an error: the caller receives a truncated answer. */
  fail(message: string): void {
    this.source = undefined;
    this.destroy(new Error(message));
  }

  override _read(): void {
    const bytes = this.untaken;
    this.untaken = 0;
    if (bytes > 0) this.report(bytes);
  }

  /** Reports taken bytes to the function, which then writes on: with the bandwidth, if the answer is long. */
  private report(bytes: number): void {
    if (this.receivedBytes <= this.bandwidth.uncappedBytes) {
      this.source?.taken(bytes);
      return;
    }
    const now = performance.now();
    this.unreported += bytes;
    this.permittedAt = Math.max(this.permittedAt, now) + (bytes / this.bandwidth.bytesPerSecond) * 1_000;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const taken = this.unreported;
      this.unreported = 0;
      this.source?.taken(taken);
    }, this.permittedAt - now);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.timer);
    this.source?.disconnected();
    callback(error);
  }
}
