import * as z from "zod";
import { rulesOf } from "../src/environment/settings/setting";

/** Schemas whose only effect is on the presence or the mutability of a value. */
type Modifier = z.ZodReadonly | z.ZodOptional | z.ZodExactOptional | z.ZodDefault | z.ZodPrefault;

function isModifier(schema: unknown): schema is Modifier {
  return (
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  );
}

/** The schema of a value without modifiers. */
export function unwrap(schema: unknown): unknown {
  return isModifier(schema) ? unwrap(schema.unwrap()) : schema;
}

/** Whether a setting must be present. */
export function isRequired(schema: unknown): boolean {
  return schema instanceof z.ZodReadonly ? isRequired(schema.unwrap()) : !isModifier(schema);
}

/** The default of a setting, as its schema defines it; `undefined` if the schema defines none. */
export function defaultOf(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? schema.def.defaultValue
    : undefined;
}

/** The options of a union; for other schemas, the schema itself. */
export function optionsOf(schema: unknown): readonly unknown[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodUnion ? inner.options : [inner];
}

/** The properties of a group of settings; `undefined` for other schemas. A union has the properties of its options. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return inner.shape;
  if (!(inner instanceof z.ZodUnion)) return undefined;
  const shapes = inner.options.map(shapeOf);
  return shapes.some((shape) => shape === undefined) ? undefined : Object.assign({}, ...shapes);
}

/**
 * The type of a setting in the syntax of TypeScript.
 *
 * @param link - a link to the section that describes a schema; `undefined` if no section describes the schema
 */
export function typeOf(schema: unknown, link: (schema: unknown) => string | undefined): string {
  const inner = unwrap(schema);
  const linked = link(inner);
  if (linked !== undefined) return linked;
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element, link)}`;
  if (inner instanceof z.ZodRecord) return `object of ${typeOf(inner.valueType, link)} by name`;
  if (inner instanceof z.ZodUnion) {
    return [...new Set(optionsOf(inner).map((option) => typeOf(option, link)))].join(" or ");
  }
  if (inner instanceof z.ZodObject) return "object";
  if (inner instanceof z.ZodBoolean) return "`boolean`";
  if (inner instanceof z.ZodNumber) return "`number`";
  return choicesOf(inner) ?? "`string`";
}

/** The values of a setting that allows several strings. */
function choicesOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodCustom)) return undefined;
  const [choice] = rulesOf(schema);
  // Only a rule for a choice of strings lists the strings that it allows. It can also name other types of the setting.
  const values = (choice?.allowed.split(", ") ?? []).filter((value) => choice?.holds(value) === true);
  if (values.length === 0) return undefined;
  return values.map((value) => `\`"${value}"\``).join(", ");
}
