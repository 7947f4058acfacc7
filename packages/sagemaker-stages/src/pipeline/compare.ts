import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { PLAN_AGAIN, Refused } from "./errors";
import type { StateVersion } from "./planned";

/** What a plan does, as `terraform show -json` says it; not when, and not what it read on the way. */
const shown = z.object({
  configuration: z.unknown(),
  resource_changes: z.array(z.looseObject({ address: z.string() })).default([]),
  output_changes: z.unknown(),
});

/** A plan, and what it was made from. */
export interface Comparable {
  /** As `terraform show -json` says it. */
  readonly plan: unknown;
  /** `null` where there is none. */
  readonly state: StateVersion | null;
}

/**
 * Makes sure that a plan which is made again does what was read, and from the same state: otherwise somebody else made
 * the one that is kept, or something has changed since.
 *
 * @param kept - what was read
 * @param again - the plan that is about to be applied, and the state that is there after it was made
 * @throws Refused with the addresses of what differs, without values
 */
export function compare(environment: string, kept: Comparable, again: Comparable): void {
  const [before, now] = [shown.parse(kept.plan), shown.parse(again.plan)];
  const addresses = new Set(
    [...before.resource_changes, ...now.resource_changes].map(({ address }) => address),
  );
  const faults = [
    ...[...addresses].filter((address) => {
      const of = (plan: z.infer<typeof shown>) =>
        plan.resource_changes.filter((change) => change.address === address);
      return !isDeepStrictEqual(of(before), of(now));
    }),
    ...(isDeepStrictEqual(before.configuration, now.configuration) ? [] : ["the configuration"]),
    ...(isDeepStrictEqual(before.output_changes, now.output_changes) ? [] : ["the outputs"]),
    ...(isDeepStrictEqual(kept.state, again.state)
      ? []
      : [`the state, which has moved on from ${wordsOf(kept.state)} to ${wordsOf(again.state)}`]),
  ];
  if (faults.length === 0) return;
  throw new Refused(
    `${environment}: planned again, it is not the plan that was read any more: ${faults.join(", ")}.\n${PLAN_AGAIN}`,
  );
}

function wordsOf(state: StateVersion | null): string {
  return state === null ? "none" : `serial ${state.serial} of ${state.lineage}`;
}
