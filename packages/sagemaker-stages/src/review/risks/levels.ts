import { isOfTheWorld } from "../access/security-groups";
import { isValues, MASKED_CHANGED, UNKNOWN, type Value, type Values } from "../values";

/** How dangerous a value is: 0 is safe, more is worse; undefined where the value does not say. */
export type Level = (value: Value | undefined) => number | undefined;

/** Dangerous where it is true. */
export const on: Level = (value) => (value === true || value === "true" ? 1 : 0);

/** Dangerous where it is not true: also where it is not set. */
export const off: Level = (value) => (value === true || value === "true" ? 0 : 1);

/** Dangerous where it is false, and safe where it is not set. */
export const no: Level = (value) => (value === false || value === "false" ? 1 : 0);

/** Dangerous where it is one of the texts. */
export const oneOf =
  (...texts: readonly string[]): Level =>
  (value) =>
    typeof value === "string" && texts.includes(value) ? 1 : 0;

/** Dangerous where it is none of the texts. */
export const noneOf =
  (...texts: readonly string[]): Level =>
  (value) =>
    typeof value === "string" && texts.includes(value) ? 0 : 1;

/** Dangerous where nothing is set. */
export const absent: Level = (value) => (isNothing(value) ? 1 : 0);

/** Dangerous where something is set. */
export const present: Level = (value) => (isNothing(value) ? 0 : 1);

/** Dangerous where a list of networks has the whole internet; AWS takes nothing for that, too. */
export const world: Level = (value) => {
  if (isNothing(value)) return 1;
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Value[]).some((one) => typeof one === "string" && isOfTheWorld(one)) ? 1 : 0;
};

/** Dangerous where it is 0. */
export const zero: Level = (value) => (value === 0 || value === "0" ? 1 : 0);

/** The more dangerous the fewer. @param unset - what nothing stands for: e.g. no days, or AWS's default */
export const fewer =
  (unset: number): Level =>
  (value) => {
    const count = numberOf(value, unset);
    return count === undefined ? undefined : -count;
  };

/** The same, where 0 and nothing stand for no end. */
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

/** Whether nobody can read the value: it is known after the apply, or masked and another one than before. */
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

/** By what the blocks of a list are known, so that one that moves within the list is compared with itself. */
const NAMES = [
  "origin_id",
  "variant_name",
  "name",
  "id",
  "path_pattern",
  "route_key",
  "device_name",
] as const;

/**
 * The values at a path such as `vpc_config.0.endpoint_public_access`, in which `*` stands for each block of a list. Where
 * nobody can read a part of the path, neither can anybody read the value.
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
