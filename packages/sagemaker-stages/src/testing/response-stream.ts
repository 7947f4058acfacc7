import { Writable } from "node:stream";
import type { AwsLambda, HttpMetadata, ResponseStream } from "../runtime/stream/response-stream";

/** The number of NUL bytes between the metadata and the body of a streamed HTTP answer. */
const DELIMITER_LENGTH = 8;

/** The media type of a stream that begins with metadata. */
const WITH_METADATA = "application/vnd.awslambda.http-integration-response";

/**
 * Lambda's response stream in this process, with real back pressure. It records every write with its time.
 *
 * @example
 * const stream = new RecordedResponseStream();
 * await handler(event, stream, lambdaContext());
 * expect(stream.answer).toMatchObject({ status: 200, body: "Hello" });
 */
export class RecordedResponseStream extends Writable implements ResponseStream {
  /** The media type of the payload. */
  contentType = "application/octet-stream";
  /** The writes in their order, without status and headers. */
  readonly writes: { readonly text: string; readonly atMs: number }[] = [];
  /** Writes the metadata before the first write, as Lambda's runtime does. */
  beforeFirstWrite: (() => string) | undefined;
  private readonly received: Buffer[] = [];
  private resume: (() => void) | undefined;
  private isHeld = false;

  /** @param highWaterMark - the bytes that the stream takes before its writer must wait */
  constructor(highWaterMark = 16_384) {
    super({ highWaterMark });
  }

  setContentType(contentType: string): void {
    this.contentType = contentType;
  }

  /** Takes no more data, as if the caller did not read its answer. */
  hold(): void {
    this.isHeld = true;
  }

  /** Takes data again. */
  release(): void {
    this.isHeld = false;
    this.resume?.();
    this.resume = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const metadata = this.beforeFirstWrite?.();
    this.beforeFirstWrite = undefined;
    if (metadata !== undefined) this.received.push(Buffer.from(metadata));
    this.received.push(chunk);
    this.writes.push({ text: String(chunk), atMs: performance.now() });
    if (this.isHeld) this.resume = done;
    else done();
  }

  /** All bytes that Lambda would send, with the metadata. */
  get payload(): Buffer {
    return Buffer.concat(this.received);
  }

  /**
   * The streamed HTTP answer.
   *
   * @throws Error if the payload has no metadata
   */
  get answer(): RecordedAnswer {
    const delimiter = this.payload.indexOf(Buffer.alloc(DELIMITER_LENGTH));
    if (this.contentType !== WITH_METADATA || delimiter < 0) {
      throw new Error(
        `the payload: got ${this.payload.length} bytes of ${this.contentType} without metadata`,
      );
    }
    const {
      statusCode,
      headers = {},
      ...further
    } = JSON.parse(String(this.payload.subarray(0, delimiter))) as HttpMetadata;
    const bytes = this.payload.subarray(delimiter + DELIMITER_LENGTH);
    return { status: statusCode, headers, further, body: String(bytes), bytes };
  }
}

/** A streamed HTTP answer. */
export interface RecordedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Metadata other than status and headers, e.g. cookies. */
  readonly further: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly bytes: Uint8Array;
}

/**
 * The global object `awslambda` for {@link RecordedResponseStream}: a function is called with the stream itself.
 *
 * @example
 * const handler = createStreamingHandlerWith({}, contract, environment, { lambda: RECORDED_LAMBDA });
 */
export const RECORDED_LAMBDA: AwsLambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from(stream, metadata) {
      if (!(stream instanceof RecordedResponseStream)) throw new Error("got another stream");
      stream.setContentType(WITH_METADATA);
      stream.beforeFirstWrite = () => JSON.stringify(metadata) + "\0".repeat(DELIMITER_LENGTH);
      return stream;
    },
  },
};
