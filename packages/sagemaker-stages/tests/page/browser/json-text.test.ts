import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { jsonText, MAX_LINE_LENGTH } from "../../../src/page/plan/json-text";

describe("JSON as text", () => {
  it.each([
    ["a text", "a", '"a"'],
    ["a short list", [1, "b", null], '[1, "b", null]'],
    ["a short object", { a: 1, b: [true] }, '{ "a": 1, "b": [true] }'],
    ["an empty list", [], "[]"],
    ["an empty object", {}, "{}"],
  ])("the text is one line when the value is %s", (_, value, expected) => {
    // Act
    const text = jsonText(value);

    // Assess
    expect(text).toBe(expected);
  });

  it("the text has one object in each line when a list of objects is too long for one line", () => {
    // Prepare
    const records = [1, 2].map((hour) => ({ date: "2026-01-15", hour, indoors: true }));

    // Act
    const text = jsonText({ instances: records });

    // Assess
    expect(text.split("\n")).toEqual([
      "{",
      '  "instances": [',
      '    { "date": "2026-01-15", "hour": 1, "indoors": true },',
      '    { "date": "2026-01-15", "hour": 2, "indoors": true }',
      "  ]",
      "}",
    ]);
  });

  it("fills lines with numbers when a list has 5,000 of them", () => {
    // Act
    const lines = jsonText(Array.from({ length: 5_000 }, (_, index) => index)).split("\n");

    // Assess
    expect(lines.length).toBeLessThan(600);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(MAX_LINE_LENGTH);
  });

  it("the text is the same value when it is parsed again", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // Act
        const parsed = JSON.parse(jsonText(value));

        // Assess
        expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
