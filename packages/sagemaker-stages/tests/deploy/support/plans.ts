import { expect } from "@jest/globals";
import { changesOf } from "../../../src/review/changes/changes";
import { type Plan, readPlan } from "../../../src/review/reading/plan";
import { type RecordedPlan, recordedText, recordPlan } from "../../review/support/recorded-plans";

/**
 * Compares the changes of a plan with the recorded plan. With RECORD=1, the plan replaces the recorded plan.
 */
export function requireRecordedPlan(name: RecordedPlan, shown: string, stack: string): void {
  if (process.env.RECORD === "1") recordPlan(name, shown, stack);
  expect(outline(readPlan(shown, name))).toEqual(outline(readPlan(recordedText(name), name)));
}

/** A plan without values that AWS generates: ids and revisions. */
function outline(plan: Plan): object {
  return {
    environment: plan.environment,
    resources: plan.resources.map(({ address }) => address),
    changes: changesOf(plan).map(({ address, kind, forcedBy, changed, knownAfterApply }) => ({
      address,
      kind,
      forcedBy,
      changed: changed.map(({ name }) => name),
      knownAfterApply,
    })),
    outputs: plan.outputs.map(({ name, actions }) => ({ name, actions })),
  };
}
