import { describe, expect, it } from "@jest/globals";
import { sumOfTrees } from "../sample/trees";

const model = {
  bias: 100,
  trees: [
    { features: [0, 1], thresholds: [5, 10], leaves: [1, 2, 3, 4] },
    { features: [], thresholds: [], leaves: [0.5] },
  ],
};

describe("symmetric trees", () => {
  it.each([
    [[4, 9], 101.5],
    [[5, 9], 102.5],
    [[4, 10], 103.5],
    [[6, 11], 104.5],
  ])("predict for %j the sum %d", (row, expected) => {
    // Act
    const sum = sumOfTrees(model, row);

    // Assess
    expect(sum).toBe(expected);
  });
});
