import { coversValues, isAnyOf } from "./operator";

/** `<operator>: {<key>: <values>}` of a statement; a request must fit all of its conditions. */
export interface Condition {
  /** As the policy writes it, e.g. `StringEqualsIfExists`. */
  readonly operator: string;
  /** As the policy writes it, e.g. `aws:SourceArn`. */
  readonly key: string;
  /** Sorted, none twice. Of a hidden condition, what tells it from others. */
  readonly values: readonly string[];
  /** Why nobody can read the values in the plan. */
  readonly hidden?: "known after apply" | "masked";
  /** The same for two conditions that are the same. */
  readonly id: string;
}

/** A condition with its values in order. */
export function condition(
  operator: string,
  key: string,
  values: readonly string[],
  hidden?: Condition["hidden"],
): Condition {
  const sorted = [...new Set(values)].sort();
  return {
    operator,
    key,
    values: sorted,
    ...(hidden === undefined ? {} : { hidden }),
    // The names of keys are compared without regard to case.
    id: JSON.stringify([operator, key.toLowerCase(), hidden ?? "", ...sorted]),
  };
}

/** Conditions in one order, so that the same ones have the same ids. */
export function inOrder(conditions: readonly Condition[]): readonly Condition[] {
  return [...conditions].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Whether every request that fits all of `inner` fits all of `outer`. The answer is no where it is not certain. */
export function coversConditions(outer: readonly Condition[], inner: readonly Condition[]): boolean {
  return outer.every((one) => inner.some((other) => coversCondition(one, other)));
}

function coversCondition(outer: Condition, inner: Condition): boolean {
  if (outer.id === inner.id) return true;
  if (outer.hidden !== undefined || inner.hidden !== undefined) return false;
  return (
    outer.key.toLowerCase() === inner.key.toLowerCase() &&
    coversValues(outer.operator, outer.values, inner.operator, inner.values)
  );
}

/** A condition that any one of its values fulfils, as one condition for each; undefined where it is no such one. */
export function alternatives(one: Condition): readonly Condition[] | undefined {
  if (one.hidden !== undefined || one.values.length < 2 || !isAnyOf(one.operator)) return undefined;
  return one.values.map((value) => condition(one.operator, one.key, [value]));
}
