import { describe, expect, it } from "@jest/globals";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";
import { at, observations, PUBLISHED, PUBLISHED_ROWS } from "./support/observations";

/** The published predictions of XGBoost for the first two observations. */
const PREDICTED = ["6.349300861358643", "6.321451187133789"] as const;
const COUNTS = [571.092597122044, 555.3798181158465];

describe("the request", () => {
  it.each([1, 2, 3])("can contain %i observations", (count) => {
    // Prepare
    const request = observations(...PUBLISHED.slice(0, count));

    // Act
    const parsed = contract.schema.safeParse(request);

    // Assess
    expect(parsed).toEqual({ success: true, data: request });
  });

  it("equals the published observation in the example, with the published prediction", () => {
    // Act
    const { request, answer } = about.example;

    // Assess
    expect(request).toEqual(observations(PUBLISHED[0]));
    expect(answer).toEqual(COUNTS.slice(0, 1));
  });

  it.each([
    { what: "below zero", number: -8.2 },
    { what: "nothing", number: 0 },
    { what: "with an exponent", number: 1e-7 },
    { what: "large", number: Number.MAX_VALUE },
  ])("can contain a number that is $what", ({ number }) => {
    // Prepare
    const request = observations([
      "2012-12-19 17:00:00",
      number,
      number,
      number,
      number,
      number,
      number,
      0,
      0,
    ]);

    // Act
    const parsed = contract.schema.safeParse(request);

    // Assess
    expect(parsed.success).toBe(true);
  });
});

describe("the endpoint's request", () => {
  it.each(PUBLISHED.map((features, index) => ({ features, row: PUBLISHED_ROWS[index] })))(
    "is $row for one published observation",
    ({ features, row }) => {
      // Act
      const encoded = contract.encode(observations(features));

      // Assess
      expect(encoded).toEqual({ contentType: "text/csv", accept: "text/csv", body: row, rows: 1 });
    },
  );

  it("is one line per observation, in the order sent, without a newline at the end", () => {
    // Act
    const encoded = contract.encode(observations(...PUBLISHED));

    // Assess
    expect(encoded).toMatchObject({ body: PUBLISHED_ROWS.join("\n"), rows: 3 });
  });

  it("is the same when a datetime has T in place of the space", () => {
    // Act
    const encoded = contract.encode(observations(at("2012-12-19T17:00:00")));

    // Assess
    expect(encoded.body).toBe(PUBLISHED_ROWS[0]);
  });

  it.each(["2012-12-19 17:00:01", "2012-12-19 17:59:59"])("contains only the hour of %s", (datetime) => {
    // Act
    const encoded = contract.encode(observations(at(datetime)));

    // Assess
    expect(encoded.body).toBe(PUBLISHED_ROWS[0]);
  });
});

describe("the answer", () => {
  const [first, second] = PREDICTED;

  it.each([
    { what: "newlines", body: `${first}\n${second}` },
    { what: "newlines, including one at the end", body: `${first}\n${second}\n` },
    { what: "newlines of Windows", body: `${first}\r\n${second}\r\n` },
    { what: "commas", body: `${first},${second}` },
    { what: "commas and a newline at the end", body: `${first},${second}\n` },
    { what: "commas and spaces", body: `${first}, ${second}` },
    { what: "both", body: `${first},\n${second}\n` },
    { what: "both, the comma on the next line", body: `${first}\n,${second}` },
  ])("is read from numbers separated by $what", ({ body }) => {
    // Act
    const decoded = contract.decode(body, observations(PUBLISHED[0], PUBLISHED[1]));

    // Assess
    expect(decoded).toEqual(COUNTS);
  });

  it("is read from alternating commas and newlines, in the order sent", () => {
    // Act
    const decoded = contract.decode("0,1\n2\n", observations(...PUBLISHED));

    // Assess
    expect(decoded).toEqual([0, Math.expm1(1), Math.expm1(2)]);
  });

  it.each([
    { body: "0", count: 0 },
    { body: "-0.25", count: -0.22119921692859512 },
    { body: "-1e-05", count: -9.99995000016667e-6 },
    { body: "1e-17", count: 1e-17 },
    { body: "6.349300861358643E0", count: 571.092597122044 },
    { body: "+63.49300861358643e-1", count: 571.092597122044 },
    { body: ".5", count: 0.6487212707001282 },
    { body: "2.", count: 6.38905609893065 },
  ])("is $count when the endpoint answers $body", ({ body, count }) => {
    // Act
    const [decoded = Number.NaN] = contract.decode(body, observations(PUBLISHED[0]));

    // Assess
    expect(decoded / (count || 1)).toBeCloseTo(count === 0 ? 0 : 1, 14);
  });

  it.each([
    { what: "nothing", body: "" },
    { what: "white space", body: " \n" },
    { what: "a word", body: "many" },
    { what: "not a number", body: "nan" },
    { what: "NaN", body: "NaN" },
    { what: "infinity", body: "inf" },
    { what: "Infinity", body: "Infinity" },
    { what: "a number above the largest number", body: "1e999" },
    { what: "a logarithm whose count is above the largest number", body: "710" },
    { what: "a hexadecimal number", body: "0x10" },
    { what: "a number with an underscore", body: "1_0" },
    { what: "an incomplete exponent", body: "1e" },
    { what: "two points", body: "1.2.3" },
    { what: "a list in brackets", body: "[6.3]" },
    { what: "JSON", body: '{"predictions":[{"score":6.3}]}' },
    { what: "an error page", body: "<html>" },
  ])("cannot be read from $what", ({ body }) => {
    // Act
    const decode = () => contract.decode(body, observations(PUBLISHED[0]));

    // Assess
    expect(decode).toThrow(new UnreadablePredictions("a prediction is not a finite number"));
  });

  it.each([
    { what: "a comma at the end", body: `${first},${second},` },
    { what: "a comma at the beginning", body: `,${first}` },
    { what: "a gap", body: `${first},,${second}` },
    { what: "only a space between them", body: `${first} ${second}` },
    { what: "a semicolon between them", body: `${first};${second}` },
  ])("cannot be read from numbers with $what", ({ body }) => {
    // Act
    const decode = () => contract.decode(body, observations(PUBLISHED[0], PUBLISHED[1]));

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });

  it.each([
    { rows: 1, body: "1,2", came: 2 },
    { rows: 2, body: "1", came: 1 },
    { rows: 3, body: "1\n2\n", came: 2 },
    { rows: 3, body: "1,2\n3,4", came: 4 },
  ])("is refused when $rows row(s) have $came prediction(s)", ({ rows, body, came }) => {
    // Prepare
    const request = observations(...PUBLISHED.slice(0, rows));

    // Act
    const decode = () => contract.decode(body, request);

    // Assess
    expect(decode).toThrow(new UnreadablePredictions(`sent ${rows} row(s), received ${came} prediction(s)`));
  });
});

it("the contract sets rowsIn, so that the handler counts the rows before it validates them", () => {
  // Act
  const { rows, rowsIn } = contract.limits;

  // Assess
  expect(rows).toBeGreaterThan(1);
  expect(rowsIn).toBe("instances");
});
