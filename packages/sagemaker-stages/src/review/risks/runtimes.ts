import { endOfRuntime, stateOfRuntime } from "../../aws/lambda-runtimes";
import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { isSame, textOf } from "../values";
import type { Finding } from "./risk";

/** The type whose runtime is compared with the dates of AWS. */
export const FUNCTION = "aws_lambda_function";

/**
 * A function that the plan creates or changes, on a runtime that has ended or ends within 180 days. The day is the day of
 * the plan, so that a review of the same plan is the same on every day.
 */
export function runtimeRisks({ actions, ...resource }: PlannedResource, { plannedAt }: Plan): Finding[] {
  const { before, after } = inAws({ actions, ...resource });
  if (resource.type !== FUNCTION || plannedAt === undefined || after === undefined) return [];
  if (before !== undefined && isSame(before, after)) return [];
  const [old, next] = [textOf(before?.runtime), textOf(after.runtime)];
  if (next === undefined) return [];
  const state = stateOfRuntime(next, plannedAt);
  const end = endOfRuntime(next);
  if (state === undefined || end === undefined) return [];
  const isNew = actions.includes("create");
  // An end that is still to come is said once: when the runtime is chosen.
  if (state.state === "ends soon" && !isNew && old === next) return [];
  const today = plannedAt.toISOString().slice(0, 10);
  const isRefused = today >= (isNew ? end.blockCreate : end.blockUpdate);
  return [
    {
      kind: isRefused ? "outage" : "weaker protection",
      direction: "worse",
      gates: [],
      says: `${isRefused ? "cannot be applied: its runtime has ended" : `has a runtime that ${state.state === "ended" ? "has ended" : "ends soon"}`}: ${state.text}`,
      attribute: "runtime",
      before: old ?? "(none)",
      after: next,
    },
  ];
}
