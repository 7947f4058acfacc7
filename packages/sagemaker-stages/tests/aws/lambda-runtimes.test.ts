import { describe, expect, it } from "@jest/globals";
import {
  DEFAULT_PYTHON_RUNTIME,
  endOfRuntime,
  NODE_RUNTIME,
  PYTHON_RUNTIMES,
  stateOfRuntime,
} from "../../src/aws/lambda-runtimes";

/** The day on which the dates were read from AWS's page. The tests fail for a runtime that ended before this day. */
const RELEASE = "2026-11-29";

describe("the runtimes of this release", () => {
  it.each([NODE_RUNTIME, ...PYTHON_RUNTIMES])(
    "include %s, which is supported and has end dates",
    (runtime) => {
      // Act
      const end = endOfRuntime(runtime);

      // Assess
      expect(end?.deprecation).toEqual(expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/));
      expect(String(end?.deprecation) > RELEASE).toBe(true);
    },
  );

  it("have as default the runtime that AWS supports longest", () => {
    // Act
    const ends = PYTHON_RUNTIMES.map((runtime) => String(endOfRuntime(runtime)?.deprecation)).sort();

    // Assess
    expect(endOfRuntime(DEFAULT_PYTHON_RUNTIME)?.deprecation).toBe(ends.at(-1));
  });
});

describe("the state of a runtime", () => {
  it.each([
    ["2026-10-01", undefined],
    ["2026-11-01", "ends soon"],
    ["2027-04-29", "ends soon"],
    ["2027-04-30", "ended"],
  ])("of nodejs22.x is on %s: %s", (day, expected) => {
    // Act
    const state = stateOfRuntime("nodejs22.x", new Date(`${day}T10:00:00Z`));

    // Assess
    expect(state?.state).toBe(expected);
  });
});
