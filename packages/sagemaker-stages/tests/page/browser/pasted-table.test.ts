import { describe, expect, it } from "@jest/globals";
import { parseTable, pasteCells } from "../../../src/page/browser/pasted-table";
import { type Column, MAX_ROWS_OF_TABLE } from "../../../src/page/plan/rows-plan";

describe("a pasted text", () => {
  it.each([
    [
      "tabs",
      "1\t2\n3\t4",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "commas",
      "1, 2\r\n3,4\r\n",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    ["tabs, so that a comma is not a separator", "1,5\t2", [["1,5", "2"]]],
    [
      "quotes around separators, line breaks and quotes",
      '"a,b","c\nd"\n"say ""x""",',
      [
        ["a,b", "c\nd"],
        ['say "x"', ""],
      ],
    ],
    ["a quote inside of a cell", '5" pipe,x', [['5" pipe', "x"]]],
    ["one value", "1.5", [["1.5"]]],
    ["nothing", "", [[""]]],
    ["empty cells", "\t\t1", [["", "", "1"]]],
    ["line breaks of old systems", "1\r2", [["1"], ["2"]]],
  ])("the text with %s is read cell by cell", (_, text, cells) => {
    // Act
    const parsed = parseTable(text);

    // Assess
    expect(parsed).toEqual(cells);
  });

  it("the text of a million cells is read within ten seconds", () => {
    // Prepare
    const text = '"1","2"\n'.repeat(500_000);

    // Act
    const start = performance.now();
    const parsed = parseTable(text);

    // Assess
    expect(parsed).toHaveLength(500_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("a paste into a table", () => {
  const column = (name: string, choices: readonly string[] = []): Column => ({
    name,
    required: true,
    kind: choices.length > 0 ? "choice" : "number",
    example: "",
    choices,
  });
  const COLUMNS = [column("length"), column("width"), column("colour", ["red", "blue"])];
  const CELLS = [["1", "2", "red"]];
  const paste = (row: number, at: number, pasted: string[][]) =>
    pasteCells(COLUMNS, CELLS, { row, column: at }, pasted);

  it("fills the cells from the position on, and adds rows", () => {
    // Act
    const result = paste(0, 1, [["5"], ["6"]]);

    // Assess
    expect(result).toEqual({
      cells: [
        ["1", "5", "red"],
        ["", "6", ""],
      ],
      count: 2,
    });
    expect(CELLS).toEqual([["1", "2", "red"]]);
  });

  it("assigns the columns by a row of names, in every order and case", () => {
    // Act
    const result = paste(0, 2, [
      ["Colour", "LENGTH"],
      ["BLUE", "7"],
    ]);

    // Assess
    expect(result).toEqual({ cells: [["7", "2", "blue"]], count: 1 });
  });

  it.each([
    [
      "a name of no column",
      [
        ["length", "height"],
        ["1", "2"],
      ],
      'Pasted: got the column "height"; allowed: length, width, colour.',
    ],
    [
      "too many columns",
      [["1", "2", "red"]],
      "Pasted: got 3 columns; allowed: at most 2 from this column on.",
    ],
    ["no choice", [["5", "green"]], 'Pasted: got colour "green" in row 1; allowed: red, blue.'],
    [
      "too many rows",
      Array<string[]>(MAX_ROWS_OF_TABLE + 1).fill(["1"]),
      `Pasted: got ${MAX_ROWS_OF_TABLE + 1} rows; allowed: at most ${MAX_ROWS_OF_TABLE} in the table.`,
    ],
  ])("the paste with %s changes nothing and names the reason", (_, pasted, fault) => {
    // Act
    const result = paste(0, 1, pasted);

    // Assess
    expect(result).toEqual({ fault });
  });
});
