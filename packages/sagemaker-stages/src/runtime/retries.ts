import {
  FIRST_WAIT_IN_MS,
  MAX_ATTEMPTS,
  MAX_RETRY_TIME_IN_MS,
  MAX_WAIT_IN_MS,
  MIN_ATTEMPT_IN_MS,
  OVERLOAD_IN_MS,
} from "./limits";
import { EndpointFailure, type InvocationStats, type Refusal } from "./refusal";

/**
 * Makes attempts at one endpoint until one succeeds, or until no further attempt can succeed.
 *
 * @param timeLeftInMs - returns the milliseconds that are left for the request
 * @param attempt - makes one attempt
 * @param pause - waits before the next attempt. @default - a timer
 * @returns the answer of the successful attempt, with the statistics at its end
 * @throws EndpointFailure with the refusal of the last attempt
 */
export type Retrying = <Answer extends object>(
  timeLeftInMs: () => number,
  attempt: () => Promise<Answer | Refusal>,
  pause?: (ms: number) => Promise<unknown>,
) => Promise<Answer & { readonly stats: InvocationStats }>;

/**
 * Creates the retries of one endpoint, for all operations of one process. After all attempts of a request fail, the endpoint
 * counts as overloaded. Until a second passes or a request succeeds, further requests make only one attempt. So retries do not
 * multiply a flood of requests, and waiting requests do not occupy the concurrency that other routes need.
 */
export function createRetries(): Retrying {
  let overloadedUntil = 0;
  return async (timeLeftInMs, attempt, pause = timer) => {
    const maxAttempts = performance.now() < overloadedUntil ? 1 : MAX_ATTEMPTS;
    let wakingAnswers = 0;
    let refusals = 0;
    let firstRefusedAt: number | undefined;
    for (let retries = 0; ; retries++) {
      const start = performance.now();
      const outcome = await attempt();
      const stats = { endpointMs: Math.round(performance.now() - start), retries };
      if (!("origin" in outcome)) {
        overloadedUntil = 0;
        return Object.assign(outcome, { stats });
      }
      const wait = waitInMs(outcome.retry, start);
      if (timeLeftInMs() - wait < MIN_ATTEMPT_IN_MS) throw new EndpointFailure(outcome, stats);
      await pause(wait);
    }

    /** The wait before the next attempt; infinity if no attempt follows. */
    function waitInMs(retry: Refusal["retry"], startedAt: number): number {
      if (retry === "now") return 0;
      if (retry === undefined) return Number.POSITIVE_INFINITY;
      if (retry === "waking") return fullJitterInMs(wakingAnswers++);

      firstRefusedAt ??= startedAt;
      const wait = fullJitterInMs(refusals++);
      const waited = performance.now() + wait - firstRefusedAt;
      if (refusals < maxAttempts && waited < MAX_RETRY_TIME_IN_MS) return wait;
      overloadedUntil = performance.now() + OVERLOAD_IN_MS;
      return Number.POSITIVE_INFINITY;
    }
  };
}

function timer(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter"). */
function fullJitterInMs(waits: number): number {
  return Math.random() * Math.min(MAX_WAIT_IN_MS, FIRST_WAIT_IN_MS * 2 ** waits);
}
