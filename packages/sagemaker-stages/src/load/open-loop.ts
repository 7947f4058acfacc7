/** The plan of a run. */
export interface OpenLoopPlan {
  /** Requests per second. The interval between the intended starts of two requests is constant. */
  readonly rate: number;
  /** The number of requests. */
  readonly count: number;
  /** The maximum number of requests that wait for their answers at the same time. */
  readonly maxInFlight: number;
  /** The time from the intended start of a request in which its answer must arrive, in milliseconds. */
  readonly timeoutInMs: number;
}

/**
 * Sends one request.
 *
 * @param timeoutInMs - the time for the request and its answer
 * @returns the status of the answer, or the reason why there is no answer
 */
export type SendRequest = (timeoutInMs: number) => Promise<number | string>;

/** The recorded times of a run. All times are milliseconds from the start of the run; an absent time is `NaN`. */
export interface Recording {
  readonly plan: OpenLoopPlan;
  /** The time at which each request was sent. */
  readonly sentAt: Float64Array;
  /** The time at which the whole answer was read, or at which the request failed. */
  readonly endedAt: Float64Array;
  /** The status of each answer; the negative position in {@link reasons} minus 1 without an answer; 0 without an end. */
  readonly outcomes: Int16Array;
  /** The reasons why requests got no answer. */
  readonly reasons: readonly string[];
  /** The number of requests that waited because of {@link OpenLoopPlan.maxInFlight}. */
  readonly delayedByLimit: number;
  /** The time at which the run was interrupted. */
  readonly interruptedAt: number | undefined;
}

/** The reason of a request that was not sent within its time-out, because too many other requests had no answer. */
export const NOT_SENT = "not sent in time: the maximum of requests in flight was reached";

/** The clock of a run. A test can replace the clock of this machine. */
export interface Clock {
  /** The current time in milliseconds. */
  now(): number;
  /**
   * Calls a function after the pause, or a little earlier.
   *
   * @returns a function that cancels the call
   */
  schedule(callback: () => void, pauseInMs: number): () => void;
}

/**
 * Timers of Node.js expire up to two milliseconds late (the clock of libuv has whole milliseconds). The rest of the pause is
 * spent in the event loop, which handles answers in this time.
 */
const TIMER_ERROR_IN_MS = 2;

const CLOCK: Clock = {
  now: () => performance.now(),
  schedule(callback, pauseInMs) {
    if (pauseInMs > TIMER_ERROR_IN_MS) {
      const timer = setTimeout(callback, Math.floor(pauseInMs - TIMER_ERROR_IN_MS));
      return () => clearTimeout(timer);
    }
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

/**
 * Sends requests at a constant rate, whatever the answers (an open loop). The intended start of request `n` is `n / rate`
 * seconds after the start of the run.
 *
 * A closed loop would send the next request after the answer: during a pause of the stage it would send nothing, and the
 * report would contain one slow request in place of all requests that the pause delays ("coordinated omission"). Therefore
 * the latency of a request counts from its intended start, also if the request was sent later.
 *
 * @param signal - interrupts the run. Requests without an answer then have no end.
 * @param clock - default: the clock of this machine
 */
export function runOpenLoop(
  plan: OpenLoopPlan,
  send: SendRequest,
  signal?: AbortSignal,
  clock: Clock = CLOCK,
): Promise<Recording> {
  const { rate, count, maxInFlight, timeoutInMs } = plan;
  const sentAt = new Float64Array(count).fill(Number.NaN);
  const endedAt = new Float64Array(count).fill(Number.NaN);
  const outcomes = new Int16Array(count);
  const reasons: string[] = [];
  /** Requests whose intended start has passed, and which wait for a place. */
  const waiting: number[] = [];
  let firstWaiting = 0;
  let next = 0;
  let inFlight = 0;
  let ended = 0;
  let delayedByLimit = 0;
  const start = clock.now();
  const now = () => clock.now() - start;
  const dueAt = (index: number) => (index * 1_000) / rate;

  return new Promise((resolve, reject) => {
    let cancel = () => {};
    let stopped = false;

    function stop(): void {
      stopped = true;
      cancel();
      signal?.removeEventListener("abort", interrupt);
    }

    function fail(error: unknown): void {
      stop();
      reject(error);
    }

    function finish(interruptedAt?: number): void {
      stop();
      resolve({ plan, sentAt, endedAt, outcomes, reasons, delayedByLimit, interruptedAt });
    }

    function interrupt(): void {
      finish(now());
    }

    function end(index: number, outcome: number | string): void {
      if (stopped) return;
      endedAt[index] = now();
      outcomes[index] = typeof outcome === "number" ? outcome : -1 - positionOf(reasons, outcome);
      ended++;
      if (ended === count) finish();
    }

    function sendNow(index: number): void {
      inFlight++;
      const at = now();
      sentAt[index] = at;
      send(timeoutInMs - (at - dueAt(index))).then((outcome) => {
        inFlight--;
        end(index, outcome);
        sendWaiting();
      }, fail);
    }

    function sendWaiting(): void {
      while (firstWaiting < waiting.length && inFlight < maxInFlight && !stopped) {
        const index = waiting[firstWaiting++] ?? 0;
        if (now() - dueAt(index) >= timeoutInMs) end(index, NOT_SENT);
        else sendNow(index);
      }
    }

    function tick(): void {
      while (next < count && dueAt(next) <= now()) {
        const index = next++;
        if (inFlight < maxInFlight && firstWaiting === waiting.length) sendNow(index);
        else {
          delayedByLimit++;
          waiting.push(index);
        }
      }
      if (next === count) return;
      cancel = clock.schedule(tick, dueAt(next) - now());
    }

    if (signal?.aborted === true) return interrupt();
    signal?.addEventListener("abort", interrupt);
    tick();
  });
}

/** The position of a text in a list, to which the text is added if it is absent. */
function positionOf(texts: string[], text: string): number {
  const known = texts.indexOf(text);
  return known >= 0 ? known : texts.push(text) - 1;
}
