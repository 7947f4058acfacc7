import { type IncomingRequest, readEvent } from "../event";
import { explain } from "../failure";
import type { Handler } from "../handler-core";
import { isRecord } from "../json";
import { JSON_TYPE } from "../media-type";
import { CALLER_STATUS, type Delivery, endWith, sendingTimeInMs, settle } from "./delivery";
import {
  type AwsLambda,
  type HttpMetadata,
  type ResponseStream,
  requireLambda,
  streamify,
} from "./response-stream";
import { type RunningRequest, runFor } from "./running-request";

export { createAbortableClient, writeWhenSent } from "./running-request";

/**
 * Makes an ordinary handler answer through Lambda's response stream, for a route whose transfer mode is `stream` and whose
 * contract does not stream: its caller can wait longer than the 29 seconds of the transfer mode `buffer`.
 *
 * A handler with {@link createAbortableClient} and {@link writeWhenSent} ends its request to the endpoint when the caller leaves,
 * and its log line says whether the caller took the answer. Any other handler has `callerSignal` in its context, and no time left
 * when the caller has left.
 *
 * Only the functions of such routes contain this code.
 *
 * @param lambda - default: the global object `awslambda`
 * @returns the handler for Lambda
 * @throws Error in Lambda's init phase, if the runtime has no response streams
 * @example
 * module.exports.handler = streamAnswer(
 *   createHandlerWith({}, contract, process.env, createAbortableClient(), writeWhenSent),
 * );
 */
export function streamAnswer(handler: Handler, lambda?: AwsLambda): unknown {
  return streamify(async (event, responseStream, context) => {
    const start = performance.now();
    const stop = new AbortController();
    const leave = () => stop.abort();
    // The error of a stream whose caller has left must not end the process.
    responseStream.on("error", leave).once("close", leave);
    if (responseStream.destroyed) leave();
    const ofCaller = {
      ...context,
      callerSignal: stop.signal,
      getRemainingTimeInMillis: () => (responseStream.destroyed ? 0 : context.getRemainingTimeInMillis()),
    };
    const request: RunningRequest = { left: stop.signal };
    try {
      const answer = await runFor(request, () => handler(event, ofCaller));
      const limitInMs = sendingTimeInMs(context);
      const delivery = await sendAnswer(answer, readEvent(event, context), responseStream, limitInMs, lambda);
      const broken = settle(request.line, delivery);
      if (broken !== undefined) throw broken;
    } catch (thrown) {
      // An answer that could not be sent, unless the line has an earlier failure.
      if (request.line !== undefined && request.line.status < 400) {
        const { failure, error } = explain(thrown, false);
        Object.assign(request.line, { status: failure.status, error });
      }
      throw thrown;
    } finally {
      const { line } = request;
      // A whole answer has the same time as in the transfer mode `buffer`.
      if (line?.status === CALLER_STATUS) line.totalMs = Math.round(performance.now() - start);
      request.writeLine?.();
    }
  }, lambda);
}

/**
 * Writes a whole answer to a response stream: the bare answer of a direct invocation as JSON, or a proxy response with its
 * status and headers.
 *
 * @param limitInMs - the time for a caller that reads slowly
 * @throws Error for an answer that API Gateway would refuse
 */
export async function sendAnswer(
  answer: unknown,
  { kind }: Pick<IncomingRequest, "kind">,
  responseStream: ResponseStream,
  limitInMs: number,
  lambda?: AwsLambda,
): Promise<Delivery> {
  if (kind === "direct") {
    responseStream.setContentType(JSON_TYPE);
    return await endWith(responseStream, JSON.stringify(answer) ?? "", limitInMs);
  }
  const { metadata, body } = readProxyResponse(answer, kind);
  return await endWith(
    requireLambda(lambda).HttpResponseStream.from(responseStream, metadata),
    body,
    limitInMs,
  );
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
