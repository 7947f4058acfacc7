import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import type { Contract } from "../../src/runtime/contract";
import { fault } from "../../src/runtime/faults";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { contextWith, restEvent } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, problemOf } from "./support/handler";
import { captureLog } from "./support/log";

let endpoint: EndpointServer;

beforeAll(async () => {
  endpoint = await EndpointServer.start();
});

afterAll(() => endpoint.close());

beforeEach(() => {
  captureLog();
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The detail of the handler's answer to `request`. The contract's request has only the property `field`. */
async function detailOf(schema: z.ZodMiniType, value: unknown): Promise<string> {
  const contract: Contract<unknown, unknown> = {
    model: "iris",
    route: { method: "POST", path: "/iris" },
    schema: z.object({ field: schema }),
    limits: { rows: 1, payloadInBytes: 1_000 },
    encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 1 }),
    decode: (body) => body,
  };
  const event = restEvent(JSON.stringify({ field: value }));
  const answer = await handlerFor(contract, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));
  const problem = problemOf(answer);
  expect(problem).toMatchObject({ status: 400, title: "Bad Request" });
  return (problem as { detail: string }).detail;
}

const kinds = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("rows"), rows: z.array(z.number()) }),
  z.object({ kind: z.literal("text"), text: z.string() }),
]);

