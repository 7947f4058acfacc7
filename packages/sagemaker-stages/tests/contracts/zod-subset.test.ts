import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import type * as bytesModule from "../../src/contracts/bytes";
import type * as huggingFaceModule from "../../src/contracts/hugging-face";
import type { TaskName } from "../../src/contracts/hugging-face-tasks";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import type * as passThroughModule from "../../src/contracts/pass-through";
import type * as rowsModule from "../../src/contracts/rows";
import type * as textModule from "../../src/contracts/text";
import type { ModelModule } from "../../src/models";
import { stopAtFirstFaults } from "../../src/runtime/bounded-schema";
import { describeFaults } from "../../src/runtime/faults";

const CONTRACTS = join(__dirname, "../../src/contracts");

/** Ready-made contracts, by the rules in their schemas. */
function contracts(): Readonly<Record<string, ModelModule<unknown, unknown>>> {
  const { rows }: typeof rowsModule = require("../../src/contracts/rows");
  const { bytes }: typeof bytesModule = require("../../src/contracts/bytes");
  const { text }: typeof textModule = require("../../src/contracts/text");
  const { huggingFace }: typeof huggingFaceModule = require("../../src/contracts/hugging-face");
  const { passThrough }: typeof passThroughModule = require("../../src/contracts/pass-through");
  const features = [
    "number",
    { name: "integer", type: "integer", min: -2, max: 3 },
    { name: "from", min: 0.5 },
    { name: "choice", values: ["a", "b"] },
    { name: "text", type: "text", maxCharacters: 3 },
    { name: "date", type: "date" },
    { name: "optional number", min: 0, max: 9, optional: true },
    { name: "optional choice", values: ["a", "b"], optional: true },
    { name: "optional text", type: "text", maxCharacters: 3, optional: true },
  ] as const;
  const tasks = Object.keys(TASK_TEXTS) as TaskName[];
  return {
    rows: rows({ features, answer: "csv" }).as("a"),
    bytes: bytes({ takes: ["image/png"], example: { answer: 1 } }).as("a"),
    text: text({ answer: "json", maxCharacters: 5, example: { text: "a", answer: 1 } }).as("a"),
    ...Object.fromEntries(tasks.map((task) => [task, huggingFace(task).as("a")])),
    "several texts": huggingFace("feature-extraction", {
      maxInputs: 3,
      example: { request: { inputs: ["a", "b"] }, answer: [[1], [2]] },
    }).as("a"),
    "JSON Schema": passThrough({
      takes: "application/json",
      schema: {
        type: "object",
        properties: {
          string: { type: "string", minLength: 1, maxLength: 3, pattern: "^a" },
          number: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 2 },
          integer: { type: "integer", minimum: 0, maximum: 9, multipleOf: 3 },
          decimal: { type: "number", multipleOf: 0.1 },
          boolean: { type: "boolean" },
          null: { type: "null" },
          types: { type: ["string", "null"] },
          enum: { enum: ["a", 1, null] },
          const: { const: true },
          anyOf: {
            anyOf: [
              { type: "object", properties: { x: {} }, required: ["x"] },
              { type: "number", minimum: 1 },
            ],
          },
          array: { type: "array", items: { type: "number" }, minItems: 1, maxItems: 3 },
          loose: { type: "object", properties: { x: { type: "number" } } },
          rest: { type: "object", additionalProperties: { type: "number" } },
          any: {},
        },
        required: ["string", "any"],
        additionalProperties: false,
      },
      example: {
        request: {
          string: "ab",
          number: 1,
          integer: 3,
          decimal: 0.3,
          boolean: true,
          null: null,
          types: null,
          enum: 1,
          const: true,
          anyOf: { x: 1 },
          array: [1],
          loose: { x: 1, y: 2 },
          rest: { z: 1 },
          any: 0,
        },
        answer: 1,
      },
    }).as("a"),
  };
}

const real = contracts();
for (const { contract } of Object.values(real)) stopAtFirstFaults(contract.schema);

const small = ((): ReturnType<typeof contracts> => {
  let made: ReturnType<typeof contracts> = {};
  jest.isolateModules(() => {
    jest.doMock("zod/mini", () => require("../../src/contracts/zod-subset"));
    made = contracts();
  });
  return made;
})();

