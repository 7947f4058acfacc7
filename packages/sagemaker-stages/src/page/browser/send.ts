import { type Failure, readFailure, TOO_LARGE } from "./failure";

/**
 * API Gateway's limit of a request. API Gateway refuses a larger request without CORS headers, so a page cannot read
 * the refusal (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
 */
const MAX_BYTES = 10 * 1024 * 1024;

/** A request to the stage. */
export interface StageRequest {
  readonly method: string;
  readonly url: string;
  /** A blob is sent unchanged, with its own type; any other body is sent as JSON. @default - no body */
  readonly body?: unknown;
  /** The media types of answers that are bytes, the preferred type first. */
  readonly answerTypes: readonly string[];
}

/** The outcome of a request. */
export type Outcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** The parsed JSON; a text or a blob if the answer has one of the request's `answerTypes`. */
      readonly body: unknown;
      readonly elapsedInMs: number;
      /** Whether the model ended the text at the maximum number of tokens. @default false */
      readonly isCut?: boolean;
    }
  | { readonly kind: "failure"; readonly failure: Failure };

/**
 * Sends a request to the stage once, without retries: the visitor decides whether to try again.
 *
 * @param signal - ends the request
 * @param receive - reads the answers that it knows, and returns `undefined` for other answers. Default: none
 * @throws the signal's reason, if the signal ended the request
 */
export async function sendRequest(
  { method, url, body, answerTypes }: StageRequest,
  signal: AbortSignal,
  receive?: (response: Response, start: number) => Promise<Outcome> | undefined,
): Promise<Outcome> {
  const start = performance.now();
  const content = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  if (content !== undefined && new Blob([content]).size > MAX_BYTES) {
    return { kind: "failure", failure: TOO_LARGE };
  }
  let response: Response;
  let answer: string | Blob;
  try {
    response = await fetch(url, {
      method,
      signal,
      // The page sends no cookies, and uses no cached answers.
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: {
        // API Gateway decodes an answer of bytes only if a type of bytes is the first type
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html).
        ...(answerTypes.length === 0 ? {} : { accept: [...answerTypes, JSON_TYPE].join(", ") }),
        // The type of a blob is its Content-Type.
        ...(typeof content === "string" ? { "content-type": JSON_TYPE } : {}),
      },
      ...(content === undefined ? {} : { body: content }),
    });
    const received = receive?.(response, start);
    if (received) return await received;
    answer = await (isOfType(response, answerTypes) ? response.blob() : response.text());
  } catch {
    signal.throwIfAborted();
    return { kind: "failure", failure: { kind: "unreachable", url, isOffline: navigator.onLine === false } };
  }
  const elapsedInMs = performance.now() - start;
  if (answer instanceof Blob) {
    const { type } = answer;
    const body = TEXT.test(type) ? await answer.text() : answer;
    return { kind: "answer", status: response.status, body, elapsedInMs };
  }
  const read = response.ok ? parse(answer) : undefined;
  if (read === undefined) return { kind: "failure", failure: readFailure(response, answer) };
  return { kind: "answer", status: response.status, ...read, elapsedInMs };
}

const JSON_TYPE = "application/json";

/** Media types of text, with or without parameters. */
const TEXT = /^(text\/|[^;]*[/+-](csv|json|jsonlines|ndjson|xml|yaml)\s*(;|$))/;

/** Whether the response is a successful answer with one of the types. */
function isOfType({ ok, headers }: Response, answerTypes: readonly string[]): boolean {
  const [mediaType = ""] = (headers.get("content-type") ?? "").toLowerCase().split(/\s*;/);
  return ok && answerTypes.includes(mediaType);
}

function parse(text: string): { readonly body: unknown } | undefined {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
