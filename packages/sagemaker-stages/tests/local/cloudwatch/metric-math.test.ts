import { describe, expect, it } from "@jest/globals";
import {
  evaluate,
  idsOf,
  parseExpression,
  UnsupportedExpression,
} from "../../../src/local/cloudwatch/expression";

/** The value of an expression for the given values of one period. */
function valueOfExpression(text: string, values: Readonly<Record<string, number>> = {}): number | undefined {
  return evaluate(parseExpression(text), (id) => values[id]);
}

describe("an expression of metric math", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 - 3 - 2", 3],
    ["16 / 4 / 2", 2],
    ["-a + 1", -3],
    ["2 * -a", -8],
    ["a*1.5e1", 60],
    ["a_1+b", 5],
  ])("has the value of arithmetic: %s", (text, expected) => {
    // Act
    const value = valueOfExpression(text, { a: 4, a_1: 2, b: 3 });

    // Assess
    expect(value).toBe(expected);
  });

  it.each([
    ["a < 4", 0],
    ["a <= 4", 1],
    ["a > 4", 0],
    ["a >= 4", 1],
    ["a == 4", 1],
    ["a != 4", 0],
    ["a + 1 > 2 * 2", 1],
  ])("has the value 1 for a comparison that holds, otherwise 0: %s", (text, expected) => {
    // Act
    const value = valueOfExpression(text, { a: 4 });

    // Assess
    expect(value).toBe(expected);
  });

  it.each([
    [{ failed: 3, all: 4 }, 0.75],
    [{ failed: 2, all: 4 }, 0],
    // The branch that is not chosen can be missing.
    [{ failed: 0, all: 0 }, 0],
  ])("chooses a branch of IF by the condition: %j", (values, expected) => {
    // Act
    const value = valueOfExpression("IF(failed >= 3, failed / all, 0)", values);

    // Assess
    expect(value).toBe(expected);
  });

  it.each([
    ["FILL(a, 0) + 1", 1],
    ["FILL(a, -2.5)", -2.5],
    ["FILL(a + b, 7)", 7],
    ["FILL(b, 7)", 3],
  ])("has the number of FILL instead of missing data: %s", (text, expected) => {
    // Act
    const value = valueOfExpression(text, { b: 3 });

    // Assess
    expect(value).toBe(expected);
  });

  it.each(["a + 1", "a > 0", "-a", "IF(a, 1, 2)", "IF(1, a, 2)", "b / 0", "0 / (b - 3)"])(
    "has no value if a needed value is missing or not finite: %s",
    (text) => {
      // Act
      const value = valueOfExpression(text, { b: 3 });

      // Assess
      expect(value).toBeUndefined();
    },
  );

  it("names the metrics that it uses", () => {
    // Act
    const ids = idsOf(parseExpression("IF(FILL(a, 0) > 1, -b / (c + a), 0)"));

    // Assess
    expect([...ids].sort()).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["", "the end"],
    ["a +", "the end"],
    ["a b", "b"],
    ["(a", "the end"],
    ["a < b < c", "< c"],
    ["a ^ 2", "^ 2"],
    ["a && b", "&& b"],
    ["SUM([a, b])", "SUM([a, b])"],
    ["ANOMALY_DETECTION_BAND(a, 2)", "ANOMALY_DETECTION_BAND(a, 2)"],
    ["IF(a, 1)", ")"],
    ["FILL(a, REPEAT)", "FILL(a, REPEAT)"],
    ["FILL(1, 0)", "FILL(1, 0)"],
    ["Value", "Value"],
  ])("is refused if the local stage cannot evaluate it: %s", (text, rest) => {
    // Act
    const parse = () => parseExpression(text);

    // Assess
    expect(parse).toThrow(UnsupportedExpression);
    expect(parse).toThrow(`got ${JSON.stringify(rest)} in ${JSON.stringify(text)}; supported: + - * /`);
  });
});
