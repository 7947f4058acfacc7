import { describe, expect, it } from "@jest/globals";
import {
  DEFAULT_NODE_RUNTIME,
  DEFAULT_PYTHON_RUNTIME,
  endOfRuntime,
  NODE_RUNTIMES,
  PYTHON_RUNTIMES,
  providerOfRuntime,
  stateOfRuntime,
  successorOf,
} from "../../src/aws/lambda-runtimes";

/** The day of the release. The tests fail for a runtime that ended before this day. */
const RELEASE = "2026-11-29";

const at = (time: string) => new Date(time);
const noon = (day: string) => at(`${day}T12:00:00Z`);

describe("the runtimes of this release", () => {
  it.each([...NODE_RUNTIMES, ...PYTHON_RUNTIMES])(
    "include %s, which is supported and has end dates in order",
    (runtime) => {
      // Act
      const end = endOfRuntime(runtime);

      // Assess
      const dates = [RELEASE, end?.deprecation, end?.blockCreate, end?.blockUpdate].map(String);
      expect(dates).toEqual(Array(4).fill(expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/)));
      expect([...new Set(dates)].sort()).toEqual(dates);
    },
  );

  it.each([
    [DEFAULT_NODE_RUNTIME, NODE_RUNTIMES],
    [DEFAULT_PYTHON_RUNTIME, PYTHON_RUNTIMES],
  ] as const)(
    "have as default %s, the longest supported that every allowed provider accepts",
    (expected, runtimes) => {
      // Act
      const accepted = runtimes.filter((runtime) => providerOfRuntime(runtime) === undefined);
      const longest = [...accepted].sort(byEnd).at(-1);

      // Assess
      expect(longest).toBe(expected);
    },
  );

  it.each(["nodejs24.x", "python3.14"])("require version 6.21.0 of the provider for %s", (runtime) => {
    // Act
    const provider = providerOfRuntime(runtime);

    // Assess
    expect(provider).toBe("6.21.0");
  });

  function byEnd(one: string, other: string): number {
    return String(endOfRuntime(one)?.deprecation).localeCompare(String(endOfRuntime(other)?.deprecation));
  }
});

describe("the state of a runtime", () => {
  it.each([
    ["2026-10-01", undefined],
    ["2026-11-01", "ends soon"],
    ["2027-04-29", "ends soon"],
    ["2027-04-30", "ended"],
  ])("of nodejs22.x is on %s, with 180 days of notice: %s", (day, expected) => {
    // Act
    const state = stateOfRuntime("nodejs22.x", at(`${day}T10:00:00Z`));

    // Assess
    expect(state?.state).toBe(expected);
  });

  it.each([
    ["a millisecond before the day one year before", "2026-04-29T23:59:59.999Z", undefined, undefined],
    ["at the start of the day one year before", "2026-04-30T00:00:00Z", "ends soon", false],
    ["a millisecond before the end", "2027-04-29T23:59:59.999Z", "ends soon", false],
    ["at the end", "2027-04-30T00:00:00Z", "ended", false],
    ["a millisecond before Lambda refuses new functions", "2027-05-31T23:59:59.999Z", "ended", false],
    ["when Lambda refuses new functions", "2027-06-01T00:00:00Z", "ended", true],
    ["when Lambda refuses updates", "2027-07-01T00:00:00Z", "ended", true],
    // The day is the day in UTC, in every time zone.
    ["on the evening before the end, west of UTC", "2027-04-29T20:00:00-05:00", "ended", false],
    ["on the morning of the end, east of UTC", "2027-04-30T10:00:00+14:00", "ends soon", false],
  ])("of nodejs22.x, with one year of notice, %s", (_, time, state, refusesNewFunctions) => {
    // Act
    const result = stateOfRuntime("nodejs22.x", at(time), "one year");

    // Assess
    expect([result?.state, result?.refusesNewFunctions]).toEqual([state, refusesNewFunctions]);
  });

  it("is undefined for an unknown runtime", () => {
    // Act
    const state = stateOfRuntime("toString", noon("2040-01-01"), "one year");

    // Assess
    expect(state).toBeUndefined();
  });
});

describe("the successor of a runtime", () => {
  it.each([
    ["nodejs22.x", "2026-11-29", "nodejs24.x"],
    ["nodejs24.x", "2027-05-01", undefined],
    ["nodejs22.x", "2028-04-30", undefined],
    // python3.14 ends on the same day and requires a newer provider.
    ["python3.11", "2026-11-29", "python3.13"],
    ["python3.13", "2028-11-29", undefined],
  ])("of %s is on %s %s", (runtime, day, expected) => {
    // Act
    const successor = successorOf(runtime, noon(day));

    // Assess
    expect(successor).toBe(expected);
  });
});
