import { type IncomingRequest, readEvent } from "../event";
import type { Handler } from "../handler-core";
import { isRecord } from "../json";
import { JSON_TYPE } from "../media-type";
import {
  type AwsLambda,
  type BodyStream,
  type HttpMetadata,
  type ResponseStream,
  requireLambda,
  streamify,
} from "./response-stream";

/**
 * Makes an ordinary handler answer through Lambda's response stream, for a route whose transfer mode is `stream` and whose
 * contract does not stream: its caller can wait longer than the 29 seconds of the transfer mode `buffer`.
 *
 * Only the functions of such routes contain this code.
 *
 * @param lambda - default: the global object `awslambda`
 * @returns the handler for Lambda
 * @throws Error in Lambda's init phase, if the runtime has no response streams
 * @example
 * module.exports.handler = streamAnswer(createHandlerWith({}, contract));
 */
export function streamAnswer(handler: Handler, lambda?: AwsLambda): unknown {
  return streamify(async (event, responseStream, context) => {
    // The error of a stream whose caller has left must not end the process.
    responseStream.on("error", () => {});
    // The handler sends no further attempt to the endpoint after its caller has left: it has no time left.
    const ofCaller = {
      ...context,
      getRemainingTimeInMillis: () => (responseStream.destroyed ? 0 : context.getRemainingTimeInMillis()),
    };
    const answer = await handler(event, ofCaller);
    await sendAnswer(answer, readEvent(event, context), responseStream, lambda);
  }, lambda);
}

/**
 * Writes a whole answer to a response stream: the bare answer of a direct invocation as JSON, or a proxy response with its
 * status and headers.
 *
 * @throws Error for an answer that API Gateway would refuse
 */
export async function sendAnswer(
  answer: unknown,
  { kind }: Pick<IncomingRequest, "kind">,
  responseStream: ResponseStream,
  lambda?: AwsLambda,
): Promise<void> {
  if (kind === "direct") {
    responseStream.setContentType(JSON_TYPE);
    await endWith(responseStream, JSON.stringify(answer) ?? "");
    return;
  }
  const { metadata, body } = readProxyResponse(answer, kind);
  await endWith(requireLambda(lambda).HttpResponseStream.from(responseStream, metadata), body);
}

/**
 * Ends a stream with `last`, and waits until the stream has passed all data on, or is closed.
 *
 * @param limitInMs - the maximum of the wait. @default - no limit
 * @returns false if the wait has reached its limit
 */
export function endWith(stream: BodyStream, last: string | Uint8Array, limitInMs?: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve(true);
    const timer = limitInMs === undefined ? undefined : setTimeout(() => resolve(false), limitInMs);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    stream.once("finish", done).once("close", done).on("error", done);
    // Lambda's runtime sends status and headers with the first write, even if the write is empty. Without a write, `end`
    // would send nothing.
    stream.write(last);
    stream.end();
  });
}

/** Waits until a stream takes further data, or until the stream is closed, or until the signal aborts. */
export function whenWritable(stream: BodyStream, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
    signal.addEventListener("abort", done);
  });
}

function readProxyResponse(
  answer: unknown,
  kind: IncomingRequest["kind"],
): { readonly metadata: HttpMetadata; readonly body: string | Uint8Array } {
  if (isRecord(answer) && typeof answer.statusCode === "number") {
    const { body, isBase64Encoded, ...metadata } = answer;
    const text = typeof body === "string" ? body : "";
    return {
      metadata: metadata as unknown as HttpMetadata,
      body: isBase64Encoded === true ? Buffer.from(text, "base64") : text,
    };
  }
  // A function URL answers a value without statusCode with the status 200
  // (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).
  if (kind === "function-url") {
    const metadata = { statusCode: 200, headers: { "Content-Type": JSON_TYPE } };
    return { metadata, body: JSON.stringify(answer) ?? "" };
  }
  throw new Error("the handler's answer: got no statusCode; allowed: a proxy response");
}
