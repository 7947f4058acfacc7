import type { Recording } from "../../../src/load/open-loop";

/** A call of a recording: the times in milliseconds, and the outcome. */
export interface RecordedCall {
  /** @default - the intended start */
  readonly sentAt?: number;
  /** @default - the call has no end */
  readonly endedAt?: number;
  /** A status, or 0 without an end. @default 200 */
  readonly outcome?: number;
}

/** A recording of calls that are due at a constant rate. */
export function recordingOf(
  rate: number,
  calls: readonly RecordedCall[],
  rest: Partial<Pick<Recording, "reasons" | "delayedByLimit" | "interruptedAt">> = {},
): Recording {
  return {
    plan: { rate, count: calls.length, maxInFlight: 500, timeoutInMs: 35_000 },
    sentAt: Float64Array.from(calls, ({ sentAt }, index) => sentAt ?? (index * 1_000) / rate),
    endedAt: Float64Array.from(calls, ({ endedAt }) => endedAt ?? Number.NaN),
    outcomes: Int16Array.from(calls, ({ outcome = 200 }) => outcome),
    reasons: [],
    delayedByLimit: 0,
    interruptedAt: undefined,
    ...rest,
  };
}

/** Calls at a rate that all take the same time. */
export function steadyCalls(count: number, rate: number, latencyInMs: number): RecordedCall[] {
  return Array.from({ length: count }, (_, index) => ({ endedAt: (index * 1_000) / rate + latencyInMs }));
}
