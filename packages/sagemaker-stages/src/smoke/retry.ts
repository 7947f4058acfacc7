import { GATEWAY_TIMEOUT_IN_SECONDS } from "../aws/time-budget";
import type { Check } from "./checks";
import { type HttpAnswer, type NoAnswer, send } from "./http";

/** The result of a check. */
export interface Result {
  readonly check: Check;
  /** The status of the last answer and its fault, or the reason why there was no answer. */
  readonly got: string;
  /** Whether the answer is as expected. */
  readonly passed: boolean;
  /** The duration of the last try, from the request to the end of the answer. */
  readonly tookInMs: number;
  /** The time to the first part of a streamed answer; absent for other answers. */
  readonly firstByteInMs?: number;
}

/** Receives the check and the reason before each pause. */
export type OnRetry = (check: Check, reason: string) => void;

/** The statuses of an endpoint that is starting, and of a throttled stage. */
const RETRYABLE_STATUSES = [429, 503, 504];

/** A new deployment, key, policy or host propagates within seconds. After this time, the result is final. */
const TRANSIENT_IN_MS = 30_000;

/** API Gateway's wait of a route, with its answer that the integration has not answered, and the way through the network. */
const MARGIN_PER_TRY_IN_MS = 6_000;
const MIN_MS_PER_TRY = 1_000;

/** The pause before each next try, if the answer has no Retry-After. */
const PAUSES_IN_MS = [500, 1_000, 2_000, 5_000];

/**
 * Sends a check's request until the answer is as expected, the fault is final, or the time has passed.
 *
 * @param start - the start of the waiting time, by `performance.now()`
 */
export async function runCheck(
  check: Check,
  start: number,
  waitInMs: number,
  onRetry: OnRetry,
): Promise<Result> {
  for (let tries = 0; ; tries++) {
    const sentAt = performance.now();
    const answer = await send(check.request(), patienceOf(check, tries, waitInMs - (sentAt - start)));
    const tookInMs = performance.now() - sentAt;
    const result = toResult(check, answer, tookInMs);
    if (result.passed) return result;

    const until = start + retryTimeInMs(check, answer, waitInMs);
    const pause = pauseOf(answer) ?? PAUSES_IN_MS[Math.min(tries, PAUSES_IN_MS.length - 1)] ?? 0;
    if (performance.now() + pause >= until) return result;
    onRetry(check, "status" in answer ? String(answer.status) : answer.reason);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * The time for the answer of one try. The first try of a route that waits longer than API Gateway's default has the route's whole
 * time, also if the time of the test is shorter: the route would answer.
 *
 * @param leftInMs - the rest of the test's time
 */
function patienceOf(
  { timeoutInSeconds = GATEWAY_TIMEOUT_IN_SECONDS }: Check,
  tries: number,
  leftInMs: number,
) {
  const ofRoute = timeoutInSeconds * 1_000 + MARGIN_PER_TRY_IN_MS;
  const isLong = timeoutInSeconds > GATEWAY_TIMEOUT_IN_SECONDS;
  return isLong && tries === 0 ? ofRoute : Math.min(ofRoute, Math.max(MIN_MS_PER_TRY, leftInMs));
}

function toResult(check: Check, answer: HttpAnswer | NoAnswer, tookInMs: number): Result {
  if ("reason" in answer) return { check, got: answer.reason, passed: false, tookInMs };
  const fault = check.findFault(answer);
  const got = fault === undefined ? String(answer.status) : `${answer.status}, ${fault}`;
  const { firstByteInMs } = answer;
  return {
    check,
    got,
    passed: fault === undefined,
    tookInMs,
    ...(check.isStream === true ? { firstByteInMs } : {}),
  };
}

/** The time from the start in which another try can succeed. */
function retryTimeInMs(check: Check, answer: HttpAnswer | NoAnswer, waitInMs: number): number {
  const transient = Math.min(TRANSIENT_IN_MS, waitInMs);
  if ("reason" in answer) return { yes: waitInMs, transient, no: 0 }[answer.retryable];
  if (RETRYABLE_STATUSES.includes(answer.status)) return waitInMs;
  return check.isTransient(answer) ? transient : 0;
}

function pauseOf(answer: HttpAnswer | NoAnswer): number | undefined {
  const retryAfter = "reason" in answer ? null : answer.headers.get("retry-after");
  return retryAfter !== null && /^\d{1,4}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}
