import { describe, expect, it } from "@jest/globals";
import { type Row, rowsOf } from "../../src/drift/rows";

const named = (row: Readonly<Record<string, unknown>>): Row => ({
  names: Object.keys(row),
  values: Object.values(row),
});

describe("the rows of a request", () => {
  it.each<[string, unknown, string | undefined, readonly Row[]]>([
    [
      "the list's name if a row is one value",
      { rows: ["a", 2] },
      "rows",
      [named({ rows: "a" }), named({ rows: 2 })],
    ],
    [
      "the list's name if a row is one value, without the name of the list of rows",
      { inputs: ["a"], parameters: { top_k: 1 } },
      undefined,
      [named({ inputs: "a" })],
    ],
    [
      "the list's name if a row is one value, and members are paths",
      { "rows.0": "a", "rows.1": 2 },
      "rows",
      [named({ rows: "a" }), named({ rows: 2 })],
    ],
    ["the name request if the request is one value", "a", undefined, [named({ request: "a" })]],
    ["the names of the row's members", { rows: [{ a: { b: 1 } }] }, "rows", [named({ "a.b": 1 })]],
    ["no name and no value if the row is an empty object", { rows: [{}] }, "rows", [named({})]],
    [
      "no names if the row is a list",
      { rows: [[1, 2], []] },
      "rows",
      [
        { names: undefined, values: [1, 2] },
        { names: undefined, values: [] },
      ],
    ],
    [
      "no names if the row is a list of no features",
      { a: [] },
      undefined,
      [{ names: undefined, values: [] }],
    ],
  ])("have %s", (_, document, rowsIn, expected) => {
    // Act
    const rows = rowsOf(document, rowsIn);

    // Assess
    expect(rows).toEqual(expected);
  });
});
