import { describe, expect, it } from "@jest/globals";
import Ajv from "ajv-draft-04";
import fc from "fast-check";
import * as z from "zod/mini";
import { type RequestModel, requestModel } from "../../src/constructs/api/request-model";
import { models } from "../fixtures/app/functions";

/** A schema of each kind, with requests that it accepts. */
interface Kind {
  readonly kind: string;
  readonly schema: z.ZodMiniType;
  readonly accepted: readonly unknown[];
}

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

const tree: z.ZodMiniType<Tree, Tree> = z.strictObject({
  name: z.string(),
  children: z.array(z.lazy(() => tree)),
});

const node = z.object({
  value: z.number(),
  get next() {
    return z.optional(node);
  },
});

enum Level {
  low = 0,
  high = 1,
}

const iris = z.object({ petal: z.number() });
const strictA = z.strictObject({ a: z.string() });
const strictB = z.strictObject({ b: z.number() });

const kinds: readonly Kind[] = [
  { kind: "string", schema: z.string(), accepted: ["", "text"] },
  {
    kind: "string with lengths and a pattern",
    schema: z.string().check(z.minLength(1), z.maxLength(9), z.regex(/^a/), z.regex(/b$/)),
    accepted: ["ab", "a😀b"],
  },
  { kind: "trimmed string", schema: z.string().check(z.trim(), z.length(1)), accepted: ["  a  "] },
  { kind: "email", schema: z.email(), accepted: ["a@example.com"] },
  { kind: "url", schema: z.url(), accepted: ["https://example.com/a?b"] },
  { kind: "uuid", schema: z.uuid(), accepted: ["c6af9ac6-7b61-41e6-9a41-93e8deadbeef"] },
  { kind: "date and time", schema: z.iso.datetime(), accepted: ["2012-12-19T17:00:00Z"] },
  { kind: "time", schema: z.iso.time(), accepted: ["17:00:00"] },
  { kind: "base64", schema: z.base64(), accepted: ["aGk="] },
  { kind: "number", schema: z.number(), accepted: [0, -1.5, 1e300] },
  {
    kind: "number between exclusive bounds",
    schema: z.number().check(z.gt(0), z.lt(10), z.multipleOf(0.5)),
    accepted: [0.5, 9.5],
  },
  { kind: "int", schema: z.int(), accepted: [1, -5, 9007199254740991] },
  { kind: "int32", schema: z.int32(), accepted: [2147483647] },
  { kind: "boolean", schema: z.boolean(), accepted: [true, false] },
  { kind: "null", schema: z.null(), accepted: [null] },
  { kind: "literal", schema: z.literal("a"), accepted: ["a"] },
  { kind: "literals of several types", schema: z.literal(["a", 1, true]), accepted: ["a", 1, true] },
  { kind: "literal with null", schema: z.literal(["a", null]), accepted: ["a", null] },
  { kind: "enum", schema: z.enum(["a", "b"]), accepted: ["a", "b"] },
  { kind: "enum of TypeScript", schema: z.enum(Level), accepted: [0, 1] },
  { kind: "array", schema: z.array(z.number()).check(z.maxLength(3)), accepted: [[], [1, 2, 3]] },
  { kind: "array of nullable items", schema: z.array(z.nullable(z.number())), accepted: [[1, null]] },
  { kind: "tuple", schema: z.tuple([z.string(), z.number()]), accepted: [["a", 1]] },
  { kind: "empty tuple", schema: z.tuple([]), accepted: [[]] },
  {
    kind: "tuple with a rest",
    schema: z.tuple([z.string()], z.boolean()),
    accepted: [["a"], ["a", true, false]],
  },
  {
    kind: "tuple with optional items",
    schema: z.tuple([z.string(), z.optional(z.number())]),
    accepted: [["a"], ["a", 1]],
  },
  { kind: "object", schema: iris, accepted: [{ petal: 1 }, { petal: 1, unknown: "ignored" }] },
  { kind: "strictObject", schema: strictA, accepted: [{ a: "x" }] },
  { kind: "looseObject", schema: z.looseObject({ a: z.string() }), accepted: [{ a: "x", more: [null] }] },
  {
    kind: "object with a catchall",
    schema: z.catchall(z.object({ a: z.string() }), z.nullable(z.number())),
    accepted: [{ a: "x" }, { a: "x", b: 1, c: null }],
  },
  {
    kind: "object with every kind of optional property",
    schema: z.strictObject({
      optional: z.optional(z.string()),
      exact: z.exactOptional(z.string()),
      nullish: z.nullish(z.string()),
      default: z._default(z.string(), "a"),
      prefault: z.prefault(z.string(), "a"),
      union: z.optional(z.union([z.string(), z.undefined()])),
      unknown: z.optional(z.unknown()),
      never: z.optional(z.never()),
      undefined: z.optional(z.undefined()),
      caught: z.catch(z.string(), "a"),
    }),
    accepted: [{}, { nullish: null, default: "b", unknown: null, caught: 5 }],
  },
  {
    kind: "object with nullable properties",
    schema: z.strictObject({ a: z.nullable(z.number()), b: z.nullable(strictA) }),
    accepted: [
      { a: null, b: null },
      { a: 1, b: { a: "x" } },
    ],
  },
  { kind: "record", schema: z.record(z.string(), z.number()), accepted: [{}, { a: 1, "b-c": 2 }] },
  {
    kind: "record with a key for each choice",
    schema: z.record(z.enum(["a", "b"]), z.optional(z.number())),
    accepted: [{ a: 1, b: 2 }, { a: 1 }],
  },
  {
    kind: "partial record",
    schema: z.partialRecord(z.enum(["a", "b"]), z.number()),
    accepted: [{}, { a: 1 }],
  },
  {
    kind: "loose record",
    schema: z.looseRecord(z.string().check(z.regex(/^n_/)), z.number()),
    accepted: [{ n_a: 1, other: "text" }],
  },
  {
    kind: "union",
    schema: z.union([z.string(), z.array(z.string())]),
    accepted: ["a", ["a", "b"]],
  },
  { kind: "union with null", schema: z.union([z.string(), z.null()]), accepted: ["a", null] },
  { kind: "exclusive union", schema: z.xor([z.email(), z.url()]), accepted: ["a@example.com"] },
  {
    kind: "discriminated union",
    schema: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("rows"), rows: z.array(z.number()) }),
      z.object({ kind: z.literal("text"), text: z.string() }),
    ]),
    accepted: [
      { kind: "rows", rows: [1] },
      { kind: "text", text: "a", more: 1 },
    ],
  },
  {
    kind: "intersection",
    schema: z.intersection(iris, z.object({ b: z.string() })),
    accepted: [{ petal: 1, b: "" }],
  },
  {
    kind: "intersection of strict objects",
    schema: z.intersection(strictA, strictB),
    accepted: [{ a: "", b: 1 }],
  },
  {
    kind: "intersection of a strict object and a union of strict objects",
    schema: z.intersection(
      strictA,
      z.union([z.object({ b: z.number() }), z.looseObject({ c: z.boolean() })]),
    ),
    accepted: [
      { a: "", b: 1 },
      { a: "", c: true },
    ],
  },
  {
    kind: "intersection with a record",
    schema: z.intersection(strictA, z.record(z.string(), z.string())),
    accepted: [{ a: "" }],
  },
  { kind: "nullable", schema: z.nullable(z.string()), accepted: ["a", null] },
  {
    kind: "nullish",
    schema: z.object({ a: z.nullish(z.string()) }),
    accepted: [{}, { a: null }, { a: "x" }],
  },
  { kind: "optional", schema: z.object({ a: z.optional(z.string()) }), accepted: [{}, { a: "x" }] },
  {
    kind: "nonoptional",
    schema: z.object({ a: z.nonoptional(z.nullish(z.string())) }),
    accepted: [{ a: null }],
  },
  { kind: "readonly", schema: z.readonly(z.array(z.nullable(z.string()))), accepted: [[null]] },
  { kind: "catch", schema: z.catch(z.number(), 0), accepted: ["no number", null] },
  { kind: "success", schema: z.success(z.nullable(z.number())), accepted: [5, null] },
  { kind: "lazy", schema: z.lazy(() => z.nullable(z.string())), accepted: [null] },
  {
    kind: "schema that is recursive through lazy",
    schema: tree,
    accepted: [{ name: "a", children: [{ name: "b", children: [{ name: "c", children: [] }] }] }],
  },
  {
    kind: "schema that is recursive through a getter",
    schema: node,
    accepted: [{ value: 1, next: { value: 2, next: { value: 3 } } }],
  },
  { kind: "any", schema: z.any(), accepted: [null, 1, [{}]] },
  { kind: "unknown", schema: z.unknown(), accepted: [null, 1, [{}]] },
  { kind: "json", schema: z.json(), accepted: [null, 1, [{ a: [null] }]] },
  { kind: "custom", schema: z.custom<string>((value) => typeof value === "string"), accepted: ["a"] },
  { kind: "template literal", schema: z.templateLiteral(["row-", z.number()]), accepted: ["row-5"] },
  { kind: "coerced number", schema: z.coerce.number(), accepted: ["5", true, null] },
  { kind: "coerced string", schema: z.coerce.string(), accepted: [5, null] },
  { kind: "pipe", schema: z.pipe(z.nullable(z.string()), z.nullable(z.string())), accepted: [null, "a"] },
  {
    kind: "schema with a refinement",
    schema: z.array(z.number()).check(z.refine((list) => list.length > 0)),
    accepted: [[1]],
  },
  {
    kind: "schema with an id",
    schema: z.array(z.object({ a: z.string().register(z.globalRegistry, { id: "request-model-a" }) })),
    accepted: [[{ a: "x" }]],
  },
];

