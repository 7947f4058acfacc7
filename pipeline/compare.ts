import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { PLAN_AGAIN, Refused } from "./errors";

/** What a plan does, as `terraform show -json` says it; not when, and not what it read on the way. */
const shown = z.object({
  configuration: z.unknown(),
  resource_changes: z.array(z.looseObject({ address: z.string() })).default([]),
  output_changes: z.unknown(),
});

/**
 * Makes sure that a plan which is made again does the same: otherwise somebody else made the one that is kept, or
 * something has changed since.
 *
 * @param kept - the plan that is about to be applied, as JSON
 * @param again - the same, made now
 * @throws Refused with the addresses of what differs, without values
 */
export function compare(environment: string, kept: unknown, again: unknown): void {
  const [before, now] = [shown.parse(kept), shown.parse(again)];
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
  ];
  if (faults.length === 0) return;
  throw new Refused(
    `${environment}: planned again, it is not the plan that was kept any more: ${faults.join(", ")}.\n${PLAN_AGAIN}`,
  );
}
