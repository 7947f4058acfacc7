import { CORS_EXPOSE_HEADERS } from "./cors";
import type { IncomingRequest } from "./event";
import { type Failure, ProblemError, toProblem } from "./problem";

/** What API Gateway and function URLs take for an answer. */
export interface ProxyResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The most bytes of JSON that a function can return
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB; Lambda leaves 100 bytes more).
 */
export const MAX_ANSWER_IN_BYTES = 6 * 1024 * 1024 + 100;

/** A character of an answer takes up to six bytes in the JSON that Lambda returns, e.g. `\u0000`. */
const MAX_BYTES_OF_CHARACTER = 6;
/** Status and headers of a proxy response. */
const BYTES_AROUND_BODY = 1_000;

/**
 * The answer in its caller's own kind: bare to a direct invocation, else a proxy response.
 *
 * @param answer - plain JSON, or the text that answers a text
 * @throws ProblemError 413 for an answer that Lambda cannot return
 */
export function toAnswer(
  answer: unknown,
  isText: boolean,
  incoming: IncomingRequest,
  allowOrigin: string,
): unknown {
  if (incoming.kind === "direct") {
    requireReturnable(JSON.stringify(answer) ?? "");
    return answer;
  }
  const body = isText ? String(answer) : JSON.stringify(answer);
  const type = isText ? "text/plain" : "application/json";
  const response = toProxyResponse(200, type, body, incoming, allowOrigin);
  if (body.length * MAX_BYTES_OF_CHARACTER + BYTES_AROUND_BODY > MAX_ANSWER_IN_BYTES) {
    requireReturnable(JSON.stringify(response));
  }
  return response;
}

function requireReturnable(json: string): void {
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_ANSWER_IN_BYTES) {
    throw new ProblemError({
      status: 413,
      detail: `answer: got ${bytes} bytes; allowed: at most ${MAX_ANSWER_IN_BYTES}, which is all that Lambda can return. Ask for less at once.`,
    });
  }
}

/** The failure in its caller's own kind. */
export function toFailureAnswer(failure: Failure, incoming: IncomingRequest, allowOrigin: string): unknown {
  const problem = toProblem(failure, incoming.requestId);
  if (incoming.kind === "direct") return problem;
  const type = "application/problem+json";
  return toProxyResponse(
    failure.status,
    type,
    JSON.stringify(problem),
    incoming,
    allowOrigin,
    failure.retryAfterInSeconds,
  );
}

function toProxyResponse(
  statusCode: number,
  contentType: string,
  body: string,
  { kind }: IncomingRequest,
  allowOrigin: string,
  retryAfterInSeconds?: number,
): ProxyResponse {
  return {
    statusCode,
    headers: {
      "Content-Type": contentType,
      ...(retryAfterInSeconds === undefined ? {} : { "Retry-After": String(retryAfterInSeconds) }),
      // A function URL adds its own, and a browser refuses an answer that has them twice
      // (https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors).
      ...(kind === "rest-api" && {
        "Access-Control-Allow-Origin": allowOrigin,
        "Access-Control-Expose-Headers": CORS_EXPOSE_HEADERS,
      }),
    },
    body,
  };
}
