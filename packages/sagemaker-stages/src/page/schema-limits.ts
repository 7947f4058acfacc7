import type * as z from "zod";

type Json = z.core.util.JSONType;
type JsonObject = { [name: string]: Json };

/** The alternative that is null. A schema without a type accepts each value of `enum` (https://spec.openapis.org/oas/v3.0.3#schema-object). */
const NULL: Json = { enum: [null] };

/**
 * Merges the limits of a request into its schema. The schema of API Gateway allows null by an alternative without a rule
 * (`anyOf: [{ type: "number" }, {}]`), which allows every other value, too; the merged schema allows null only.
 *
 * @param limits - limits in the structure of the schema, from the extension `x-schema-limits`. Default: none
 */
export function withSchemaLimits(schema: Json, limits: Json | undefined): Json {
  if (!isObject(schema) || !isObject(limits)) return schema;
  const { items, properties, nullable, ...own } = limits;
  if (nullable === true) {
    const [value] = Array.isArray(schema.anyOf) ? schema.anyOf : [];
    return value === undefined ? schema : { ...schema, anyOf: [withSchemaLimits(value, own), NULL] };
  }
  return {
    ...schema,
    ...own,
    ...(items === undefined ? {} : { items: withSchemaLimits(schema.items ?? {}, items) }),
    ...(isObject(properties) && isObject(schema.properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([name, property]) => [
              name,
              withSchemaLimits(property, Object.hasOwn(properties, name) ? properties[name] : undefined),
            ]),
          ),
        }
      : {}),
  };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
