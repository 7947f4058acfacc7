/** Whether a further attempt at the endpoint can succeed. */
export type Retry =
  /** An immediate retry: the server closed an idle connection, which is not a failure of the endpoint. */
  | "now"
  /** Retries until the request's time is over, because a starting endpoint will answer. */
  | "waking"
  /** A few retries: a throttling or failing endpoint recovers soon, or not in the time of this request. */
  | "few";

/** The maximum number of attempts at a throttling or failing endpoint, as in AWS's SDKs. */
const MAX_ATTEMPTS = 3;
/** The maximum time from the first attempt at a throttling or failing endpoint to the start of the last attempt. */
const MAX_TIME_IN_MS = 1_500;
/** After the last failed attempt of a request, the endpoint counts as overloaded for this time. */
const OVERLOAD_IN_MS = 1_000;
/** The first wait of the exponential backoff. */
const FIRST_WAIT_IN_MS = 200;
/** The longest wait. It is short, so that the client finds a starting endpoint soon after the endpoint is ready. */
const MAX_WAIT_IN_MS = 3_000;

/** The endpoint's load, as one process of the function observes it. */
export interface EndpointLoad {
  /** Starts the retries of one request. */
  startRequest(): NextWait;
  /** Records that the endpoint answered. */
  recordSuccess(): void;
}

/**
 * Returns the wait before the next attempt of one request.
 *
 * @param startedAt - the start of the failed attempt, as `performance.now()`
 * @returns milliseconds; infinity if no attempt follows
 */
export type NextWait = (retry: Retry | undefined, startedAt: number) => number;

/**
 * Creates the retry rules of one endpoint. After all attempts of a request fail, the endpoint counts as overloaded. Until
 * a second passes or a request succeeds, further requests make only one attempt. So retries do not multiply a flood of
 * requests, and waiting requests do not occupy the concurrency that other routes need.
 */
export function createEndpointLoad(): EndpointLoad {
  let overloadedUntil = 0;
  const startRequest = (): NextWait => {
    const maxAttempts = performance.now() < overloadedUntil ? 1 : MAX_ATTEMPTS;
    let wakingAnswers = 0;
    let refusals = 0;
    let firstRefusedAt = Number.POSITIVE_INFINITY;
    return (retry, startedAt) => {
      if (retry === "now") return 0;
      if (retry === undefined) return Number.POSITIVE_INFINITY;
      if (retry === "waking") return fullJitterInMs(wakingAnswers++);

      firstRefusedAt = Math.min(firstRefusedAt, startedAt);
      const wait = fullJitterInMs(refusals++);
      const waited = performance.now() + wait - firstRefusedAt;
      if (refusals < maxAttempts && waited < MAX_TIME_IN_MS) return wait;
      overloadedUntil = performance.now() + OVERLOAD_IN_MS;
      return Number.POSITIVE_INFINITY;
    };
  };
  const recordSuccess = () => {
    overloadedUntil = 0;
  };
  return { startRequest, recordSuccess };
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter"). */
function fullJitterInMs(waits: number): number {
  return Math.random() * Math.min(MAX_WAIT_IN_MS, FIRST_WAIT_IN_MS * 2 ** waits);
}