describe("a fault of one of zod's checks", () => {
  it.each<[string, z.ZodMiniType, unknown, string]>([
    // invalid_type
    ["string", z.string(), 5, "field: got the number 5; allowed: a string"],
    ["a missing property of any type", z.unknown(), undefined, "field: got nothing; allowed: a value"],
    ["a missing property", z.string(), undefined, "field: got nothing; allowed: a string"],
    ["number", z.number(), "5", 'field: got "5"; allowed: a number'],
    ["int", z.int(), 1.5, "field: got the number 1.5; allowed: a whole number"],
    ["boolean", z.boolean(), "yes", 'field: got "yes"; allowed: a boolean'],
    ["null", z.null(), 0, "field: got the number 0; allowed: a null"],
    ["array", z.array(z.number()), {}, "field: got an object; allowed: an array"],
    ["array's item", z.array(z.number()), [1, "b"], 'field[1]: got "b"; allowed: a number'],
    ["object", z.object({}), [], "field: got an empty array; allowed: an object"],
    ["record", z.record(z.string(), z.number()), [1], "field: got an array of 1; allowed: a record"],
    ["record's value", z.record(z.string(), z.number()), { a: "b" }, 'field.a: got "b"; allowed: a number'],
    ["tuple", z.tuple([z.string()]), "a", 'field: got "a"; allowed: a tuple'],
    ["nullable", z.nullable(z.string()), 5, "field: got the number 5; allowed: a string"],
    // too_small and too_big
    ["length", z.string().check(z.length(4)), "abc", 'field: got "abc"; allowed: exactly 4 character(s)'],
    [
      "length of a text that is too long",
      z.string().check(z.length(2)),
      "abc",
      'field: got "abc"; allowed: exactly 2 character(s)',
    ],
    [
      "minLength",
      z.string().check(z.minLength(4)),
      "abc",
      'field: got "abc"; allowed: at least 4 character(s)',
    ],
    [
      "maxLength",
      z.string().check(z.maxLength(2)),
      "abc",
      'field: got "abc"; allowed: at most 2 character(s)',
    ],
    [
      "minLength of a list",
      z.array(z.number()).check(z.minLength(2)),
      [1],
      "field: got an array of 1; allowed: at least 2",
    ],
    [
      "maxLength of a list",
      z.array(z.number()).check(z.maxLength(1)),
      [1, 2],
      "field: got an array of 2; allowed: at most 1",
    ],
    [
      "length of a list",
      z.array(z.number()).check(z.length(3)),
      [],
      "field: got an empty array; allowed: exactly 3",
    ],
    [
      "length of a tuple",
      z.tuple([z.number(), z.number()]),
      [1, 2, 3],
      "field: got an array of 3; allowed: at most 2",
    ],
    ["gt", z.number().check(z.gt(0)), 0, "field: got the number 0; allowed: more than 0"],
    ["gte", z.number().check(z.gte(0)), -1, "field: got the number -1; allowed: at least 0"],
    ["lt", z.number().check(z.lt(0)), 0, "field: got the number 0; allowed: less than 0"],
    ["lte", z.number().check(z.lte(0)), 1, "field: got the number 1; allowed: at most 0"],
    ["int32", z.int32(), 2 ** 31, "field: got the number 2147483648; allowed: at most 2147483647"],
    // not_multiple_of
    ["multipleOf", z.number().check(z.multipleOf(5)), 7, "field: got the number 7; allowed: a multiple of 5"],
    // invalid_format
    ["email", z.email(), "a", 'field: got "a"; allowed: text in the format email'],
    ["url", z.url(), "a", 'field: got "a"; allowed: text in the format url'],
    ["uuid", z.uuid(), "a", 'field: got "a"; allowed: text in the format uuid'],
    ["datetime", z.iso.datetime(), "a", 'field: got "a"; allowed: text in the format datetime'],
    [
      "regex",
      z.string().check(z.regex(/^[a-z]+$/)),
      "5",
      'field: got "5"; allowed: text in the format regex /^[a-z]+$/',
    ],
    [
      "startsWith",
      z.string().check(z.startsWith("a-")),
      "b",
      'field: got "b"; allowed: text in the format starts_with a-',
    ],
    [
      "endsWith",
      z.string().check(z.endsWith("-a")),
      "b",
      'field: got "b"; allowed: text in the format ends_with -a',
    ],
    [
      "includes",
      z.string().check(z.includes("a")),
      "b",
      'field: got "b"; allowed: text in the format includes a',
    ],
    [
      "lowercase",
      z.string().check(z.lowercase()),
      "B",
      'field: got "B"; allowed: text in the format lowercase',
    ],
    [
      "template literal",
      z.templateLiteral(["a-", z.number()]),
      "b",
      'field: got "b"; allowed: text in the format template_literal',
    ],
    // invalid_value
    ["literal", z.literal("a"), "b", 'field: got "b"; allowed: "a"'],
    ["literals", z.literal(["a", 1, null]), "b", 'field: got "b"; allowed: "a" or the number 1 or null'],
    ["enum", z.enum(["low", "high"]), "middle", 'field: got "middle"; allowed: "low" or "high"'],
    ["enum, missing", z.enum(["low", "high"]), undefined, 'field: got nothing; allowed: "low" or "high"'],
    // unrecognized_keys
    [
      "strictObject",
      z.strictObject({ a: z.optional(z.string()) }),
      { b: 1 },
      `field: got the unknown property "b"; allowed: only the properties of this model's request`,
    ],
    // invalid_union
    [
      "union of types",
      z.union([z.string(), z.number()]),
      true,
      "field: got the boolean true; allowed: a string or a number",
    ],
    [
      "union of literals",
      z.union([z.literal("a"), z.literal("b")]),
      "c",
      'field: got "c"; allowed: "a" or "b"',
    ],
    [
      "union of a literal and a type",
      z.union([z.literal("auto"), z.number()]),
      "c",
      'field: got "c"; allowed: "auto" or a number',
    ],
    [
      "union of formats",
      z.union([z.email(), z.url()]),
      "c",
      'field: got "c"; allowed: text in the format email or text in the format url',
    ],
    [
      "alternative with the right type in a union",
      z.union([z.string(), z.array(z.number())]),
      ["a"],
      'field[0]: got "a"; allowed: a number',
    ],
    [
      "union in a union",
      z.union([z.string(), z.union([z.number(), z.null()])]),
      true,
      "field: got the boolean true; allowed: a string or a number or a null",
    ],
    ["discriminated union", kinds, { kind: "image" }, 'field.kind: got "image"; allowed: "rows" or "text"'],
    ["discriminated union without its kind", kinds, {}, 'field.kind: got nothing; allowed: "rows" or "text"'],
    [
      "alternative of a discriminated union",
      kinds,
      { kind: "text", text: 5 },
      "field.text: got the number 5; allowed: a string",
    ],
    [
      "exclusive union with two matching alternatives",
      z.xor([z.string(), z.string()]),
      "a",
      'field: got "a"; allowed: what the contract accepts',
    ],
    // invalid_key
    [
      "record's key",
      z.record(z.string().check(z.minLength(3)), z.number()),
      { ab: 1 },
      'field.ab: got "ab"; allowed: at least 3 character(s)',
    ],
    // custom
    [
      "refine",
      z.number().check(z.refine((value) => value > 5)),
      4,
      "field: got the number 4; allowed: what the contract accepts",
    ],
    [
      "custom",
      z.custom<string>((value) => value === "a"),
      "b",
      'field: got "b"; allowed: what the contract accepts',
    ],
  ])("is described with field, value and rule: %s", async (_, schema, value, expected) => {
    // Act
    const detail = await detailOf(schema, value);

    // Assess
    expect(detail).toBe(expected);
  });
});

describe("the contract's own message", () => {
  it.each<[string, z.ZodMiniType, unknown, string]>([
    ["of a type", z.number("a length in cm"), "a", 'field: got "a"; allowed: a length in cm'],
    [
      "of a rule",
      z.number().check(z.gt(0, "a positive length")),
      -1,
      "field: got the number -1; allowed: a positive length",
    ],
    [
      "of a check",
      z.number().check(z.refine((n) => n > 5, "a prime above 5")),
      4,
      "field: got the number 4; allowed: a prime above 5",
    ],
    [
      "of a fault",
      z.string().check((payload) => {
        payload.issues.push(fault(payload.value, { got: "no word", allowed: "words" }));
      }),
      "",
      "field: got no word; allowed: words",
    ],
    [
      "in a union",
      z.union([z.number("a number of cm"), z.literal("unknown")]),
      "a",
      'field: got "a"; allowed: a number of cm or "unknown"',
    ],
  ])("replaces zod's message: %s", async (_, schema, value, expected) => {
    // Act
    const detail = await detailOf(schema, value);

    // Assess
    expect(detail).toBe(expected);
  });
});