/** API Gateway validates by draft 4 of JSON Schema. */
function compile(model: RequestModel) {
  return new Ajv({ strictTypes: false }).compile(model);
}

/** Keywords that API Gateway imports from an OpenAPI 3.0 document, each with one type. */
const IMPORTED = [
  "type",
  "enum",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
  "description",
];

/** All schemas in a model. */
function schemasIn(model: RequestModel): RequestModel[] {
  const { properties = {}, additionalProperties, items, anyOf = [] } = model;
  const inner = [...Object.values(properties), ...anyOf, additionalProperties, items];
  return [model, ...inner.flatMap((one) => (typeof one === "object" ? schemasIn(one) : []))];
}

describe.each(kinds)("the request model of $kind", ({ schema, accepted }) => {
  const model = requestModel(schema);
  const fits = compile(model);

  it.each(accepted.map((request) => [JSON.stringify(request), request]))(
    "accepts %s, as the contract does",
    (_, request) => {
      // Act
      const passes = fits(request);

      // Assess
      expect(schema.safeParse(request).success).toBe(true);
      expect(passes).toBe(true);
    },
  );

  it("never refuses a JSON document that the contract accepts", () => {
    // Prepare: documents that are similar to the accepted documents, and arbitrary documents
    const near = fc.constantFrom(...accepted).chain((request) => changesOf(request));

    // Act
    const [refused] = fc
      .sample(fc.oneof(near, fc.jsonValue()), { numRuns: 300, seed: 4 })
      .filter((request) => schema.safeParse(request).success && !fits(request));

    // Assess
    expect(refused).toBeUndefined();
  });

  it("contains only keywords that API Gateway imports", () => {
    // Act
    const schemas = schemasIn(model);

    // Assess
    expect(schemas.flatMap((one) => Object.keys(one)).filter((word) => !IMPORTED.includes(word))).toEqual([]);
    expect(JSON.stringify(model)).not.toMatch(/"(null|integer)"|\$ref/);
  });
});

