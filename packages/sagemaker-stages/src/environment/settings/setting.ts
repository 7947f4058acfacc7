import * as z from "zod";
import { inWords, wholeNumberAllowed } from "../report";

/**
 * What the value of one setting must be besides its type. Rules that need other settings, e.g. the region, are in
 * `environment/rules/`.
 */
export interface Rule<Value> {
  /** Whether the value keeps the rule. */
  holds(value: Value): boolean;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** The URL of the limit, or the reason of the rule. */
  readonly source: string;
  /**
   * What a message shows instead of the value, where the value is too long or may be a secret.
   *
   * @default - the value
   */
  got?(value: Value): unknown;
}

/** The rules of each schema. Schemas check types only: a fault of a value must not hide faults between values. */
const RULES = z.registry<{ readonly rules: readonly Rule<unknown>[] }>();

/**
 * A schema with rules.
 *
 * @example
 * const memorySizeInMb = rule(z.number(), {
 *   holds: (value) => value % 1024 === 0,
 *   allowed: "a multiple of 1024",
 *   source: "https://docs.aws.amazon.com/…",
 * });
 */
export function rule<Schema extends z.ZodType>(
  schema: Schema,
  ...rules: readonly Rule<z.output<Schema>>[]
): Schema {
  // A copy: other settings can use the same schema with other rules.
  const copy = schema.clone();
  RULES.add(copy, { rules: [...rulesOf(schema), ...rules] });
  return copy;
}

/** The rules of a schema itself, without the rules of its parts. */
export function rulesOf(schema: z.core.$ZodType): readonly Rule<unknown>[] {
  return RULES.get(schema)?.rules ?? [];
}

/** Settings that belong together. A property of another name is a fault. */
export function settings<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>> {
  return z.strictObject(shape).readonly();
}

/** The properties of {@link settings}, for settings that have more. */
export function propertiesOf<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>>,
): Shape {
  return schema.unwrap().shape;
}

/** A setting that can be left out and then has no value. */
export const optional: typeof z.exactOptional = z.exactOptional;

/** A setting that can be left out and then has a value: the constructs always get one. */
export function withDefault<Schema extends z.ZodType>(
  schema: Schema,
  value: z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return z._default(schema, value);
}

/** A group of settings that can be left out and then has the defaults of its settings. */
export function withDefaults<Schema extends z.ZodType>(
  schema: Schema,
  value: z.input<Schema>,
): z.ZodPrefault<Schema> {
  return z.prefault(schema, value);
}

/** A text. */
export const text = z.string();

/** A text of a form. @param allowed - the form in words @param source - the URL or the reason of the form */
export function textLike(pattern: RegExp, allowed: string, source: string): z.ZodString {
  return rule(text, { holds: (value) => pattern.test(value), allowed, source });
}

/** A text with the type of its allowed values. A rule, and not the schema, refuses other texts. */
export function textOf<Value extends string>(): z.ZodCustom<Value, Value> {
  return z.custom<Value>((value) => typeof value === "string", "a value of the type string");
}

/** One of a few texts. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  source: string,
): z.ZodCustom<Value, Value> {
  return rule(textOf<Value>(), {
    holds: (value) => values.includes(value),
    allowed: values.join(", "),
    source,
  });
}

/** A number. */
export const number = z.number();

/** A whole number. @param max - `UNLIMITED` where there is no limit */
export function wholeNumber(min: number, max: number, source: string): z.ZodNumber {
  return rule(number, {
    holds: (value) => Number.isInteger(value) && value >= min && value <= max,
    allowed: wholeNumberAllowed(min, max),
    source,
  });
}

/** A number above 0. */
export function positiveNumber(source: string): z.ZodNumber {
  return rule(number, { holds: (value) => value > 0, allowed: "a number above 0", source });
}

/** A switch. */
export const flag = z.boolean();

/** A list. Rules of the item hold for each item. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).readonly();
}

/** Values by names that the user gives. */
export function byName<Value extends z.ZodType>(
  value: Value,
  name: z.ZodString = text,
): z.ZodReadonly<z.ZodRecord<z.ZodString, Value>> {
  return z.record(name, value).readonly();
}

/** At most so many characters. */
export function maxCharacters(max: number, source: string): Rule<string> {
  return {
    holds: (value) => value.length <= max,
    allowed: `at most ${max} characters`,
    source,
    got: (value) => inWords(`${value.length} characters`),
  };
}
