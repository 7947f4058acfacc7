import * as z from "zod/mini";
import { UnreadablePredictions } from "../runtime/contract";
import { isRecord, parseJson } from "../runtime/json";
import type { OptionReport } from "./option-report";

/**
 * The part of JSON Schema (https://json-schema.org/draft/2020-12/json-schema-validation) that ready-made contracts
 * support. A schema has one of `type`, `enum`, `const` and `anyOf`, or no rule: `{}` accepts every value. For other rules,
 * pass a schema of zod/mini in the model's `contract.ts`.
 *
 * @example { type: "object", properties: { x: { type: "number", minimum: 0 } }, required: ["x"] }
 */
export interface JsonSchema {
  readonly type?: JsonType | readonly JsonType[];
  /** Strings, numbers, booleans and null. */
  readonly enum?: readonly JsonScalar[];
  readonly const?: JsonScalar;
  readonly anyOf?: readonly JsonSchema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression that matches in linear time. `findContractFaults` refuses other expressions. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Names in `properties`. */
  readonly required?: readonly string[];
  /** @default true */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly $schema?: string;
  readonly $comment?: string;
}

type JsonType = "string" | "number" | "integer" | "boolean" | "null" | "array" | "object";
type JsonScalar = string | number | boolean | null;

/** A JSON Schema, or a schema of zod/mini. */
export type AnySchema = JsonSchema | z.ZodMiniType<unknown, unknown>;

/** Converts a schema to a schema of zod/mini that accepts the same values. */
export function toZod(schema: AnySchema): z.ZodMiniType<unknown, unknown> {
  if (isZod(schema)) return schema;
  const read = readSchema(schema);
  return schema.description === undefined
    ? read
    : read.register(z.globalRegistry, { description: schema.description });
}

export function isZod(schema: unknown): schema is z.ZodMiniType<unknown, unknown> {
  return isRecord(schema) && "_zod" in schema;
}

function readSchema(schema: JsonSchema): z.ZodMiniType<unknown, unknown> {
  if (schema.anyOf !== undefined) return z.union(schema.anyOf.map(toZod));
  if (schema.const !== undefined) return z.literal(schema.const);
  if (schema.enum !== undefined) return z.literal([...schema.enum]);
  if (schema.type === undefined) return anyValue();
  if (typeof schema.type === "string") return READERS[schema.type](schema);
  return z.union(schema.type.map((type) => READERS[type](schema)));
}

/** Accepts every JSON value, but not a missing property. */
function anyValue(): z.ZodMiniType<unknown, unknown> {
  return z.custom<unknown>((value) => value !== undefined, "any JSON value");
}

const READERS: Readonly<Record<JsonType, (schema: JsonSchema) => z.ZodMiniType<unknown, unknown>>> = {
  string: ({ minLength, maxLength, pattern }) =>
    z
      .string()
      .check(
        ...given(minLength, z.minLength),
        ...given(maxLength, z.maxLength),
        ...given(pattern, (source) => z.regex(new RegExp(source, "u"))),
      ),
  number: (schema) => z.number().check(...bounds(schema)),
  integer: (schema) => z.int().check(...bounds(schema)),
  boolean: () => z.boolean(),
  null: () => z.null(),
  array: ({ items = {}, minItems, maxItems }) =>
    z.array(toZod(items)).check(...given(minItems, z.minLength), ...given(maxItems, z.maxLength)),
  object: ({ properties = {}, required = [], additionalProperties = true }) => {
    const shape = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const read = toZod(property);
        return [name, required.includes(name) ? read : z.optional(read)];
      }),
    );
    if (additionalProperties === false) return z.strictObject(shape);
    if (additionalProperties === true) return z.looseObject(shape);
    return z.catchall(z.object(shape), toZod(additionalProperties));
  },
};

function bounds(schema: JsonSchema) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  return [
    ...given(minimum, (value) => z.gte(value)),
    ...given(maximum, (value) => z.lte(value)),
    ...given(exclusiveMinimum, (value) => z.gt(value)),
    ...given(exclusiveMaximum, (value) => z.lt(value)),
    ...given(multipleOf, (value) => z.multipleOf(value)),
  ];
}

function given<Value, Check>(value: Value | undefined, check: (value: Value) => Check): Check[] {
  return value === undefined ? [] : [check(value)];
}

/**
 * Makes the reader of an endpoint's answer in JSON.
 *
 * @param answerSchema - the schema of the document. Default: any JSON
 * @returns a function that reads a body. It throws UnreadablePredictions if the body is not JSON, or does not match the schema
 */
export function jsonReader(answerSchema?: AnySchema): (body: string) => unknown {
  const schema = answerSchema && toZod(answerSchema);
  return (body) => {
    const document = parseJson(body);
    if (document === undefined) throw new UnreadablePredictions("the answer is not JSON");
    const path = schema?.safeParse(document).error?.issues[0]?.path;
    if (path === undefined) return document;
    const place = placeOf(path, answerSchema).join(".");
    throw new UnreadablePredictions(`the answer does not match answerSchema${place && ` at ${place}`}`);
  };
}

