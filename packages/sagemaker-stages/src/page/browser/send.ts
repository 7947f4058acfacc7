import { type Failure, readFailure, TOO_LARGE } from "./failure";

/**
 * API Gateway's limit of a request. It refuses a larger request without the CORS headers, so that a page cannot read why
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
 */
const MAX_BYTES = 10 * 1024 * 1024;

/** A request to the stage. */
export interface StageRequest {
  readonly method: string;
  readonly url: string;
  /** The body, which is sent as JSON. @default - no body */
  readonly body?: unknown;
}

/** The outcome of a request. */
export type Outcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** The parsed JSON. */
      readonly body: unknown;
      readonly elapsedInMs: number;
    }
  | { readonly kind: "failure"; readonly failure: Failure };

/**
 * Sends a request to the stage once, without retries: the visitor decides whether to try again.
 *
 * @param signal - ends the request
 * @throws the signal's reason, where the signal ended the request
 */
export async function sendRequest(
  { method, url, body }: StageRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const start = performance.now();
  const json = body === undefined ? undefined : JSON.stringify(body);
  if (json !== undefined && new Blob([json]).size > MAX_BYTES) return { kind: "failure", failure: TOO_LARGE };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      signal,
      // No cookies, and no cached answers.
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      ...(json === undefined ? {} : { headers: { "content-type": "application/json" }, body: json }),
    });
    text = await response.text();
  } catch {
    signal.throwIfAborted();
    return { kind: "failure", failure: { kind: "unreachable", url, isOffline: navigator.onLine === false } };
  }
  const answer = response.ok ? parse(text) : undefined;
  if (answer === undefined) return { kind: "failure", failure: readFailure(response, text) };
  return { kind: "answer", status: response.status, ...answer, elapsedInMs: performance.now() - start };
}

function parse(text: string): { readonly body: unknown } | undefined {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
