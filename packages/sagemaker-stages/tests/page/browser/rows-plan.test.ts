import { describe, expect, it } from "@jest/globals";
import { rows } from "../../../src/contracts/rows";
import { planRequest, planRoutes, type RoutePlan } from "../../../src/page/plan/form-plan";
import { describeFaults, planRows, type RowsPlan, readRows } from "../../../src/page/plan/rows-plan";
import type { Json } from "../../../src/page/public-document";
import { documentOf, everyRoute } from "../support/documents";

const IRIS = documentOf({
  iris: rows({
    features: ["length", { name: "petals", type: "integer" }, { name: "colour", values: ["red", "blue"] }],
    answer: "json",
  }),
});

function routeOf(document = IRIS): RoutePlan {
  const [route] = planRoutes(document);
  if (route === undefined) throw new Error("there is no route");
  return route;
}

function rowsOf(route = routeOf()): RowsPlan {
  const plan = route.fields[0]?.rows;
  if (plan === undefined) throw new Error("there are no rows");
  return plan;
}

/** The plan of a list whose members have this schema. */
const planOf = (items: Json, example?: Json) => planRows({ type: "array", items }, example, everyRoute());

describe("a list of records", () => {
  it("the list becomes a table with a column for each feature, filled with the example", () => {
    // Act
    const { columns, example } = rowsOf();

    // Assess
    expect(columns).toMatchObject([
      { name: "length", kind: "number", required: true },
      { name: "petals", kind: "number", required: true },
      { name: "colour", kind: "choice", required: true, choices: ["red", "blue"] },
    ]);
    expect(example).toHaveLength(1);
    expect(example[0]).toHaveLength(3);
  });

  it("the list is sent in the form of the contract's schema", () => {
    // Prepare
    const route = routeOf();
    const cells = [
      ["5.1", "4", "red"],
      ["-1e3", "0", "blue"],
    ];

    // Act
    const planned = planRequest(route, new Map(route.fields.map((field) => [field, cells])));

    // Assess
    expect(planned).toEqual({
      target: "/iris",
      body: {
        rows: [
          { length: 5.1, petals: 4, colour: "red" },
          { length: -1000, petals: 0, colour: "blue" },
        ],
      },
    });
  });

  it("the table has a control of the right kind for values that can be missing, and omits empty cells", () => {
    // Prepare
    const features = [
      { name: "x", min: 0, optional: true },
      { name: "plan", values: ["basic", "plus"], optional: true },
      { name: "note", type: "text", optional: true },
      { name: "day", type: "date" },
    ] as const;
    const route = routeOf(documentOf({ churn: rows({ features, answer: "csv" }) }));
    const cells = [["", "", "", "2026-11-30"]];

    // Act
    const { columns, example } = rowsOf(route);
    const planned = planRequest(route, new Map(route.fields.map((field) => [field, cells])));

    // Assess
    expect(columns).toMatchObject([
      { name: "x", kind: "number", required: false },
      { name: "plan", kind: "choice", required: false, choices: ["basic", "plus"] },
      { name: "note", kind: "text", required: false },
      { name: "day", kind: "text", required: true },
    ]);
    expect(example).toEqual([["1", "basic", "a text", "2026-11-30"]]);
    expect(planned).toEqual({ target: "/churn", body: { rows: [{ day: "2026-11-30" }] } });
  });

  it("the table has one row without an example, and all rows of an example of lists", () => {
    // Prepare
    const properties = { a: { type: "number" }, b: { type: "string" } };

    // Act
    const plans = [
      planOf({ type: "object", properties }),
      planOf({ type: "object", properties }, [[1, "x"]]),
    ];

    // Assess
    expect(plans.map((plan) => plan?.example)).toEqual([[["", ""]], [["1", "x"]]]);
  });

  it.each<[string, Json, Json]>([
    ["a number", "number", 5],
    ["a text", "string", "x"],
  ])("a column takes JSON when a later row has null in place of %s, and sends null", (_, type, first) => {
    // Prepare
    const items = { type: "object", properties: { a: { anyOf: [{ type }, {}] } }, required: ["a"] };

    // Act
    const plan = planOf(items, [{ a: first }, { a: null }]);
    const read = plan === undefined ? undefined : readRows(plan, plan.example);

    // Assess
    expect(plan?.columns).toMatchObject([{ name: "a", kind: "json" }]);
    expect(read).toEqual({ value: [{ a: first }, { a: null }] });
  });

  it("the list becomes a table when records are one of several alternatives", () => {
    // Act
    const plan = planOf({
      anyOf: [{ type: "array" }, { type: "object", properties: { a: { type: "number" } } }],
    });

    // Assess
    expect(plan?.columns.map(({ name }) => name)).toEqual(["a"]);
  });

  it.each<[string, Json, Json | undefined]>([
    ["of lists", { type: "array", items: { type: "number" } }, [[1, 2]]],
    ["of anything", {}, [{ a: 1 }]],
    [
      "of records with null in the first",
      { type: "object", properties: { a: { anyOf: [{ type: "number" }, {}] } } },
      [{ a: null }, { a: 1 }],
    ],
    [
      "of records with a list in them",
      { type: "object", properties: { a: { type: "array" } } },
      [{ a: [1] }],
    ],
    [
      "of more rows than a page shows",
      { type: "object", properties: { a: { type: "number" } } },
      Array(501).fill({ a: 1 }),
    ],
  ])("the list does not become a table: %s", (_, items, example) => {
    // Act
    const plan = planOf(items, example);

    // Assess
    expect(plan).toBeUndefined();
  });
});

describe("the cells of a table", () => {
  it("the cells are omitted when they are empty and optional", () => {
    // Prepare
    const plan = planOf({
      type: "object",
      properties: { a: { type: "number" }, b: { type: "string" } },
      required: ["a"],
    }) as RowsPlan;

    // Act
    const read = readRows(plan, [["1", " "]]);

    // Assess
    expect(read).toEqual({ value: [{ a: 1 }] });
  });

  it("the cells are refused with their positions when their values are invalid", () => {
    // Act
    const read = readRows(rowsOf(), [
      ["1", "2", "red"],
      ["many", "", "blue"],
    ]);

    // Assess
    expect(read).toEqual({
      faults: [
        { row: 1, column: 0, fault: "This must be a number, such as 0.5." },
        { row: 1, column: 1, fault: "This must not be empty." },
      ],
    });
    expect(describeFaults(rowsOf(), "faults" in read ? read.faults : [])).toBe(
      "Row 2, length: This must be a number, such as 0.5. Values with a fault: 2.",
    );
  });

  it("the cells are refused when all are empty and the list is required", () => {
    // Prepare
    const route = routeOf();

    // Act
    const planned = planRequest(route, new Map(route.fields.map((field) => [field, [["", " ", ""]]])));

    // Assess
    expect("faults" in planned && [...planned.faults.values()]).toEqual(["This must not be empty."]);
  });
});
