import type { Json, PublicDocument } from "../public-document";

/** A schema of the document, as far as forms read it. */
export type Schema = Readonly<Record<string, Json>>;

const SCHEMAS = "#/components/schemas/";

/** The schema that `schema` is or names; an empty schema where there is none. */
export function follow(schema: Json | undefined, { components: { schemas } }: PublicDocument): Schema {
  if (!isObject(schema)) return {};
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  const named = schemas[reference.slice(SCHEMAS.length)];
  return isObject(named) ? named : {};
}

/** The alternatives of a schema: of `anyOf` or `oneOf`, or the schema itself. */
export function alternativesOf(schema: Schema, document: PublicDocument): readonly Schema[] {
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray)?.map((one) => follow(one, document));
  return alternatives === undefined || alternatives.length === 0 ? [schema] : alternatives;
}

/** A form shows one of several alternatives: the alternative with the type of the example, or else the first. */
export function alternativeFor(example: Json | undefined, schema: Schema, document: PublicDocument): Schema {
  const alternatives = alternativesOf(schema, document);
  const type = Array.isArray(example) ? "array" : typeof example;
  return alternatives.find((alternative) => alternative.type === type) ?? alternatives[0] ?? schema;
}

/** The names that a schema requires. */
export function requiredOf({ required }: Schema): readonly Json[] {
  return Array.isArray(required) ? required : [];
}

export function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
