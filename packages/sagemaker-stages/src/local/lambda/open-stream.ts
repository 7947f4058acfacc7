import type { HttpResponse } from "../http";
import type { AnswerStream } from "./answer-stream";
import type { InvocationResult } from "./function";
import { withLocalCause } from "./local-cause";
import { DELIMITER } from "./response-stream";

/**
 * The limit for status and headers with the delimiter
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html: 16 KB).
 */
const MAX_METADATA_IN_BYTES = 16 * 1024;

/** The head of a streamed answer. */
type Head = Pick<HttpResponse, "status" | "headers">;

/** A streamed answer whose status and headers are known. */
export type OpenedStream = HttpResponse & { readonly stream: AnswerStream };

/**
 * Reads status and headers of a streamed answer, and leaves the body in the stream.
 *
 * @param readHead - reads the metadata; returns `undefined` if they are malformed
 * @returns the answer, or the reason why the stream is not an answer, as a sentence. The stream is then closed
 */
export async function openStream(
  stream: AnswerStream,
  readHead: (metadata: unknown) => Head | undefined,
): Promise<OpenedStream | string> {
  const read = stream.hasMetadata ? await readMetadata(stream) : NO_METADATA;
  if (typeof read === "string") {
    stream.destroy();
    return read;
  }
  const head = readHead(parse(read.metadata));
  if (head === undefined) {
    stream.destroy();
    return "The metadata of the stream are not a JSON object with a valid statusCode and headers.";
  }
  return { status: head.status, headers: head.headers, body: read.body, stream };
}

const NO_METADATA =
  "The stream has no metadata. Wrap the handler in awslambda.streamifyResponse, and begin its stream with awslambda.HttpResponseStream.from.";

/** A known defect of Lambda's runtime (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/95). */
const UNWRITTEN_METADATA =
  "The stream ended before its metadata: Lambda's runtime writes the metadata at the first call of write, and not at end. Write an empty text before the end.";

/** The metadata as text, and the first bytes of the body; or the reason why there are none. */
function readMetadata(stream: AnswerStream): Promise<{ metadata: string; body: Buffer } | string> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const finish = (result: { metadata: string; body: Buffer } | string) => {
      stream.off("readable", onReadable).off("end", onEnd).off("close", onEnd);
      resolve(result);
    };
    const onReadable = () => {
      for (;;) {
        const chunk: Buffer | null = stream.read();
        if (chunk === null) return;
        seen = Buffer.concat([seen, chunk]);
        const end = seen.indexOf(DELIMITER);
        if (end > MAX_METADATA_IN_BYTES || (end < 0 && seen.length > MAX_METADATA_IN_BYTES)) {
          return finish(`The metadata of the stream exceed ${MAX_METADATA_IN_BYTES} bytes.`);
        }
        if (end >= 0) {
          stream.metadataBytes = end + DELIMITER.length;
          const metadata = seen.subarray(0, end).toString("utf8");
          return finish({ metadata, body: seen.subarray(stream.metadataBytes) });
        }
      }
    };
    const onEnd = () => finish(seen.length === 0 ? UNWRITTEN_METADATA : NO_METADATA);
    if (stream.destroyed) return onEnd();
    stream.on("readable", onReadable).on("end", onEnd).on("close", onEnd);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The limits of a stream after its first bytes. */
export interface StreamLimits {
  /** The time without data. */
  readonly idleInMs: number;
  /** The remaining time for the whole answer. */
  readonly totalInMs: number;
}

/**
 * Ends a stream that exceeds its limits: the caller receives a truncated answer.
 *
 * @param report - receives the exceeded limit, as a sentence
 */
export function limitStream(
  stream: AnswerStream,
  { idleInMs, totalInMs }: StreamLimits,
  report: (reason: string) => void,
): void {
  if (stream.destroyed || stream.readableEnded) return;
  const end = (reason: string) => {
    report(reason);
    stream.destroy(new Error(reason));
  };
  const idle = setTimeout(
    () => end(`The stream had no data for ${idleInMs / 1000} seconds, which is the limit.`),
    idleInMs,
  );
  const total = setTimeout(
    () => end("The stream is longer than the timeout of the integration."),
    Math.max(0, totalInMs),
  );
  stream.on("received", () => idle.refresh());
  stream.once("close", () => {
    clearTimeout(idle);
    clearTimeout(total);
  });
}

/**
 * Adds the reason why a container of this machine did not answer to a streamed problem document, which is then not
 * streamed. Other answers stay unchanged.
 */
export async function withStreamedCause(
  opened: OpenedStream,
  ended: Promise<InvocationResult>,
): Promise<HttpResponse> {
  const { status, headers, body, stream } = opened;
  const isProblem = Object.entries(headers).some(
    ([name, value]) =>
      name.toLowerCase() === "content-type" && String(value).startsWith("application/problem+json"),
  );
  if (status < 500 || !isProblem) return opened;
  const chunks = [Buffer.from(body)];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch {
    // The function failed after its problem document, which the caller receives.
  }
  const result = await ended;
  const whole = { status, headers, body: Buffer.concat(chunks) };
  return withLocalCause(whole, result.ok ? result.localCause : undefined);
}