/** A copy of a document with one value replaced, or with one property added or removed. */
function changesOf(request: unknown): fc.Arbitrary<unknown> {
  const other = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(request));
  if (Array.isArray(request)) {
    const changed = request.map((item) => fc.oneof(fc.constant(item), changesOf(item)));
    return fc.oneof(other, fc.tuple(...changed), fc.constant([...request, ...request]));
  }
  if (typeof request !== "object" || request === null) return other;
  const changed = Object.entries(request).map(([name, value]) => [
    name,
    fc.oneof(fc.constant(value), changesOf(value)),
  ]);
  const properties: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(changed);
  return fc.oneof(
    other,
    fc.record(properties, { requiredKeys: [] }),
    fc
      .tuple(fc.record(properties), fc.string(), fc.jsonValue())
      .map(([all, name, value]) => ({ ...all, [name]: value })),
  );
}

describe("a request model", () => {
  it.each(Object.entries(models))("of %s accepts the contract's own example", (_, { schema, example }) => {
    // Act
    const passes = compile(requestModel(schema))(example.request);

    // Assess
    expect(passes).toBe(true);
  });

  it.each([
    ["a number for a string", z.string(), 5],
    ["null for a string", z.string(), null],
    ["a text beside an enum", z.enum(["a", "b"]), "c"],
    ["an unknown property of a strict object", strictA, { a: "", b: 1 }],
    ["a missing property", iris, {}],
    ["a text in a list of numbers", z.array(z.number()), ["a"]],
    ["a boolean for a choice of text and number", z.union([z.string(), z.number()]), true],
    [
      "a property that neither side of an intersection declares",
      z.intersection(strictA, strictB),
      { a: "", b: 1, c: 1 },
    ],
    ["a value of a record", z.record(z.string(), z.number()), { a: "x" }],
  ])("still refuses %s", (_, schema, request) => {
    // Act
    const passes = compile(requestModel(schema))(request);

    // Assess
    expect(schema.safeParse(request).success).toBe(false);
    expect(passes).toBe(false);
  });

  it("contains the descriptions of the contract", () => {
    // Prepare
    const schema = z.object({ petal: z.number().check(z.describe("Length in cm")) });

    // Act
    const model = requestModel(schema);

    // Assess
    expect(model.properties).toEqual({ petal: { type: "number", description: "Length in cm" } });
  });

  it.each([
    ["z.date()", z.date()],
    ["z.bigint()", z.bigint()],
    ["z.bigint()", z.literal(5n)],
    ["z.map()", z.map(z.string(), z.string())],
    ["z.set()", z.set(z.string())],
    ["z.symbol()", z.symbol()],
    ["z.nan()", z.nan()],
    ["z.file()", z.file()],
    ["z.promise()", z.promise(z.string())],
    ["z.transform()", z.pipe(z.string(), z.transform(Number))],
    ["z.transform()", z.transform(Number)],
    ["z.codec()", z.stringbool()],
  ])("is refused for %s, and the fault names the path and the schema to use", (got, part) => {
    // Prepare
    const schema = z.object({ rows: z.array(z.object({ at: z.optional(part) })) });

    // Act
    const make = () => requestModel(schema);

    // Assess
    expect(make).toThrow(`schema.rows[].at: got ${got}; allowed: `);
  });
});
