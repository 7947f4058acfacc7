import { describe, expect, it } from "@jest/globals";
import {
  type AnswerKind,
  MAX_STREAM_IN_SECONDS,
  MIN_TIMEOUT_IN_SECONDS,
  requestTimes,
  STREAM_IDLE_IN_SECONDS,
  TIME_BUDGET,
} from "../../src/aws/time-budget";
import {
  KEEP_ALIVE_IN_MS,
  MAX_SILENCE_IN_MS,
  MIN_ATTEMPT_IN_MS,
  RESERVE_IN_MS,
} from "../../src/runtime/limits";

const KINDS = Object.keys(TIME_BUDGET) as AnswerKind[];

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_FUNCTION_TIMEOUT_IN_SECONDS = 900;

describe.each(KINDS.flatMap((kind) => timesOf(kind).map((seconds) => [kind, seconds] as const)))(
  "the time budget of a %s route of %i seconds",
  (kind, seconds) => {
    it("is shorter for each component than for its caller, so that the caller receives the most specific error", () => {
      // Act
      const { gateway, function: fn, handler, firstPart, attempt } = requestTimes(kind, seconds);

      // Assess
      expect(gateway).toBeGreaterThan(fn);
      expect(fn).toBeGreaterThan(handler);
      expect(handler).toBeGreaterThanOrEqual(MIN_ATTEMPT_IN_MS / 1000);
      expect(firstPart).toBeLessThanOrEqual(handler);
      expect(attempt).toBeGreaterThan(0);
    });

    it("leaves the handler the time to report a timeout", () => {
      // Act
      const { function: fn, handler } = requestTimes(kind, seconds);

      // Assess
      expect((fn - handler) * 1000).toBe(RESERVE_IN_MS);
      expect(RESERVE_IN_MS).toBeLessThan(KEEP_ALIVE_IN_MS);
    });

    it("fits Lambda's limit", () => {
      // Act
      const { function: fn } = requestTimes(kind, seconds);

      // Assess
      expect(Number.isInteger(fn)).toBe(true);
      expect(fn).toBeGreaterThanOrEqual(1);
      expect(fn).toBeLessThanOrEqual(MAX_FUNCTION_TIMEOUT_IN_SECONDS);
    });
  },
);

it("the first part of a stream has the time of a plain answer", () => {
  // Act
  const { handler } = requestTimes("streamed plain", STREAM_IDLE_IN_SECONDS);
  const { firstPart } = requestTimes("streamed", MAX_STREAM_IN_SECONDS);

  // Assess
  expect(MAX_SILENCE_IN_MS).toBe(handler * 1000);
  expect(MAX_SILENCE_IN_MS).toBe(firstPart * 1000);
});

/** The minimum, the default and the maximum of a kind of route. */
function timesOf(kind: AnswerKind): number[] {
  const { default: normal, max, maxWithQuota = max } = TIME_BUDGET[kind];
  return [...new Set([MIN_TIMEOUT_IN_SECONDS, normal, max, maxWithQuota])];
}
