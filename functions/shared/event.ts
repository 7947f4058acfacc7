import { isRecord, parseJson } from "./json";
import { ProblemError } from "./problem";

/** What the handler needs of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/** An HTTP request, whichever way it came. */
export interface HttpEvent {
  /**
   * `rest-api`: API Gateway REST proxy event, payload version 1.0; `function-url`: version 2.0.
   * Both want a proxy response.
   */
  readonly kind: "rest-api" | "function-url";
  /** The id the caller sees in `x-amzn-requestid`. */
  readonly requestId: string;
  /** Media type without parameters, lower-case; where the caller sent none, what both services take it for. */
  readonly mediaType: string;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The query's values by name; of a name that comes twice, what the service makes of it. */
  readonly query: Readonly<Record<string, unknown>>;
}

/** An invocation by the console's Test tab, `aws lambda invoke` or another function. */
export interface DirectEvent {
  readonly kind: "direct";
  readonly requestId: string;
  /** The bare request. */
  readonly request: unknown;
}

/** Tells the three kinds of event apart and reads the parts that a handler needs. */
export function readEvent(event: unknown, context: LambdaContext): HttpEvent | DirectEvent {
  if (!isRecord(event) || !isRecord(event.requestContext)) {
    return { kind: "direct", requestId: context.awsRequestId, request: event };
  }
  const { requestId } = event.requestContext;
  return {
    kind: event.version === "2.0" ? "function-url" : "rest-api",
    requestId: typeof requestId === "string" ? requestId : context.awsRequestId,
    mediaType: readMediaType(event.headers) || "application/json",
    body: decodeBody(event.body, event.isBase64Encoded === true),
    query: readQuery(event),
  };
}

/** Both kinds of HTTP event, and a direct invocation of a model that is asked by GET, have it by this name. */
export function readQuery(event: unknown): Readonly<Record<string, unknown>> {
  return isRecord(event) && isRecord(event.queryStringParameters) ? event.queryStringParameters : {};
}

function decodeBody(body: unknown, isBase64Encoded: boolean): string {
  if (typeof body !== "string") return "";
  return isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body;
}

/** REST events keep the capitals of a header's name, function URL events are lower-case. */
function readMediaType(headers: unknown): string | undefined {
  const [, value] = Object.entries(headers ?? {}).find(([name]) => /^content-type$/i.test(name)) ?? [];
  return typeof value === "string" ? value.split(";")[0]?.trim().toLowerCase() : undefined;
}

/**
 * The document in a JSON body.
 *
 * @throws ProblemError 400 for text that is no JSON
 */
export function readJsonBody(event: HttpEvent): unknown {
  const document = parseJson(event.body);
  if (document === undefined) {
    const got = event.body === "" ? "nothing" : `text of ${event.body.length} character(s) that is no JSON`;
    throw new ProblemError({ status: 400, detail: `body: got ${got}; allowed: a JSON document` });
  }
  return document;
}
