import { coversValues, isAnyOf } from "./operator";

/** A condition `<operator>: {<key>: <values>}` of a statement. A request must meet every condition of the statement. */
export interface Condition {
  /** As the policy writes it, e.g. `StringEqualsIfExists`. */
  readonly operator: string;
  /** As the policy writes it, e.g. `aws:SourceArn`. */
  readonly key: string;
  /** Distinct and sorted. The value of a hidden condition is an identifier. */
  readonly values: readonly string[];
  /** Why the plan does not show the values. */
  readonly hidden?: "known after apply" | "masked";
  /** Equal for equal conditions. */
  readonly id: string;
}

/** Creates a condition with sorted values. */
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
    // IAM ignores case in condition keys.
    id: JSON.stringify([operator, key.toLowerCase(), hidden ?? "", ...sorted]),
  };
}

/** Sorts conditions, so that equal conditions have equal ids. */
export function inOrder(conditions: readonly Condition[]): readonly Condition[] {
  return [...conditions].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Whether every request that meets `inner` meets `outer`. The answer is no in case of doubt. */
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

/** One condition per value, if one matching value is sufficient; otherwise undefined. */
export function alternatives(one: Condition): readonly Condition[] | undefined {
  if (one.hidden !== undefined || one.values.length < 2 || !isAnyOf(one.operator)) return undefined;
  return one.values.map((value) => condition(one.operator, one.key, [value]));
}
