import { describe, expect, it } from "@jest/globals";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";
import { BENIGN_ROW as ROW } from "./support/rows";

/** {@link ROW} with a different text in place of one number. */
function rowWith(cell: string, position: number): string {
  return ROW.split(",")
    .with(position - 1, cell)
    .join(",");
}

describe("the request", () => {
  it.each([
    { what: "a row", request: { data: ROW } },
    { what: "a list of one row", request: { data: [ROW] } },
    { what: "a list of rows", request: { data: [ROW, ROW] } },
  ])("can be $what", ({ request }) => {
    // Act
    const parsed = contract.schema.safeParse(request);

    // Assess
    expect(parsed).toEqual({ success: true, data: request });
  });

  it("equals the published row in the example", () => {
    // Act
    const { request, answer } = about.example;

    // Assess
    expect(request).toEqual({ data: ROW });
    expect(answer).toBe("B");
  });
});

describe("the endpoint's request", () => {
  it.each([
    "0.07697999999999999",
    "1.3530000000000002",
    "1e-3",
    "1E+3",
    "+1",
    "-1",
    "-0",
    ".5",
    "5.",
    "007",
    "561.0",
    " 1",
    "1 ",
    "\t1",
    "12345678901234567890",
    "5e-324",
    "1e-999",
  ])("contains the caller's number %j unchanged", (cell) => {
    // Prepare
    const request = { data: rowWith(cell, 2) };

    // Act
    const parsed = contract.schema.safeParse(request);
    const encoded = contract.encode(request);

    // Assess
    expect(parsed.success).toBe(true);
    expect(encoded.body).toBe(rowWith(cell, 2));
  });

  it("is one line for one row", () => {
    // Act
    const encoded = contract.encode({ data: ROW });

    // Assess
    expect(encoded).toEqual({ contentType: "text/csv", accept: "application/json", body: ROW, rows: 1 });
  });

  it("is one line per row, in the order sent, without a newline at the end", () => {
    // Prepare
    const data = [rowWith("1", 1), rowWith("2", 1), rowWith("3", 1)];

    // Act
    const encoded = contract.encode({ data });

    // Assess
    expect(encoded).toMatchObject({ body: `${data[0]}\n${data[1]}\n${data[2]}`, rows: 3 });
  });
});

describe("the answer", () => {
  const SINGLE = { data: ROW };

  it.each([
    { prediction: { score: 0.0123, predicted_label: 0 }, answer: "B" },
    { prediction: { score: 0.97, predicted_label: 1 }, answer: "M" },
    { prediction: { score: 0.9, predicted_label: 0 }, answer: "B" },
    { prediction: { score: 0.1, predicted_label: 1 }, answer: "M" },
    { prediction: { predicted_label: 1 }, answer: "M" },
    { prediction: { score: 0.4999 }, answer: "B" },
    { prediction: { score: 0.5 }, answer: "M" },
    { prediction: { score: 0.9999 }, answer: "M" },
    { prediction: { score: 0 }, answer: "B" },
    { prediction: { score: 1 }, answer: "M" },
  ])(
    "is $answer for the prediction $prediction: the score decides only without a label",
    ({ prediction, answer }) => {
      // Prepare
      const body = JSON.stringify({ predictions: [prediction] });

      // Act
      const decoded = contract.decode(body, SINGLE);

      // Assess
      expect(decoded).toBe(answer);
    },
  );

  it("can contain a label written as 1.0", () => {
    // Act
    const decoded = contract.decode('{"predictions":[{"score":0.97,"predicted_label":1.0}]}', SINGLE);

    // Assess
    expect(decoded).toBe("M");
  });

  it("is a list in the order sent when the request is a batch", () => {
    // Prepare
    const body = JSON.stringify({
      predictions: [{ predicted_label: 1 }, { score: 0.2 }, { predicted_label: 1 }],
    });

    // Act
    const decoded = contract.decode(body, { data: [ROW, ROW, ROW] });

    // Assess
    expect(decoded).toEqual(["M", "B", "M"]);
  });

  it.each([
    { what: "a label as text", prediction: { predicted_label: "1" } },
    { what: "a label as true", prediction: { predicted_label: true } },
    { what: "a label of null and a score", prediction: { score: 0.9, predicted_label: null } },
    { what: "a label that is neither 0 nor 1", prediction: { score: 0.9, predicted_label: 2 } },
    { what: "a label between 0 and 1", prediction: { predicted_label: 0.5 } },
    { what: "a score as text", prediction: { score: "0.9" } },
    { what: "a score of null", prediction: { score: null } },
    { what: "a score as a list", prediction: { score: [0.9] } },
    { what: "a score above 1", prediction: { score: 1.5 } },
    { what: "a score below 0", prediction: { score: -0.1 } },
    { what: "neither label nor score", prediction: {} },
    { what: "a list for a prediction", prediction: [] },
    { what: "a number for a prediction", prediction: 0 },
    { what: "null for a prediction", prediction: null },
  ])("cannot be read from $what", ({ prediction }) => {
    // Prepare
    const body = JSON.stringify({ predictions: [prediction] });

    // Act
    const decode = () => contract.decode(body, SINGLE);

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });

  it.each(["", "0.5", "null", "[]", "{}", '{"predictions":null}', '{"predictions":{}}', "NaN", "{"])(
    "cannot be read from %j",
    (body) => {
      // Act
      const decode = () => contract.decode(body, SINGLE);

      // Assess
      expect(decode).toThrow(new UnreadablePredictions("the answer has no list of predictions"));
    },
  );

  it.each([
    { rows: 1, data: ROW, came: 0 },
    { rows: 1, data: ROW, came: 2 },
    { rows: 1, data: [ROW], came: 2 },
    { rows: 3, data: [ROW, ROW, ROW], came: 2 },
    { rows: 3, data: [ROW, ROW, ROW], came: 4 },
  ])("is refused when $rows row(s) have $came prediction(s)", ({ rows, data, came }) => {
    // Prepare
    const body = JSON.stringify({ predictions: Array(came).fill({ predicted_label: 0 }) });

    // Act
    const decode = () => contract.decode(body, { data });

    // Assess
    expect(decode).toThrow(new UnreadablePredictions(`sent ${rows} row(s), received ${came} prediction(s)`));
  });
});

it("the contract sets rowsIn, so that the handler counts the rows before it validates them", () => {
  // Act
  const { rows, rowsIn } = contract.limits;

  // Assess
  expect(rows).toBeGreaterThan(1);
  expect(rowsIn).toBe("data");
});
