import { isRecord } from "./json";

/** The properties of Lambda's context object that the handler uses. */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
  /**
   * Aborts when the caller has left, for a model's own `handler.ts` on a route whose transfer mode is `stream`. Pass the signal to
   * each request of the handler: otherwise the request continues, and no caller receives its answer.
   *
   * @default - on other routes, Lambda does not report that the caller has left
   * @example await fetch(address, { signal: context.callerSignal ?? null })
   */
  readonly callerSignal?: AbortSignal;
}

/** A request from any kind of event. */
export interface IncomingRequest {
  /**
   * `rest-api`: a REST proxy event of API Gateway, payload version 1.0. `function-url`: payload version 2.0. Both require
   * a proxy response. `direct`: an invocation by the console's Test tab, `aws lambda invoke` or another function.
   */
  readonly kind: "rest-api" | "function-url" | "direct";
  /** The id that the caller sees in `x-amzn-requestid`. */
  readonly requestId: string;
  /** The event itself. The event of a direct invocation is the bare request. */
  readonly event: unknown;
}

/**
 * The form of a request id. A client of a REST API can choose the request id, and the log must contain only valid ids
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */
const REQUEST_ID = /^[\w=-]{1,64}$/;

/** Determines the kind of an event. */
export function readEvent(event: unknown, { awsRequestId }: LambdaContext): IncomingRequest {
  if (!isRecord(event) || !isRecord(event.requestContext)) {
    return { kind: "direct", requestId: awsRequestId, event };
  }
  const { requestId } = event.requestContext;
  return {
    kind: event.version === "2.0" ? "function-url" : "rest-api",
    requestId: typeof requestId === "string" && REQUEST_ID.test(requestId) ? requestId : awsRequestId,
    event,
  };
}

/** The part of an event with this name; empty if the event has no such part. */
export function partOf(event: unknown, name: string): Readonly<Record<string, unknown>> {
  const part = isRecord(event) ? event[name] : undefined;
  return isRecord(part) ? part : {};
}

/**
 * A header's value. Names of headers keep their case in REST events, and are in lower case in function URL events.
 *
 * @returns all different values joined by commas, if the header occurs several times; empty if the header is missing
 */
export function readHeader(event: unknown, name: string): string {
  const values = new Set<string>();
  // `multiValueHeaders` of a REST event contains every value. A function URL event has only `headers`, with joined values.
  for (const part of ["multiValueHeaders", "headers"]) {
    const headers = partOf(event, part);
    for (const key in headers) {
      // Most names differ in their length already.
      if (key.length !== name.length || key.toLowerCase() !== name) continue;
      for (const value of [headers[key]].flat()) if (typeof value === "string") values.add(value.trim());
    }
  }
  const all = [...values].join(", ");
  const parts = new Set(all.split(",").map((part) => part.trim()));
  return parts.size > 1 ? all : [...parts].join();
}
