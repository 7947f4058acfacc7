/** Replaces a value that is known after apply. */
export const UNKNOWN = Symbol("known after apply");

/** Replaces a secret value. In a resource's `after`, the value is the same as before. */
export const MASKED = Symbol("masked");

/** Replaces a secret value in a resource's `after` that differs from the value before. */
export const MASKED_CHANGED = Symbol("masked, changed");

/**
 * A value of a plan. Secret and unknown values are symbols: TypeScript and JavaScript refuse to make a symbol a part of
 * a text by accident.
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

/** The value at `path`, e.g. `("cors", 0, "allow_origins")`; undefined if no value exists. */
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

/** The value as a text; undefined if the value is not a text, or not known. */
export function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether two values are equal, independent of the order of names. An unknown value is never equal. */
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

/** Whether a value is not set. Terraform's provider uses each of these values for "not set". */
export function isEmptyValue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isValues(value) && Object.values(value).every(isEmptyValue);
}
