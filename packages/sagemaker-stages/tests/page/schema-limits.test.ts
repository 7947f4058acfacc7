import { describe, expect, it } from "@jest/globals";
import Ajv from "ajv-draft-04";
import { rows } from "../../src/contracts/rows";
import { text } from "../../src/contracts/text";
import { planRoutes } from "../../src/page/plan/form-plan";
import { readRows } from "../../src/page/plan/rows-plan";
import { documentOf } from "./support/documents";

const made = rows({
  features: [
    "plain",
    { name: "age", type: "integer", min: 0, max: 120 },
    { name: "since", max: 100_000_000_000, optional: true },
    { name: "sex", values: ["f", "m"], optional: true },
    { name: "a.b[]", type: "text", maxCharacters: 5 },
    { name: "signed on", type: "date" },
  ],
  answer: "json",
  maxRows: 7,
});
const document = documentOf({ people: made });
const ajv = new Ajv({ formats: { date: /^\d{4}-\d\d-\d\d$/ } });
const ROW = { plain: 1, age: 5, since: null, sex: null, "a.b[]": "abc", "signed on": "2026-11-30" };

describe("the limits of rows", () => {
  it("are in the public document, in the structure of OpenAPI 3.0", () => {
    // Act
    const { PeopleRequest: schema } = document.components.schemas;

    // Assess
    expect(schema).toMatchObject({
      properties: {
        rows: {
          minItems: 1,
          maxItems: 7,
          items: {
            required: ["plain", "age", "a.b[]", "signed on"],
            properties: {
              plain: { type: "number" },
              age: { type: "integer", minimum: 0, maximum: 120 },
              since: { anyOf: [{ type: "number", maximum: 100_000_000_000 }, { enum: [null] }] },
              sex: { anyOf: [{ type: "string", enum: ["f", "m"] }, { enum: [null] }] },
              "a.b[]": { type: "string", maxLength: 5 },
              "signed on": { type: "string", format: "date" },
            },
          },
        },
      },
    });
    expect(JSON.stringify(document)).not.toContain("x-schema-limits");
  });

  it.each([
    ["age", 120, 121, { maximum: 120 }],
    ["age", 0, -1, { minimum: 0 }],
    ["age", 5, 5.5, { type: "integer" }],
    ["since", 100_000_000_000, 200_000_000_000, { anyOf: [{ maximum: 100_000_000_000 }, {}] }],
    ["a.b[]", "abcde", "abcdef", { maxLength: 5 }],
    ["signed on", "2026-02-28", "28 February", { format: "date" }],
    ["since", null, "", { anyOf: [{}, { enum: [null] }] }],
    ["sex", null, "x", { anyOf: [{ enum: ["f", "m"] }, { enum: [null] }] }],
  ])("of %s are the limits of the handler, which accepts %s and refuses %s", (name, good, bad, limits) => {
    // Prepare
    const { contract } = made.as("people");
    const { PeopleRequest: schema } = document.components.schemas;
    const requests = [good, bad].map((value) => ({ rows: [{ ...ROW, [name]: value }] }));

    // Act
    const byHandler = requests.map((request) => contract.schema.safeParse(request).success);
    const byDocument = requests.map((request) => ajv.validate(schema as object, request));

    // Assess
    expect(schema).toMatchObject({ properties: { rows: { items: { properties: { [name]: limits } } } } });
    expect([byHandler, byDocument]).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it.each([
    [0, false],
    [1, true],
    [7, true],
    [8, false],
  ])("permit %s rows: %s, in the document as in the handler", (count, isPermitted) => {
    // Prepare
    const { contract } = made.as("people");
    const request = { rows: Array.from({ length: count }, () => ROW) };

    // Act
    const byDocument = ajv.validate(document.components.schemas.PeopleRequest as object, request);
    const byHandler = contract.schema.safeParse(request).success && count <= (contract.limits.rows ?? 0);

    // Assess
    expect([byDocument, byHandler]).toEqual([isPermitted, isPermitted]);
  });

  it("leave out the limits that no one set", () => {
    // Prepare
    const counted = rows({
      features: [
        { name: "n", type: "integer", max: 5 },
        { name: "m", type: "integer" },
      ],
      answer: "json",
    });

    // Act
    const text = JSON.stringify(documentOf({ counted }));

    // Assess
    expect(text).toContain('"maximum":5');
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it("keep a feature whose name looks like an extension of API Gateway", () => {
    // Prepare
    const strange = rows({ features: ["x-amazon-score", "other"], answer: "json" });

    // Act
    const { StrangeRequest: schema } = documentOf({ strange }).components.schemas;

    // Assess
    const request = { rows: [{ "x-amazon-score": 1, other: 2 }] };
    expect(ajv.validate(schema as object, request)).toBe(true);
  });

  it.each([
    "$\u007bx}",
    'a "quoted" name',
    "back\\slash",
    "😀 é",
    "0",
    "-1",
    "class",
    "length",
    " blanks ",
    "a.b[0]",
    "$\u007bx.y}",
    "price ($\u007beur) (x)",
    "x".repeat(100),
  ])("do not hide the feature with the name %s from the form", (name) => {
    // Prepare
    const strange = rows({ features: [{ name, type: "integer", max: 5 }, "other"], answer: "json" });
    const plan = planRoutes(documentOf({ strange }))[0]?.fields[0]?.rows;
    if (plan === undefined) throw new Error("the form has no table");
    const rowWith = (text: string) => plan.columns.map((column) => (column.name === name ? text : "1"));
    const { contract } = strange.as("strange");

    // Act
    const read = readRows(plan, [rowWith("3")]);

    // Assess
    expect(read).toEqual({ value: [{ [name]: 3, other: 1 }] });
    expect(contract.schema.safeParse({ rows: [{ [name]: 3, other: 1 }] }).success).toBe(true);
  });

  it("leave an optional choice a list of its values", () => {
    // Act
    const columns = planRoutes(document)[0]?.fields[0]?.rows?.columns;

    // Assess
    expect(columns?.map(({ name, kind }) => [name, kind])).toContainEqual(["sex", "choice"]);
    expect(columns?.find(({ name }) => name === "sex")?.choices).toEqual(["f", "m"]);
  });

  it("are absent from the document of another contract", () => {
    // Act
    const example = { text: "Hi", answer: "Hello" };
    const other = documentOf({ words: text({ answer: "text", maxCharacters: 5, example }) });

    // Assess
    expect(JSON.stringify(other)).not.toMatch(/maxLength|maxItems/);
  });
});
