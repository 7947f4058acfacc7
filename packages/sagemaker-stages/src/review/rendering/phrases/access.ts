import type { AccessChange } from "../../access/access-change";
import { counted, firstOf } from "./formats";
import { code } from "./text";

/** Names of one list in a sentence about several changes. */
const MAX_NAMED = 3;

/**
 * One sentence about the changes of a policy that have no sentence.
 *
 * @example
 * ``7 more changes in `stack/policy` give permissions to `role a`: 1 action (`s3:GetObject`) on 7 resources (…).``
 */
export function moreChangesSentence(changes: readonly AccessChange[]): string {
  const principals = changes[0]?.principals ?? [];
  const places = distinct(changes.flatMap(({ where }) => where.map(({ path }) => path)));
  const actions = distinct(changes.flatMap((change) => change.actions));
  const resources = distinct(changes.flatMap((change) => change.resources));
  const riskFlags = distinct(changes.flatMap((change) => change.riskFlags));
  return (
    `${changes.length} more changes in ${named(places)} give permissions to ${named(principals)}: ` +
    `${counted(actions.length, "action")} (${named(actions)}) on ` +
    `${counted(resources.length, "resource")} (${named(resources)}).${riskFlagsText(riskFlags)}`
  );
}

/** The risk flags after a sentence, in parentheses. */
export function riskFlagsText(riskFlags: AccessChange["riskFlags"]): string {
  return riskFlags.length === 0 ? "" : ` *(${riskFlags.join(", ")})*`;
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

function named(texts: readonly string[]): string {
  return firstOf(texts.map(code), MAX_NAMED);
}
