import { describe, expect, it } from "@jest/globals";
import { planAnswer } from "../../../src/page/browser/answer-plan";

const pair = (label: string, score: number) => ({ label, score });

describe("labels with scores", () => {
  const BARS = [pair("b", 0.7), pair("a", 0.3)];

  it.each<[string, unknown]>([
    ["a list of pairs", [pair("a", 0.3), pair("b", 0.7)]],
    ["a list in a list", [[pair("a", 0.3), pair("b", 0.7)]]],
    ["an object of scores", { a: 0.3, b: 0.7 }],
    ["a list of labels and a list of scores", { sequence: "x", labels: ["a", "b"], scores: [0.3, 0.7] }],
    [
      "a list of labels and a list of probabilities",
      { labels: ["a", "b"], probabilities: [0.3, 0.7], size: 1 },
    ],
    ["the only property", { predictions: [[pair("a", 0.3), pair("b", 0.7)]] }],
  ])("the labels become bars, the highest score first, when the answer is %s", (_, answer) => {
    // Act
    const plan = planAnswer(answer);

    // Assess
    expect(plan).toEqual({ kind: "bars", groups: [{ bars: BARS }] });
  });

  it("the labels become a group of bars per input when the answer has a list for each input", () => {
    // Act
    const plan = planAnswer(
      { predictions: [[pair("a", 1)], [pair("b", 0.5)]] },
      { rows: [{ x: 1 }, { x: 2 }] },
    );

    // Assess
    expect(plan).toEqual({
      kind: "bars",
      groups: [
        { heading: "1", bars: [pair("a", 1)] },
        { heading: "2", bars: [pair("b", 0.5)] },
      ],
    });
  });

  it("the labels become a table next to the inputs when each input has one label", () => {
    // Act
    const plan = planAnswer([pair("a", 0.9), pair("b", 0.8)], { inputs: ["first", "second"] });

    // Assess
    expect(plan).toEqual({
      kind: "table",
      table: {
        headings: ["inputs", "label", "score"],
        rows: [
          ["first", "a", "0.9"],
          ["second", "b", "0.8"],
        ],
      },
    });
  });

  it.each([
    ["a label occurs twice", [pair("a", 0.9), pair("a", 0.8)]],
    ["a score is greater than 1", [pair("a", 9), pair("b", 0.8)]],
    ["an entry has another property", [{ ...pair("a", 0.9), box: { x: 1 } }]],
  ])("the labels become a table when %s", (_, answer) => {
    // Act
    const plan = planAnswer(answer);

    // Assess
    expect(plan.kind).toBe("table");
  });
});

describe("an answer with one entry for each row", () => {
  const sent = {
    rows: [
      { x: 1, y: "a" },
      { x: 2, y: "b" },
    ],
  };

  it.each<[string, unknown, readonly string[]]>([
    ["numbers", [10, 20.5], ["10", "20.5"]],
    ["labels", { predictions: ["setosa", "virginica"] }, ["setosa", "virginica"]],
    ["lists", [[1, 2], [3]], ["[1,2]", "[3]"]],
  ])("the answer becomes a table next to the rows when the entries are %s", (_, answer, texts) => {
    // Act
    const plan = planAnswer(answer, sent);

    // Assess
    expect(plan).toEqual({
      kind: "table",
      table: {
        headings: ["x", "y", "answer"],
        rows: [
          ["1", "a", texts[0]],
          ["2", "b", texts[1]],
        ],
      },
    });
  });

  it("the answer is not shown next to rows when the numbers of rows and entries differ", () => {
    // Act
    const plan = planAnswer([1, 2, 3], sent);

    // Assess
    expect(plan).toEqual({ kind: "json" });
  });
});

describe("other JSON", () => {
  it.each<[string, unknown, unknown]>([
    ["a text", "repaid", { kind: "text", text: "repaid" }],
    ["a number", 0.5, { kind: "text", text: "0.5" }],
    ["a generated text", [{ generated_text: "Once\nupon" }], { kind: "text", text: "Once\nupon" }],
    ["an object of one text", { text: "hello" }, { kind: "text", text: "hello" }],
    [
      "a list of objects with different properties",
      [
        { word: "Ada", start: 0 },
        { word: "London", box: { x: 1 } },
      ],
      {
        kind: "table",
        table: {
          headings: ["word", "start", "box"],
          rows: [
            ["Ada", "0", ""],
            ["London", "", '{"x":1}'],
          ],
        },
      },
    ],
    [
      "an object of plain members",
      { urgency: "urgent", score: 0.94, note: null },
      {
        kind: "members",
        members: [
          ["urgency", "urgent"],
          ["score", "0.94"],
          ["note", "null"],
        ],
      },
    ],
    ["null", null, { kind: "json" }],
    ["an empty list", [], { kind: "json" }],
    ["an empty object", {}, { kind: "json" }],
    [
      "a matrix",
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      { kind: "json" },
    ],
    ["an object with a list in it", { a: 1, list: [1, 2] }, { kind: "json" }],
  ])("the answer has a readable form when it is %s", (_, answer, expected) => {
    // Act
    const plan = planAnswer(answer, { q: "x" });

    // Assess
    expect(plan).toEqual(expected);
  });
});
