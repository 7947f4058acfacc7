import * as z from "zod/mini";
import { fault } from "../../runtime/faults";
import type { Cell, ChoiceFeature, Feature } from "./options";

const DEFAULT_MAX_CHARACTERS = 1000;

const A_DATE = 'a date, such as "2026-11-30"';

/** The name of the property in each row. */
export function nameOf(feature: Feature): string {
  return typeof feature === "string" ? feature : feature.name;
}

/** The columns of a feature in the container's request. */
export function columnsOf(feature: Feature): string | string[] {
  return isOneHot(feature) ? valuesOf(feature).map((value) => `${feature.name}_${value}`) : nameOf(feature);
}

/** The value of a feature, or the values of its columns, in the container's request. */
export function cellsFor(feature: Feature, value: Cell): Cell | Cell[] {
  if (isOneHot(feature)) return valuesOf(feature).map((one) => Number(one === value));
  // A missing value is no category, also if a category has the name "null".
  if (value === null || !isChoice(feature) || isNames(feature.values)) return value;
  return feature.values[value] ?? null;
}

export function isChoice(feature: Feature): feature is ChoiceFeature {
  return typeof feature !== "string" && "values" in feature;
}

export function isOneHot(feature: Feature): feature is ChoiceFeature {
  return isChoice(feature) && feature.oneHot === true;
}

/** The values that callers send. */
export function valuesOf({ values }: ChoiceFeature): readonly string[] {
  return isNames(values) ? values : Object.keys(values);
}

function isNames(values: ChoiceFeature["values"]): values is readonly string[] {
  return Array.isArray(values);
}

/** Whether the container receives texts: a model without an encoder, e.g. of XGBoost, cannot read them. */
export function isSentAsText(feature: Feature): boolean {
  if (typeof feature === "string") return false;
  if (isChoice(feature)) return isNames(feature.values) && feature.oneHot !== true;
  return feature.type === "text" || feature.type === "date";
}

export function isOptional(feature: Feature): boolean {
  return typeof feature !== "string" && feature.optional === true;
}

/**
 * The schema of a feature's value in a row of the caller.
 *
 * @param refused - matches the characters that a text must not contain
 */
export function cellOf(
  feature: Feature,
  refused?: RegExp,
): z.ZodMiniType<Cell | undefined, Cell | undefined> {
  const value = requiredCellOf(feature, refused);
  // An alternative, so that the fault of a wrong value names both: zod's `nullable` would name the value only.
  return isOptional(feature) ? z.optional(z.union([value, z.null("null")])) : value;
}

function requiredCellOf(
  feature: Feature,
  refused: RegExp | undefined,
): z.ZodMiniType<number | string, number | string> {
  if (typeof feature === "string") return z.number();
  if (isChoice(feature)) return z.enum(valuesOf(feature) as string[]);
  if (feature.type === "date") return z.iso.date(A_DATE);
  if (feature.type === "text") {
    const { maxCharacters = DEFAULT_MAX_CHARACTERS } = feature;
    const text = z.string().check(z.maxLength(maxCharacters));
    return refused ? text.check(requireWithout(refused)) : text;
  }
  const { type, min = -Infinity, max = Infinity } = feature;
  return (type === "integer" ? z.int() : z.number()).check(z.gte(min), z.lte(max));
}

function requireWithout(refused: RegExp): (payload: z.core.ParsePayload<string>) => void {
  return ({ value, issues }) => {
    if (!refused.test(value)) return;
    const fix = value.includes("\0")
      ? { got: "text with a NUL character", allowed: "text without NUL characters" }
      : { got: "text with a line break", allowed: "text in one line" };
    issues.push(fault(value, fix));
  };
}
