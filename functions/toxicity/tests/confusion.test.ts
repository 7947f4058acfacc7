import { describe, expect, it } from "@jest/globals";
import { compare } from "../training/confusion";

describe("a comparison of answers with the truth", () => {
  it("gives each label the same weight for macro-F1, and each row for accuracy", () => {
    // Act
    const { accuracy, f1, macroF1 } = compare([0, 0, 0, 1], [0, 0, 1, 1], 2);

    // Assess
    expect(accuracy).toBe(0.75);
    expect(f1[0]).toBeCloseTo(0.8);
    expect(f1[1]).toBeCloseTo(2 / 3);
    expect(macroF1).toBeCloseTo((0.8 + 2 / 3) / 2);
  });

  it("gives 0 for a label that is never answered", () => {
    // Act
    const { f1 } = compare([0, 1], [0, 0], 3);

    // Assess
    expect(f1).toEqual([2 / 3, 0, 0]);
  });
});
