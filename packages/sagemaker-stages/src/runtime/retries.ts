/** Whether another attempt at the endpoint makes sense. */
export type Retry =
  /** No: the next attempt would fail in the same way. */
  | "never"
  /** At once: a kept connection was closed, which says nothing about the endpoint. */
  | "at once"
  /** Until the request's time is over: a waking endpoint will answer. */
  | "while waking"
  /** A few times: an endpoint that throttles or fails recovers soon, or not while this request waits. */
  | "a few times";

/** Attempts of one request at an endpoint that throttles or fails; the same number as in AWS's SDKs. */
const MAX_ATTEMPTS = 3;
/** From the first attempt at an endpoint that throttles or fails until the last one begins. */
const MAX_TIME_IN_MS = 1_500;
/** An endpoint that refused a request to the end is taken for overloaded for so long. */
const OVERLOAD_IN_MS = 1_000;
/** First wait of the exponential backoff. */
const FIRST_WAIT_IN_MS = 200;
/** Longest wait: a waking endpoint is asked often enough to be met soon after it is ready. */
const MAX_WAIT_IN_MS = 3_000;

/** What a process knows of its endpoint's load. */
export interface EndpointLoad {
  /** The retries of one request. */
  startRequest(): NextWait;
  /** The endpoint answered. */
  recordSuccess(): void;
}

/**
 * How long to wait before the next attempt of one request.
 *
 * @param startedAt - when the attempt began that failed, as `performance.now()`
 * @returns milliseconds; infinity where no attempt follows
 */
export type NextWait = (retry: Retry, startedAt: number) => number;

/**
 * A request that was refused to the end marks the endpoint as overloaded; until a second has passed or a request
 * succeeds, further requests make one attempt and no waits. So a flood of requests neither multiplies at the endpoint nor
 * holds functions that other routes need.
 */
export function createEndpointLoad(): EndpointLoad {
  let overloadedUntil = 0;
  const startRequest = (): NextWait => {
    const maxAttempts = performance.now() < overloadedUntil ? 1 : MAX_ATTEMPTS;
    let wakingAnswers = 0;
    let refusals = 0;
    let firstRefusedAt = Number.POSITIVE_INFINITY;
    return (retry, startedAt) => {
      if (retry === "at once") return 0;
      if (retry === "never") return Number.POSITIVE_INFINITY;
      if (retry === "while waking") return fullJitterInMs(wakingAnswers++);

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
