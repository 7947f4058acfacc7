import type * as z from "zod";

type Json = z.core.util.JSONType;
type JsonObject = { [name: string]: Json };

/** A number within the limits of most properties. */
const ANY_NUMBER = 100;

/**
 * Adds hints to each property of a request's schema that is an object. The hints are a description with the names of the
 * inner properties, and an example if no inner property is required. A form has only one text field for such a property,
 * and the field would be empty without a hint. A property that can only be `{}` has `maxProperties: 0`, which a form recognizes.
 *
 * @param schema - the schema. An existing description of a property stays.
 */
export function withPropertyHints(schema: Json): Json {
  if (!isObject(schema) || !isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]) => [name, withHint(property)]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function withHint(property: Json): Json {
  if (!isObject(property) || property.type !== "object") return property;
  const properties = isObject(property.properties) ? property.properties : {};
  const names = Object.keys(properties);
  if (names.length === 0) {
    if (property.additionalProperties !== false) return property;
    return { description: "No property is allowed.", example: {}, ...property, maxProperties: 0 };
  }
  const example = property.required === undefined ? exampleOf(properties) : undefined;
  return {
    description: `Properties: ${names.join(", ")}.`,
    ...(example === undefined ? {} : { example }),
    ...property,
  };
}

/** An example with the first property that has an obvious value, e.g. `{"max_new_tokens": 100}`. */
function exampleOf(properties: JsonObject): Json | undefined {
  const values = Object.entries(properties).map(
    ([name, property]) => [name, obviousValueOf(property)] as const,
  );
  const found = values.find(([, value]) => value !== undefined);
  return found === undefined ? undefined : { [found[0]]: found[1] ?? null };
}

function obviousValueOf(schema: Json): Json | undefined {
  if (!isObject(schema)) return undefined;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.type === "boolean") return true;
  return schema.type === "integer" || schema.type === "number" ? numberOf(schema) : undefined;
}

function numberOf({ type, minimum, maximum, multipleOf }: JsonObject): number | undefined {
  if (multipleOf !== undefined) return undefined;
  const [min, max] = [limit(minimum, Number.NEGATIVE_INFINITY), limit(maximum, Number.POSITIVE_INFINITY)];
  // The example is never a limit itself, because the schema can exclude the limit.
  if (min < ANY_NUMBER && ANY_NUMBER < max) return ANY_NUMBER;
  if (!Number.isFinite(min)) return max - 1;
  if (!Number.isFinite(max)) return min + 1;
  const middle = (min + max) / 2;
  if (type === "number") return middle;
  return max - min > 1 ? Math.floor(middle) : undefined;
}

function limit(value: Json | undefined, none: number): number {
  return typeof value === "number" ? value : none;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
