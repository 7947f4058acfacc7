import * as z from "zod";
import { type Fault, FaultCollector } from "../fault-collector";
import { rulesOf } from "./setting";

/**
 * Checks a value against the rules of its schema and of the parts of its schema.
 *
 * @param value - a value with the types of the schema
 * @param field - the name of the value's field; `""` if the collector is for the value itself
 */
export function checkRules(
  schema: z.core.$ZodType,
  value: unknown,
  field: string,
  collector: FaultCollector,
): void {
  for (const one of rulesOf(schema)) {
    collector.require(
      one.holds(value),
      field,
      one.got === undefined ? value : one.got(value),
      one.allowed,
      one.source,
    );
  }
  const inner = innerOf(schema);
  if (inner !== undefined) {
    if (value !== undefined) checkRules(inner, value, field, collector);
    return;
  }
  for (const part of partsOf(schema, value, field))
    checkRules(part.schema, part.value, part.field, collector);
}

/** Whether a value satisfies the rules of a schema and of the parts of the schema. */
export function keepsRules<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): boolean {
  const faults: Fault[] = [];
  checkRules(schema, value, "", new FaultCollector("", faults));
  return faults.length === 0;
}

/** The schema inside a schema with a modifier, such as `optional`. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const wraps =
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wraps ? schema.unwrap() : undefined;
}

/** A part of a value, with the part's schema. */
interface Part {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly field: string;
}

function partsOf(schema: z.core.$ZodType, value: unknown, field: string): Part[] {
  const below = (key: string): string => (field === "" ? key : `${field}.${key}`);
  if (schema instanceof z.ZodObject) {
    const given = new Map(Object.entries(Object(value)));
    return Object.entries(schema.shape).flatMap(([key, part]) =>
      given.has(key) ? [{ schema: part, value: given.get(key), field: below(key) }] : [],
    );
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    // A fault of an item without properties shows the item's value, and needs no index.
    return value.map((item: unknown, index) => ({
      schema: schema.element,
      value: item,
      field: typeof item === "object" ? below(String(index)) : field,
    }));
  }
  if (schema instanceof z.ZodRecord) {
    return Object.entries(Object(value)).flatMap(([key, part]) => [
      { schema: schema.keyType, value: key, field },
      { schema: schema.valueType, value: part, field: below(key) },
    ]);
  }
  if (schema instanceof z.ZodUnion) {
    const form = schema.options.find((option) => z.safeParse(option, value).success);
    return form === undefined ? [] : [{ schema: form, value, field }];
  }
  return [];
}
