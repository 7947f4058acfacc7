import type { Json, PublicDocument } from "../public-document";

/** A schema of the document. */
export type Schema = Readonly<Record<string, Json>>;

const SCHEMAS = "#/components/schemas/";

/** Resolves a reference to a schema. Returns an empty schema if the schema is missing. */
export function follow(schema: Json | undefined, { components: { schemas } }: PublicDocument): Schema {
  if (!isObject(schema)) return {};
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  const named = schemas[reference.slice(SCHEMAS.length)];
  return isObject(named) ? named : {};
}

/** The alternatives of a schema: the members of `anyOf` or `oneOf`, or the schema itself. */
export function alternativesOf(schema: Schema, document: PublicDocument): readonly Schema[] {
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray)?.map((one) => follow(one, document));
  return alternatives === undefined || alternatives.length === 0 ? [schema] : alternatives;
}

/**
 * The alternative that a form shows: the alternative with the type of the example, or else the first. The document has no type
 * for null: an alternative without a type allows null.
 */
export function alternativeFor(example: Json | undefined, schema: Schema, document: PublicDocument): Schema {
  const alternatives = alternativesOf(schema, document);
  const type = Array.isArray(example) ? "array" : example === null ? undefined : typeof example;
  return alternatives.find((alternative) => alternative.type === type) ?? alternatives[0] ?? schema;
}

/** The names that a schema requires. */
export function requiredOf({ required }: Schema): readonly Json[] {
  return Array.isArray(required) ? required : [];
}

export function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
