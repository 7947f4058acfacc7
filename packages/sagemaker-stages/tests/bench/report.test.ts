import { describe, expect, it } from "@jest/globals";
import { type Comparison, isReached, Report, toLine, toTable } from "../../bench/report";

const TIME: Comparison = {
  measured: "synthesis, time",
  value: 2_500,
  base: "AWS CDK",
  baseValue: 10_000,
  unit: "ms",
  goal: { atMost: 0.25 },
};
const CALLS: Comparison = {
  measured: "16 concurrent calls",
  value: 849,
  base: "signing alone",
  baseValue: 1_000,
  unit: "calls a second",
  goal: { atLeast: 0.85 },
};
const WITHOUT_GOAL: Comparison = {
  measured: "review",
  value: 0.1234,
  base: "starting",
  baseValue: 0.05,
  unit: "ms",
};

describe("isReached", () => {
  it.each<[string, Partial<Comparison>, boolean | undefined]>([
    ["reaches an upper goal when the ratio equals the goal", {}, true],
    ["misses an upper goal when the printed ratio is above the goal", { value: 2_551 }, false],
    ["uses the ratio as it is printed, with two decimals", { value: 2_549 }, true],
    ["reaches a lower goal when the ratio equals the goal", { ...CALLS, value: 850 }, true],
    ["misses a lower goal when the printed ratio is below the goal", { ...CALLS, value: 844 }, false],
  ])("%s", (_title, changed, expected) => {
    expect(isReached({ ...TIME, ...changed })).toBe(expected);
  });

  it("returns undefined when a comparison has no goal", () => {
    expect(isReached(WITHOUT_GOAL)).toBeUndefined();
  });

  it.each([
    ["the value is not a number", { value: Number.NaN }],
    ["the base is 0", { baseValue: 0 }],
  ])("throws when %s, because nothing was measured", (_title, changed) => {
    expect(() => isReached({ ...WITHOUT_GOAL, ...changed })).toThrow("review: got the values");
  });
});

describe("toLine", () => {
  it("shows the ratio, the base, both values with their unit, the goal and the verdict", () => {
    expect(toLine(TIME)).toBe("synthesis, time: 0.25 × AWS CDK (2500 : 10000 ms); goal ≤ 0.25: reached");
    expect(toLine({ ...CALLS, value: 700 })).toBe(
      "16 concurrent calls: 0.70 × signing alone (700 : 1000 calls a second); goal ≥ 0.85: missed",
    );
  });

  it("shows no verdict when a comparison has no goal", () => {
    expect(toLine(WITHOUT_GOAL)).toBe("review: 2.47 × starting (0.123 : 0.0500 ms)");
  });
});

describe("toTable", () => {
  it("lists comparisons with a goal first", () => {
    expect(toTable([WITHOUT_GOAL, TIME, { ...CALLS, value: 700 }]).split("\n")).toEqual([
      "| measured | base | ratio | goal | verdict | raw values |",
      "| --- | --- | --- | --- | --- | --- |",
      "| synthesis, time | AWS CDK | 0.25 | ≤ 0.25 | reached | 2500 : 10000 ms |",
      "| 16 concurrent calls | signing alone | 0.70 | ≥ 0.85 | missed | 700 : 1000 calls a second |",
      "| review | starting | 2.47 |  |  | 0.123 : 0.0500 ms |",
    ]);
  });
});

describe("Report", () => {
  it("prints each line when it is measured, and the table at the end", () => {
    // Prepare
    let text = "";
    const report = new Report((more) => {
      text += more;
    });

    // Act
    report.add(TIME);
    report.note("a note");
    const before = text;
    report.finish();

    // Assess
    expect(before).toBe(`${toLine(TIME)}\na note\n`);
    expect(text.slice(before.length)).toBe(`\n${toTable([TIME])}\n`);
  });
});
