import { endOfRuntime, stateOfRuntime } from "../../aws/lambda-runtimes";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isSame, textOf } from "../reading/values";
import { NONE } from "../rendering/phrases/values";
import type { Finding } from "./risk";

/** The type whose runtime is compared with AWS's dates of deprecation. */
export const FUNCTION = "aws_lambda_function";

/**
 * A function that the plan creates or changes, on a runtime whose support has ended or ends within 180 days. Dates are
 * compared with the day of the plan, so that two reviews of the same plan are equal.
 */
export function runtimeRisks({ actions, ...resource }: PlannedResource, { plannedAt }: Plan): Finding[] {
  const { before, after } = deployedValues({ actions, ...resource });
  if (resource.type !== FUNCTION || plannedAt === undefined || after === undefined) return [];
  if (before !== undefined && isSame(before, after)) return [];
  const [old, next] = [textOf(before?.runtime), textOf(after.runtime)];
  if (next === undefined) return [];
  const state = stateOfRuntime(next, plannedAt);
  const end = endOfRuntime(next);
  if (state === undefined || end === undefined) return [];
  const isNew = actions.includes("create");
  // A future end is reported only when the runtime is chosen.
  if (state.state === "ends soon" && !isNew && old === next) return [];
  const today = plannedAt.toISOString().slice(0, 10);
  const isRefused = today >= (isNew ? end.blockCreate : end.blockUpdate);
  return [
    {
      kind: isRefused ? "outage" : "end of support",
      direction: "worse",
      gates: [],
      risk: isRefused ? "rejected runtime" : state.state === "ended" ? "ended runtime" : "ending runtime",
      details: { kind: "runtime", runtime: next, day: today },
      attribute: "runtime",
      before: old ?? NONE,
      after: next,
    },
  ];
}
