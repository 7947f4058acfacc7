import { isRecord } from "./json";

/** What the handler needs of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/** A request, whichever way it came. */
export interface IncomingRequest {
  /**
   * `rest-api`: API Gateway REST proxy event, payload version 1.0; `function-url`: version 2.0; both want a proxy
   * response. `direct`: an invocation by the console's Test tab, `aws lambda invoke` or another function.
   */
  readonly kind: "rest-api" | "function-url" | "direct";
  /** The id that the caller sees in `x-amzn-requestid`. */
  readonly requestId: string;
  /** The event itself; of a direct invocation, the bare request. */
  readonly event: unknown;
}

/**
 * A client of a REST API can choose the request's id, so only an id's characters go into the log
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */
const REQUEST_ID = /^[\w=-]{1,64}$/;

/** Tells the three kinds of event apart. */
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

/** The part of an event with this name; empty where there is none. */
export function partOf(event: unknown, name: string): Readonly<Record<string, unknown>> {
  const part = isRecord(event) ? event[name] : undefined;
  return isRecord(part) ? part : {};
}

/**
 * A header's value. REST events keep the capitals of its name, function URL events are lower-case.
 *
 * @returns where the header came several times with different values, all of them, joined by commas; empty where it
 * did not come
 */
export function readHeader(event: unknown, name: string): string {
  // REST events have every value in the second part; function URL events have no second part and join the values.
  const values = ["multiValueHeaders", "headers"].flatMap((part) =>
    Object.entries(partOf(event, part)).flatMap(([key, value]) => (key.toLowerCase() === name ? value : [])),
  );
  const all = new Set(values.filter((value) => typeof value === "string").map((value) => value.trim()));
  if (all.size === 0) return "";
  const single = new Set([...all].flatMap((value) => value.split(",").map((part) => part.trim())));
  return [...(single.size === 1 ? single : all)].join(", ");
}
