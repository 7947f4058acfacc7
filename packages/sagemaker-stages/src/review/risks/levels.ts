import { isPublicRange } from "../access/security-groups";
import { isValues, MASKED_CHANGED, UNKNOWN, type Value, type Values } from "../reading/values";

/** How dangerous a value is: 0 is safe, a higher number is worse; undefined where the value does not show it. */
export type Level = (value: Value | undefined) => number | undefined;

/** Dangerous if true. */
export const on: Level = (value) => (value === true || value === "true" ? 1 : 0);

/** Dangerous if not true, also if not set. */
export const off: Level = (value) => (value === true || value === "true" ? 0 : 1);

/** Dangerous if false, and safe if not set. */
export const no: Level = (value) => (value === false || value === "false" ? 1 : 0);

/** Dangerous if the value is one of the texts. */
export const oneOf =
  (...texts: readonly string[]): Level =>
  (value) =>
    typeof value === "string" && texts.includes(value) ? 1 : 0;

/** Dangerous if the value is none of the texts. */
export const noneOf =
  (...texts: readonly string[]): Level =>
  (value) =>
    typeof value === "string" && texts.includes(value) ? 0 : 1;

/**
 * An earlier text of a list is more dangerous. Another text does not show how dangerous it is.
 *
 * @param unset - the text if none is set, e.g. AWS's default
 */
export const weakerThan =
  (order: readonly string[], unset: string): Level =>
  (value) => {
    const index = order.indexOf(isNothing(value) ? unset : String(value));
    return index === -1 ? undefined : -index;
  };

/** Dangerous if not set. */
export const absent: Level = (value) => (isNothing(value) ? 1 : 0);

/** Dangerous if set. */
export const present: Level = (value) => (isNothing(value) ? 0 : 1);

/** Dangerous if a list of networks contains the whole internet. An empty list means the whole internet, too. */
export const world: Level = (value) => {
  if (isNothing(value)) return 1;
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Value[]).some((one) => typeof one === "string" && isPublicRange(one)) ? 1 : 0;
};

/** Dangerous if 0. */
export const zero: Level = (value) => (value === 0 || value === "0" ? 1 : 0);

/** A lower number is more dangerous. @param unset - the number if none is set, e.g. AWS's default */
export const fewer =
  (unset: number): Level =>
  (value) => {
    const count = numberOf(value, unset);
    return count === undefined ? undefined : -count;
  };

/** A higher number is more dangerous. */
export const more: Level = (value) => numberOf(value, Number.NEGATIVE_INFINITY);

/** As {@link fewer}, where 0 or no value means "for ever". */
export const fewerThanForever: Level = (value) => {
  const count = numberOf(value, 0);
  if (count === undefined) return undefined;
  return count === 0 ? Number.NEGATIVE_INFINITY : -count;
};

function numberOf(value: Value | undefined, unset: number): number | undefined {
  if (isNothing(value)) return unset;
  const count = typeof value === "string" ? Number(value) : value;
  return typeof count === "number" && !Number.isNaN(count) ? count : undefined;
}

function isNothing(value: Value | undefined): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** Whether the value is hidden: known after apply, or masked and different from the value before. */
export function isHidden(value: Value | undefined): boolean {
  return value === UNKNOWN || value === MASKED_CHANGED;
}

/** A value of an attribute on both sides of a plan. */
export interface Pair {
  /** As Terraform writes it: `origin[0].origin_access_control_id`. */
  readonly attribute: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Attributes that identify a block, so that a block that moves within its list is compared with itself. */
const NAMES = [
  "origin_id",
  "variant_name",
  "name",
  "id",
  "path_pattern",
  "route_key",
  "path",
  "device_name",
] as const;

/**
 * The values at a path such as `vpc_config.0.endpoint_public_access`, in which `*` stands for each block of a list. If a
 * part of the path is hidden, the value is hidden, too.
 */
export function pairsAt(before: Values | undefined, after: Values | undefined, path: string): Pair[] {
  let pairs: Pair[] = [{ attribute: "", before, after }];
  for (const step of path.split(".")) {
    pairs = pairs.flatMap((pair) => (step === "*" ? blocksOf(pair) : [stepInto(pair, step)]));
  }
  return pairs;
}

function stepInto({ attribute, before, after }: Pair, step: string): Pair {
  const isIndex = /^\d+$/.test(step);
  const name = isIndex ? `${attribute}[${step}]` : attribute === "" ? step : `${attribute}.${step}`;
  return { attribute: name, before: valueIn(before, step), after: valueIn(after, step) };
}

function valueIn(value: Value | undefined, step: string): Value | undefined {
  if (typeof value === "symbol") return value;
  if (Array.isArray(value)) return (value as readonly Value[])[Number(step)];
  return isValues(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function blocksOf({ attribute, before, after }: Pair): Pair[] {
  if (typeof before === "symbol" || typeof after === "symbol") {
    return [{ attribute: `${attribute}[*]`, before: hiddenOr(before), after: hiddenOr(after) }];
  }
  const [old, next] = [before, after].map((value) =>
    Array.isArray(value) ? (value as readonly Value[]) : [],
  );
  return (next ?? []).map((block, index) => {
    const name = nameOf(block);
    const same = name === undefined ? old?.[index] : old?.find((one) => nameOf(one) === name);
    return { attribute: `${attribute}[${index}]`, before: same, after: block };
  });
}

function hiddenOr(value: Value | undefined): Value | undefined {
  return typeof value === "symbol" ? value : undefined;
}

function nameOf(block: Value): string | undefined {
  if (!isValues(block)) return undefined;
  for (const name of NAMES) {
    const value = block[name];
    if (typeof value === "string" && value !== "") return `${name} ${value}`;
  }
  return undefined;
}
