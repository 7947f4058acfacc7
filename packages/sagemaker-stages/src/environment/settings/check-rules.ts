import * as z from "zod";
import { type Fault, Report } from "../report";
import { rulesOf } from "./setting";

/**
 * Reports every rule that a value breaks, with the rules of its parts. The value has the types of the schema.
 *
 * @param field - the value's field in `report`; `""` where the report is about the value itself
 */
export function checkRules(schema: z.core.$ZodType, value: unknown, field: string, report: Report): void {
  for (const one of rulesOf(schema)) {
    report.require(
      one.holds(value),
      field,
      one.got === undefined ? value : one.got(value),
      one.allowed,
      one.source,
    );
  }
  const inner = innerOf(schema);
  if (inner !== undefined) {
    if (value !== undefined) checkRules(inner, value, field, report);
    return;
  }
  for (const part of partsOf(schema, value, field)) checkRules(part.schema, part.value, part.field, report);
}

/** Whether a value keeps the rules of a schema, with the rules of its parts. */
export function keepsRules<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): boolean {
  const faults: Fault[] = [];
  checkRules(schema, value, "", new Report("", faults));
  return faults.length === 0;
}

/** What a schema wraps. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const wraps =
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wraps ? schema.unwrap() : undefined;
}

/** A value in another one, with its schema. */
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
    // Items without properties are told by their values.
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
