import { baseOf } from "../../access/operator";
import { ANOTHER_MASKED_VALUE, type ShownCondition, UNKNOWN_VALUE } from "../../access/shown-condition";
import { MASK } from "../../masking/masking";
import { code, listed } from "./text";

/** The verbs of IAM's operators. An operator without a verb is named as the policy writes it. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ["StringEquals", "is"],
  ["StringNotEquals", "is not"],
  ["StringLike", "matches"],
  ["StringNotLike", "does not match"],
  ["ArnEquals", "matches"],
  ["ArnNotEquals", "does not match"],
  ["ArnLike", "matches"],
  ["ArnNotLike", "does not match"],
  ["Bool", "is"],
  ["IpAddress", "is in"],
  ["NotIpAddress", "is not in"],
  ["NumericEquals", "is"],
  ["NumericNotEquals", "is not"],
  ["NumericLessThan", "is less than"],
  ["NumericLessThanEquals", "is at most"],
  ["NumericGreaterThan", "is greater than"],
  ["NumericGreaterThanEquals", "is at least"],
  ["DateLessThan", "is before"],
  ["DateGreaterThan", "is after"],
]);

/** Values that are not in the plan, or that the review masks. */
const HIDDEN_VALUES: ReadonlyMap<string, string> = new Map([
  [UNKNOWN_VALUE, "a value that is known after apply"],
  [MASK, "a masked value"],
  [ANOTHER_MASKED_VALUE, "another masked value"],
]);

/**
 * Alternatives of which one is sufficient, e.g. ``if `aws:SourceAccount` is `111122223333` ``; empty for no condition.
 */
export function conditionsPhrase(alternatives: readonly (readonly ShownCondition[])[]): string {
  const phrases = [...new Set(alternatives.map(conditionPhrase))];
  return phrases.includes("") ? "" : phrases.join(", or ");
}

function conditionPhrase(conditions: readonly ShownCondition[]): string {
  return conditions.length === 0 ? "" : `if ${conditions.map(comparisonOf).join(" and ")}`;
}

function comparisonOf({ operator, key, values }: ShownCondition): string {
  const texts = listed(
    values.map((value) => HIDDEN_VALUES.get(value) ?? code(value)),
    "or",
  );
  const base = baseOf(operator);
  if (operator === "Null" && (values.join() === "true" || values.join() === "false")) {
    return `${code(key)} is ${values.join() === "true" ? "absent" : "present"}`;
  }
  const verb = VERBS.get(base);
  if (verb !== undefined && operator === base) return `${code(key)} ${verb} ${texts}`;
  if (verb !== undefined && operator === `${base}IfExists`)
    return `${code(key)} ${verb} ${texts} or is absent`;
  return `${code(key)} satisfies ${code(operator)} ${texts}`;
}
