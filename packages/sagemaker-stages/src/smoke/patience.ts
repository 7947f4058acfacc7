import type { Check } from "./checks";
import { type HttpAnswer, type NoAnswer, send } from "./http";

/** What came of a check. */
export interface Result {
  readonly check: Check;
  /** The last answer's status, or why there was none; then, where it is not as expected, what is wrong with it. */
  readonly got: string;
  readonly holds: boolean;
  /** Of the last try, from sending it to the end of its answer. */
  readonly tookInMs: number;
}

/** What is waited for, told before each pause. */
export type OnWait = (check: Check, because: string) => void;

/** What an endpoint that wakes up, or a throttled stage, answers. */
const WAITING_STATUSES = [429, 503, 504];

/** A new deployment, key, policy or host is known everywhere within seconds; what is otherwise for longer is so. */
const SETTLING_IN_MS = 30_000;

/** API Gateway answers within 29 seconds, or says that it cannot. */
const MOST_MS_PER_TRY = 35_000;
const LEAST_MS_PER_TRY = 1_000;

/** Pause before the next try, where the answer says none. */
const PAUSES_IN_MS = [500, 1_000, 2_000, 5_000];

/**
 * Asks until there is an answer that stays, or no time is left.
 *
 * @param start - when the waiting began, by `performance.now()`
 */
export async function ask(check: Check, start: number, waitInMs: number, onWait: OnWait): Promise<Result> {
  for (let tries = 0; ; tries++) {
    const sentAt = performance.now();
    const left = waitInMs - (sentAt - start);
    const answer = await send(check.request(), Math.min(MOST_MS_PER_TRY, Math.max(LEAST_MS_PER_TRY, left)));
    const tookInMs = performance.now() - sentAt;
    const result = judge(check, answer, tookInMs);
    if (result.holds) return result;

    const until = start + patienceWith(check, answer, waitInMs);
    const pause = pauseOf(answer) ?? PAUSES_IN_MS[Math.min(tries, PAUSES_IN_MS.length - 1)] ?? 0;
    if (performance.now() + pause >= until) return result;
    onWait(check, "status" in answer ? String(answer.status) : answer.reason);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function judge(check: Check, answer: HttpAnswer | NoAnswer, tookInMs: number): Result {
  if ("reason" in answer) return { check, got: answer.reason, holds: false, tookInMs };
  const fault = check.findFault(answer);
  const got = fault === undefined ? String(answer.status) : `${answer.status}, ${fault}`;
  return { check, got, holds: fault === undefined, tookInMs };
}

/** How long, from the start on, another try makes sense. */
function patienceWith(check: Check, answer: HttpAnswer | NoAnswer, waitInMs: number): number {
  const settling = Math.min(SETTLING_IN_MS, waitInMs);
  if ("reason" in answer) return { yes: waitInMs, settling, no: 0 }[answer.heals];
  if (WAITING_STATUSES.includes(answer.status)) return waitInMs;
  return check.canSettle(answer) ? settling : 0;
}

function pauseOf(answer: HttpAnswer | NoAnswer): number | undefined {
  const retryAfter = "reason" in answer ? null : answer.headers.get("retry-after");
  return retryAfter !== null && /^\d{1,4}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}
