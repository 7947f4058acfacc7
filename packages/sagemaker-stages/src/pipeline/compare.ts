import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { PipelineError, PLAN_AGAIN } from "./errors";
import type { StateVersion } from "./plan-record";

/**
 * The parts of `terraform show -json` that describe the plan's effect, without times and without values that were read.
 */
const planEffect = z.object({
  configuration: z.unknown(),
  resource_changes: z.array(z.looseObject({ address: z.string() })).default([]),
  output_changes: z.unknown(),
});

/** A plan, and the state from which the plan was made. */
export interface ComparedPlan {
  /** The output of `terraform show -json`. */
  readonly plan: unknown;
  /** The version of the state; `null` if there was no state. */
  readonly state: StateVersion | null;
}

/**
 * Checks that a new plan has the same effect as the reviewed plan, and was made from the same state. A difference means
 * that the recorded plan is forged, or that something has changed since the review.
 *
 * @param reviewed - the recorded plan that was reviewed
 * @param latest - the plan that is about to be applied, with the state after the planning
 * @throws PipelineError with the address of each difference, without values
 */
export function compare(environment: string, reviewed: ComparedPlan, latest: ComparedPlan): void {
  const [before, now] = [planEffect.parse(reviewed.plan), planEffect.parse(latest.plan)];
  const addresses = new Set(
    [...before.resource_changes, ...now.resource_changes].map(({ address }) => address),
  );
  const faults = [
    ...[...addresses].filter((address) => {
      const changesIn = (plan: z.infer<typeof planEffect>) =>
        plan.resource_changes.filter((change) => change.address === address);
      return !isDeepStrictEqual(changesIn(before), changesIn(now));
    }),
    ...(isDeepStrictEqual(before.configuration, now.configuration) ? [] : ["the configuration"]),
    ...(isDeepStrictEqual(before.output_changes, now.output_changes) ? [] : ["the outputs"]),
    ...(isDeepStrictEqual(reviewed.state, latest.state)
      ? []
      : [
          `the state, which has changed from ${describeState(reviewed.state)} to ${describeState(latest.state)}`,
        ]),
  ];
  if (faults.length === 0) return;
  throw new PipelineError(
    `${environment}: the new plan differs from the reviewed plan: ${faults.join(", ")}.\n${PLAN_AGAIN}`,
  );
}

function describeState(state: StateVersion | null): string {
  return state === null ? "none" : `serial ${state.serial} of ${state.lineage}`;
}
