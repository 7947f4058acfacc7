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
  /** Media type without parameters, lower-case; `undefined` where the caller sent none. */
  readonly mediaType: string | undefined;
  /** The body as text; empty where there is none. */
  readonly body: string;
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
  const contentType = header(event.headers, "content-type");
  return {
    kind: event.version === "2.0" ? "function-url" : "rest-api",
    requestId: typeof requestId === "string" ? requestId : context.awsRequestId,
    mediaType: contentType?.split(";")[0]?.trim().toLowerCase(),
    body: decodeBody(event.body, event.isBase64Encoded === true),
  };
}

function decodeBody(body: unknown, isBase64Encoded: boolean): string {
  if (typeof body !== "string") return "";
  return isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body;
}

/** REST events keep the caller's capitals, function URL events are lower-case. */
function header(headers: unknown, name: string): string | undefined {
  if (!isRecord(headers)) return undefined;
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/**
 * The bare request of an HTTP request.
 *
 * @throws ProblemError 415 for a media type other than JSON, 400 for text that is no JSON
 */
export function readJsonBody(event: HttpEvent): unknown {
  // API Gateway and function URLs both take a missing content type for JSON.
  const mediaType = event.mediaType ?? "application/json";
  if (mediaType !== "application/json") {
    throw new ProblemError({
      status: 415,
      detail: `Content-Type: got ${JSON.stringify(mediaType)}; allowed: application/json`,
    });
  }
  const document = parseJson(event.body);
  if (document === undefined) {
    const got = event.body === "" ? "nothing" : `text of ${event.body.length} character(s) that is no JSON`;
    throw new ProblemError({ status: 400, detail: `body: got ${got}; allowed: a JSON document` });
  }
  return document;
}
