/** Stands where Terraform will know a value after the apply alone. */
export const UNKNOWN = Symbol("known after apply");

/** Stands where a value is not for people's eyes; in a resource's `after`, where it is the same as before. */
export const MASKED = Symbol("masked");

/** Stands in a resource's `after` where a value is not for people's eyes, and is another one than before. */
export const MASKED_CHANGED = Symbol("masked, changed");

/**
 * A value of a plan. What nobody may read or nobody knows yet is a symbol: these do not become part of a text by
 * accident, because TypeScript and JavaScript both refuse that.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | typeof MASKED
  | typeof MASKED_CHANGED
  | readonly Value[]
  | Values;

/** Values by name: a resource's attributes, a block, a map. */
export interface Values {
  readonly [name: string]: Value;
}

/** Whether a value is an object with names: neither a list nor a symbol. */
export function isValues(value: Value | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at `path`, e.g. `("cors", 0, "allow_origins")`; undefined where there is none. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let found = value;
  for (const step of path) {
    if (typeof step === "number") {
      found = Array.isArray(found) ? (found[step] as Value | undefined) : undefined;
    } else {
      found = isValues(found) && Object.hasOwn(found, step) ? found[step] : undefined;
    }
  }
  return found;
}

/** The value as a text; undefined where it is none, or not known. */
export function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether two values are the same, order of names apart. What is not known is never the same as anything. */
export function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (one === UNKNOWN || other === UNKNOWN) return false;
  if (one === MASKED_CHANGED || other === MASKED_CHANGED) return false;
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isValues(one) || !isValues(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}
