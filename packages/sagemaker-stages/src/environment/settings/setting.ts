import * as z from "zod";
import { describeWholeNumber, raw } from "../fault-collector";

/**
 * A rule for the value of one setting, in addition to its type. Rules that depend on other settings, e.g. the region, are
 * in `environment/rules/`.
 */
export interface Rule<Value> {
  /** Whether the value satisfies the rule. */
  holds(value: Value): boolean;
  /** Description of the allowed values. */
  readonly allowed: string;
  /** The URL of the limit, or the reason for the rule. */
  readonly source: string;
  /**
   * The text that a message shows instead of the value, if the value is too long or can be a secret.
   *
   * @default - the value
   */
  got?(value: Value): unknown;
}

/** The rules of each schema. Schemas check only types, so that a fault of one value does not hide faults of other values. */
const RULES = z.registry<{ readonly rules: readonly Rule<unknown>[] }>();

/**
 * Adds rules to a schema.
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
  // A copy, because other settings can use the same schema with other rules.
  const copy = schema.clone();
  RULES.add(copy, { rules: [...rulesOf(schema), ...rules] });
  return copy;
}

/** The rules of a schema, without the rules of its parts. */
export function rulesOf(schema: z.core.$ZodType): readonly Rule<unknown>[] {
  return RULES.get(schema)?.rules ?? [];
}

/** A group of settings. An unknown property is a fault. */
export function settings<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>> {
  return z.strictObject(shape).readonly();
}

/** The properties of a group of {@link settings}, for a group with more settings. */
export function propertiesOf<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>>,
): Shape {
  return schema.unwrap().shape;
}

/** An optional setting without a default. */
export const optional: typeof z.exactOptional = z.exactOptional;

/** An optional setting with a default. */
export function withDefault<Schema extends z.ZodType>(
  schema: Schema,
  value: z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return z._default(schema, value);
}

/** An optional group of settings. If the group is absent, its settings have their defaults. */
export function withDefaults<Schema extends z.ZodType>(
  schema: Schema,
  value: z.input<Schema>,
): z.ZodPrefault<Schema> {
  return z.prefault(schema, value);
}

/** A string. */
export const text = z.string();

/** A string that matches a pattern. @param allowed - description of the pattern @param source - see {@link Rule} */
export function textLike(pattern: RegExp, allowed: string, source: string): z.ZodString {
  return rule(text, { holds: (value) => pattern.test(value), allowed, source });
}

/** A string with the type of its allowed values. The schema accepts every string; a rule refuses the other strings. */
export function textOf<Value extends string>(): z.ZodCustom<Value, Value> {
  return z.custom<Value>((value) => typeof value === "string", "a value of the type string");
}

/** One of several strings. */
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

/** A whole number. @param max - `UNLIMITED` if no limit exists */
export function wholeNumber(min: number, max: number, source: string): z.ZodNumber {
  return rule(number, {
    holds: (value) => Number.isInteger(value) && value >= min && value <= max,
    allowed: describeWholeNumber(min, max),
    source,
  });
}

/** A number above 0. */
export function positiveNumber(source: string): z.ZodNumber {
  return rule(number, { holds: (value) => value > 0, allowed: "a number above 0", source });
}

/** A boolean. */
export const flag = z.boolean();

/** A list. The rules of the item apply to each item. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).readonly();
}

/** An object whose keys the user chooses. */
export function byName<Value extends z.ZodType>(
  value: Value,
  name: z.ZodString = text,
): z.ZodReadonly<z.ZodRecord<z.ZodString, Value>> {
  return z.record(name, value).readonly();
}

/** The rule of a maximum length. */
export function maxCharacters(max: number, source: string): Rule<string> {
  return {
    holds: (value) => value.length <= max,
    allowed: `at most ${max} characters`,
    source,
    got: (value) => raw(`${value.length} characters`),
  };
}