/** A path in an answer. A name that the JSON Schema does not contain is a part of the answer, and is replaced by `*`. */
function placeOf(path: readonly PropertyKey[], answerSchema: AnySchema | undefined): readonly PropertyKey[] {
  let at: unknown = answerSchema;
  return path.map((part) => {
    const { properties, items, additionalProperties }: JsonSchema = isRecord(at) && !isZod(at) ? at : {};
    const isIndex = typeof part === "number";
    const isKnown = typeof part === "string" && properties !== undefined && Object.hasOwn(properties, part);
    at = isIndex ? items : isKnown ? properties[part] : additionalProperties;
    return isIndex || isKnown ? part : "*";
  });
}

const SOURCE = "https://json-schema.org/draft/2020-12/json-schema-validation";
const ANNOTATIONS = ["title", "description", "default", "examples", "$schema", "$comment"];
const NUMBER_KEYWORDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/** The supported keywords of each type. Other keywords would have no effect. */
const KEYWORDS: Readonly<Record<JsonType, readonly string[]>> = {
  string: ["minLength", "maxLength", "pattern"],
  number: NUMBER_KEYWORDS,
  integer: NUMBER_KEYWORDS,
  boolean: [],
  null: [],
  array: ["items", "minItems", "maxItems"],
  object: ["properties", "required", "additionalProperties"],
};

/** Reports a fault for each keyword of a JSON Schema that {@link toZod} does not support. */
export function checkJsonSchema(schema: unknown, field: string, report: OptionReport): void {
  if (schema === undefined || isZod(schema)) return;
  if (!report.require(isRecord(schema) && !Array.isArray(schema), field, schema, "a JSON Schema", SOURCE))
    return;
  const document = schema as Readonly<Record<string, unknown>>;
  const known = [...ANNOTATIONS, ...checkKind(document, field, report)];
  for (const [keyword, value] of Object.entries(document)) {
    const at = `${field}.${keyword}`;
    const isKnown = report.require(
      known.includes(keyword),
      at,
      value,
      `the keywords ${known.filter((name) => !ANNOTATIONS.includes(name)).join(", ")}, or a schema of zod/mini in the model's contract.ts`,
      "a keyword that the contract does not support would have no effect",
    );
    if (isKnown) checkKeyword(keyword, value, at, report);
  }
}

/** @returns the keywords that can be in the schema */
function checkKind(schema: Readonly<Record<string, unknown>>, field: string, report: OptionReport): string[] {
  const kinds = ["anyOf", "const", "enum", "type"].filter((kind) => schema[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined) return ["anyOf", "const", "enum", "type"];
  report.require(
    kinds.length === 1,
    field,
    kinds.join(" and "),
    "one of type, enum, const and anyOf",
    SOURCE,
  );
  if (kind !== "type") return kinds;
  const types: unknown[] = Array.isArray(schema.type) ? schema.type : [schema.type];
  return [
    "type",
    ...types.flatMap((type, index) => {
      const at = Array.isArray(schema.type) ? `${field}.type[${index}]` : `${field}.type`;
      report.requireOneOf(type, at, Object.keys(KEYWORDS), SOURCE);
      return Object.entries(KEYWORDS).flatMap(([name, keywords]) => (name === type ? keywords : []));
    }),
  ];
}

function checkKeyword(keyword: string, value: unknown, field: string, report: OptionReport): void {
  const isLength = ["minLength", "maxLength", "minItems", "maxItems"].includes(keyword);
  if (isLength) {
    const holds = Number.isInteger(value) && Number(value) >= 0;
    report.require(holds, field, value, "a whole number from 0", SOURCE);
  } else if (keyword === "multipleOf") {
    report.require(
      Number.isFinite(value) && Number(value) > 0,
      field,
      value,
      "a number greater than 0",
      SOURCE,
    );
  } else if (NUMBER_KEYWORDS.includes(keyword)) {
    report.require(Number.isFinite(value), field, value, "a finite number", SOURCE);
  } else if (keyword === "pattern") {
    report.require(
      isPattern(value),
      field,
      value,
      "a regular expression of JavaScript with the flag u",
      SOURCE,
    );
  } else if (keyword === "enum" || keyword === "const") {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const holds = values.length > 0 && values.every(isJsonScalar);
    report.require(holds, field, value, "strings, finite numbers, booleans and null", SOURCE);
  } else if (keyword === "anyOf") {
    if (!report.require(Array.isArray(value) && value.length > 0, field, value, "a list of schemas", SOURCE))
      return;
    for (const [index, inner] of (value as unknown[]).entries()) {
      checkJsonSchema(inner, `${field}[${index}]`, report);
    }
  } else if (keyword === "items") checkJsonSchema(value, field, report);
  else if (keyword === "additionalProperties" && typeof value !== "boolean") {
    checkJsonSchema(value, field, report);
  } else if (
    keyword === "properties" &&
    report.require(isRecord(value), field, value, "schemas by name", SOURCE)
  ) {
    for (const [name, inner] of Object.entries(value as object)) {
      checkJsonSchema(inner, `${field}.${name}`, report);
    }
  } else if (keyword === "required") {
    report.require(
      Array.isArray(value) && value.every((name) => typeof name === "string"),
      field,
      value,
      "a list of names",
      SOURCE,
    );
  }
}

function isJsonScalar(value: unknown): boolean {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === "string" && new RegExp(value, "u").source !== "";
  } catch {
    return false;
  }
}
