import type { CallerAnswer, Contract } from "./contract";
import type { IncomingRequest } from "./event";
import { isRecord } from "./json";
import { BYTES_AROUND_BODY, MAX_ANSWER_IN_BYTES, MAX_BYTES_OF_CHARACTER } from "./limits";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import type { HandlerParts } from "./parts";
import { type Failure, notAllowed, toProblem } from "./problem";
import type { ReadyAnswer } from "./ready-answer";

/** The answer format of API Gateway and function URLs. */
export interface ProxyResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `true` if `body` is bytes in base64. */
  readonly isBase64Encoded?: true;
}

/** The CORS headers: without them, a browser does not let a page of another origin read an answer. */
export interface CorsHeaders {
  readonly "Access-Control-Allow-Origin": string;
  readonly "Access-Control-Expose-Headers": string;
}

/**
 * Converts the contract's answer to the media type that the caller receives.
 *
 * @param accept - the media type: JSON, text, or one of the contract's `answerTypes`
 * @throws ForbiddenByContract for a status, a header or a media type that the contract must not set
 */
export function presentAnswer<Request, Answer>(
  {
    text,
    answerTypes,
    answerHeaders,
  }: Pick<Contract<Request, Answer>, "text" | "answerTypes" | "answerHeaders">,
  decoded: Answer | CallerAnswer<Answer>,
  accept: string,
  { bytesAnswer }: HandlerParts,
): ReadyAnswer {
  if (!isCallerAnswer(decoded)) return present(decoded);
  decoded.requireAllowed(answerHeaders);
  return { ...present(decoded.answer), response: decoded.response };

  function present(answer: Answer): ReadyAnswer {
    const bytes = bytesAnswer?.(answerTypes, answer, accept);
    if (bytes !== undefined) return bytes;
    if (accept !== TEXT_TYPE || text === undefined) return { bare: answer, contentType: JSON_TYPE };
    const body = text.write(answer);
    return { bare: body, body, contentType: TEXT_TYPE };
  }
}

/** Checks the method, not the class: a package contains the class only if the contract uses it. */
export function isCallerAnswer<Answer>(
  decoded: Answer | CallerAnswer<Answer>,
): decoded is CallerAnswer<Answer> {
  return isRecord(decoded) && typeof decoded.requireAllowed === "function";
}

/**
 * The answer in the format of the event: the bare answer for a direct invocation, otherwise a proxy response.
 *
 * @throws ProblemError 413 for an answer that Lambda cannot return
 */
export function toAnswer(answer: ReadyAnswer, incoming: IncomingRequest, cors: CorsHeaders): unknown {
  if (incoming.kind === "direct") {
    requireReturnable(JSON.stringify(answer.bare) ?? "", false);
    return answer.bare;
  }
  const { body = JSON.stringify(answer.bare), contentType, isBase64 = false, response } = answer;
  const proxied: ProxyResponse = {
    statusCode: response?.status ?? 200,
    headers: {
      "Content-Type": contentType,
      ...response?.headers,
      // A function URL adds CORS headers, and a browser refuses an answer with duplicate CORS headers
      // (https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors).
      ...(incoming.kind === "rest-api" && cors),
    },
    body,
    ...(isBase64 && { isBase64Encoded: true }),
  };
  const bytesOfCharacter = isBase64 ? 1 : MAX_BYTES_OF_CHARACTER;
  const maxBytes = body.length * bytesOfCharacter + BYTES_AROUND_BODY;
  if (maxBytes > MAX_ANSWER_IN_BYTES || response?.headers !== undefined) {
    requireReturnable(JSON.stringify(proxied), isBase64);
  }
  return proxied;
}

function requireReturnable(json: string, isBase64: boolean): void {
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_ANSWER_IN_BYTES) {
    const got = isBase64 ? "bytes of base64" : "bytes";
    const allowed = `at most ${MAX_ANSWER_IN_BYTES}, the limit of Lambda. Request less at once.`;
    throw notAllowed(413, "answer", `${bytes} ${got}`, allowed);
  }
}

/** The failure in the format of the event. */
export function toFailureAnswer(failure: Failure, incoming: IncomingRequest, cors: CorsHeaders): unknown {
  const { status, retryAfterInSeconds } = failure;
  const headers = retryAfterInSeconds ? { "Retry-After": String(retryAfterInSeconds) } : {};
  const bare = toProblem(failure, incoming.requestId);
  const response = { status, headers };
  return toAnswer({ bare, contentType: "application/problem+json", response }, incoming, cors);
}
