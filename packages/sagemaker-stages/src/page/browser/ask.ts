import { type Failure, readFailure, TOO_LARGE } from "./failure";

/**
 * API Gateway takes no more, and refuses it without the headers by which a page may read why
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
 */
const MOST_BYTES = 10 * 1024 * 1024;

/** What is sent to the stage. */
export interface StageRequest {
  readonly method: string;
  readonly url: string;
  /** Becomes JSON. @default - no body */
  readonly body?: unknown;
}

/** What came of it. */
export type Outcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Parsed. */
      readonly body: unknown;
      readonly elapsedInMs: number;
    }
  | { readonly kind: "failure"; readonly failure: Failure };

/**
 * Asks the stage once: whether to ask again is for the person to say.
 *
 * @param signal - ends the request
 * @throws the signal's reason, where it ended the request
 */
export async function ask({ method, url, body }: StageRequest, signal: AbortSignal): Promise<Outcome> {
  const start = performance.now();
  const json = body === undefined ? undefined : JSON.stringify(body);
  if (json !== undefined && new Blob([json]).size > MOST_BYTES)
    return { kind: "failure", failure: TOO_LARGE };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      signal,
      // Nobody is logged in, and nothing is kept.
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
