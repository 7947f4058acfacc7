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

/**
 * What a process knows of its endpoint's load. A request that was refused to the end marks the endpoint as
 * overloaded; until a second has passed or a request succeeds, further requests make one attempt and no waits. So a
 * flood of requests neither multiplies at the endpoint nor holds functions that other routes need.
 */
export class EndpointLoad {
  private overloadedUntil = 0;

  /** The retries of one request. */
  startRequest(): RequestRetries {
    return new RequestRetries(performance.now() < this.overloadedUntil ? 1 : MAX_ATTEMPTS, this);
  }

  /** The endpoint answered. */
  recordSuccess(): void {
    this.overloadedUntil = 0;
  }

  /** The endpoint throttled or failed a request to the end. */
  recordOverload(): void {
    this.overloadedUntil = performance.now() + OVERLOAD_IN_MS;
  }
}

/** The retries of one request. */
export class RequestRetries {
  private wakingAnswers = 0;
  private refusals = 0;
  private firstRefusedAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly maxAttempts: number,
    private readonly load: EndpointLoad,
  ) {}

  /**
   * How long to wait before the next attempt.
   *
   * @param startedAt - when the attempt began that failed, as `performance.now()`
   * @returns milliseconds; infinity where no attempt follows
   */
  nextWaitInMs(retry: Retry, startedAt: number): number {
    if (retry === "at once") return 0;
    if (retry === "never") return Number.POSITIVE_INFINITY;
    if (retry === "while waking") return fullJitterInMs(this.wakingAnswers++);

    this.firstRefusedAt = Math.min(this.firstRefusedAt, startedAt);
    const wait = fullJitterInMs(this.refusals++);
    const waited = performance.now() + wait - this.firstRefusedAt;
    if (this.refusals < this.maxAttempts && waited < MAX_TIME_IN_MS) return wait;
    this.load.recordOverload();
    return Number.POSITIVE_INFINITY;
  }
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter"). */
function fullJitterInMs(waits: number): number {
  return Math.random() * Math.min(MAX_WAIT_IN_MS, FIRST_WAIT_IN_MS * 2 ** waits);
}
