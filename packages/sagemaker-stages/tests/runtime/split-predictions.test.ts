import { describe, expect, it } from "@jest/globals";
import { splitPredictions } from "../../src/runtime/contract";

describe("splitPredictions", () => {
  it.each([
    { body: "0.25", separator: /[\n,]/g, cells: ["0.25"] },
    { body: "0.25,0.5\n", separator: /[\n,]/g, cells: ["0.25", "0.5"] },
    { body: "0.25, \n0.5", separator: /[\s,]+/g, cells: ["0.25", "0.5"] },
    { body: "1,,3", separator: /,/g, cells: ["1", "", "3"] },
  ])("returns the cells of $body when there is one for each row", ({ body, separator, cells }) => {
    expect(splitPredictions(body, separator, cells.length)).toEqual(cells);
  });

  it.each([
    { body: "", rows: 2, predictions: 1 },
    { body: "1,2", rows: 3, predictions: 2 },
    { body: "1,2,3,4", rows: 1, predictions: 4 },
    { body: "1,".repeat(1_000_000), rows: 2, predictions: 1_000_001 },
  ])(
    "throws an error with both numbers when there are $predictions predictions for $rows rows",
    ({ body, rows, predictions }) => {
      expect(() => splitPredictions(body, /,/g, rows)).toThrow(
        expect.objectContaining({ name: "UnreadablePredictions", counts: { rows, predictions } }),
      );
    },
  );
});