/** Values of every kind, near the limits of these contracts. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(0, 1, -1, 0.3, 0.25, 3, 4, 9, 12, 2 ** 60, -(2 ** 60), 1e300, true, false, null),
  fc.constantFrom<unknown>("", " ", "a", "b", "abc", "abcd", "ba", "AAAA", "image/png", {}, [], [1, "a"]),
  fc.jsonValue(),
  fc.array(fc.constantFrom<unknown>("a", 1, {}), { maxLength: 25 }),
);

/** A change of a JSON document: replaces, removes or adds a value at a path. */
const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("replace", "remove", "add"),
  value: anyValue,
});

function changed(
  document: unknown,
  changes: readonly { at: number; kind: string; value: unknown }[],
): unknown {
  const root = { document: structuredClone(document) };
  for (const { at, kind, value: shared } of changes) {
    const value = structuredClone(shared);
    const places = placesIn(root);
    const [parent, name] = places[at % places.length] ?? [root, "document"];
    if (kind === "remove" && parent !== root) Reflect.deleteProperty(parent, name);
    else if (kind === "add" && isObject(Reflect.get(parent, name))) {
      Reflect.set(Reflect.get(parent, name), Array.isArray(Reflect.get(parent, name)) ? 0 : "more", value);
    } else Reflect.set(parent, name, value);
  }
  return JSON.parse(JSON.stringify(root.document) ?? "null");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function placesIn(value: object): [object, string][] {
  return Object.entries(value).flatMap(([name, inner]): [object, string][] => [
    [value, name],
    ...(isObject(inner) ? placesIn(inner) : []),
  ]);
}

/** The detail for the caller. */
function assess({ contract }: ModelModule<unknown, unknown>, request: unknown): unknown {
  const parsed = contract.schema.safeParse(request);
  return parsed.success ? { data: parsed.data } : describeFaults(parsed.error.issues, request);
}

describe.each(Object.keys(real))("the replacement of zod/mini in a handler with the contract %s", (name) => {
  const [withZod, withSubset] = [real[name], small[name]];
  if (withZod === undefined || withSubset === undefined) throw new Error(`${name}: no contract`);

  it("accepts the contract's example", () => {
    // Act
    const assessed = assess(withSubset, withSubset.about.example.request);

    // Assess
    expect(assessed).toEqual({ data: withZod.about.example.request });
  });

  it("accepts and refuses the same requests as zod/mini, with the same messages", () => {
    const outcomes = new Set<string>();

    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        // Prepare
        const request = changed(withZod.about.example.request, changes);
        // The handler refuses this property before it validates a request.
        fc.pre(!JSON.stringify(request).includes("__proto__"));

        // Act
        const [expected, assessed] = [assess(withZod, request), assess(withSubset, request)];

        // Assess
        expect(assessed).toEqual(expected);
        outcomes.add(typeof expected);
      }),
      { numRuns: 1_500 },
    );

    expect([...outcomes].sort()).toEqual(["object", "string"]);
  });
});

it("the replacement of zod/mini accepts the same days as zod/mini", () => {
  // Prepare
  const modules = [real.rows, small.rows];
  const digits = (max: number, length: number) =>
    fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, "0"));
  const day = fc
    .tuple(digits(9_999, 4), digits(13, 2), digits(32, 2), fc.constantFrom("", " ", "T00:00:00Z"))
    .map(([year, month, date, rest]) => `${year}-${month}-${date}${rest}`);

  fc.assert(
    fc.property(
      fc.oneof(day, fc.constantFrom("2000-02-29", "1900-02-29", "2024-02-29", "2026-02-29")),
      (text) => {
        // Act
        const [expected, assessed] = modules.map((module) => {
          const example = module?.about.example.request as { readonly rows: readonly object[] };
          return module?.contract.schema.safeParse({ rows: [{ ...example.rows[0], date: text }] }).success;
        });

        // Assess
        expect(assessed).toBe(expected);
      },
    ),
    { numRuns: 3_000 },
  );
});

it("the replacement of zod/mini exports only names that zod/mini exports", () => {
  // Act
  const [subset, zod] = [require("../../src/contracts/zod-subset"), require("zod/mini")];

  // Assess
  expect(Object.keys(zod)).toEqual(expect.arrayContaining(Object.keys(subset)));
  expect(readFileSync(join(CONTRACTS, "zod-subset.ts"), "utf8")).not.toMatch(/^import/m);
});
