import { describe, expect, it } from "@jest/globals";
import { readCsv, rowsBelow } from "../csv";
import { UnexpectedData } from "../script";

describe("a CSV text", () => {
  it.each([
    [
      "lines",
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a last line without an end",
      "a,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "lines with Windows line ends",
      "a,b\r\n1,2\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["empty fields", ",a,\n", [["", "a", ""]]],
    ["an empty field at the end of the text", "a,", [["a", ""]]],
    ["a quoted comma", '"a,b",c\n', [["a,b", "c"]]],
    ["a quoted line end", '"a\nb",c\n', [["a\nb", "c"]]],
    ["doubled quotes", '"a ""b""",""\n', [['a "b"', ""]]],
    ["empty lines", "\na\n\nb\n\n", [["a"], ["b"]]],
    ["nothing", "", []],
  ])("may contain %s", (_what, text, records) => {
    // Act
    const read = readCsv(text);

    // Assess
    expect(read).toEqual(records);
  });

  it.each([
    ['a\n"b', "record 2: a quote is not closed or not opened"],
    ['a\nb"c\n', "record 2: a quote is not closed or not opened"],
    ['"a"b\n', "record 1: a quote is not closed or not opened"],
  ])("is refused: %j", (text, message) => {
    // Act
    const read = () => readCsv(text);

    // Assess
    expect(read).toThrow(new UnexpectedData(message));
  });
});

describe("the rows below a header", () => {
  it("are all but the header", () => {
    // Act
    const rows = rowsBelow(
      ["a", "b"],
      [
        ["a", "b"],
        ["1", "2"],
      ],
    );

    // Assess
    expect(rows).toEqual([["1", "2"]]);
  });

  it.each([
    ["another header", [["a", "c"]], "expected the columns a,b; got a,c"],
    ["no header", [], "expected the columns a,b; got "],
    ["a row too short", [["a", "b"], ["1", "2"], ["3"]], "row 2: expected 2 fields, got 1"],
  ])("are refused with %s", (_what, records, message) => {
    // Act
    const read = () => rowsBelow(["a", "b"], records);

    // Assess
    expect(read).toThrow(new UnexpectedData(message));
  });
});
