import type * as z from "zod";

type Json = z.core.util.JSONType;
type JsonObject = { [name: string]: Json };

/**
 * Merges the limits of a request into its schema. The schema of API Gateway allows null by an alternative without a type
 * (`anyOf: [{ type: "number" }, {}]`), which allows every other value, too; the merged schema has `nullable`.
 *
 * @param limits - limits in the structure of the schema, from the extension `x-schema-limits`. Default: none
 */
export function withSchemaLimits(schema: Json, limits: Json | undefined): Json {
  if (!isObject(schema) || !isObject(limits)) return schema;
  const { items, properties, nullable, ...own } = limits;
  const value = nullable === true ? nullableOf(schema) : schema;
  return {
    ...value,
    ...own,
    ...(items === undefined ? {} : { items: withSchemaLimits(value.items ?? {}, items) }),
    ...(isObject(properties) && isObject(value.properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(value.properties).map(([name, property]) => [
              name,
              withSchemaLimits(property, Object.hasOwn(properties, name) ? properties[name] : undefined),
            ]),
          ),
        }
      : {}),
  };
}

/** The only alternative with a type, or null (https://spec.openapis.org/oas/v3.0.3#fixed-fields-20: an `enum` must contain null, too). */
function nullableOf(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  const [value] = Array.isArray(anyOf) ? anyOf : [];
  if (!isObject(value)) return schema;
  const choices = Array.isArray(value.enum) ? { enum: [...value.enum, null] } : {};
  return { ...rest, ...value, ...choices, nullable: true };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
