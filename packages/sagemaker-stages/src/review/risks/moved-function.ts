import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf } from "../reading/values";
import { NONE } from "../rendering/phrases/values";
import type { Finding } from "./risk";
import { FUNCTION } from "./runtimes";

const ENDPOINT = "aws_sagemaker_endpoint";

/**
 * A new endpoint to which the plan moves an existing function, e.g. from an endpoint outside of the environment. Terraform changes
 * the function and its policy at once, because they do not depend on the endpoint, and SageMaker needs minutes to start the
 * endpoint.
 */
export function movedFunctionRisks(resource: PlannedResource, plan: Plan): Finding[] {
  if (resource.type !== ENDPOINT || resource.actions.join() !== "create") return [];
  const name = textOf(resource.after?.name);
  if (name === undefined) return [];
  // Other rules report a replaced endpoint.
  const isReplaced = plan.resources.some(
    ({ type, before }) => type === ENDPOINT && textOf(before?.name) === name,
  );
  if (isReplaced || !plan.resources.some((one) => isMoved(one, name))) return [];
  return [
    {
      kind: "outage",
      direction: "worse",
      gates: ["outage"],
      endsWithApply: true,
      risk: "moved function",
      attribute: "name",
      before: NONE,
      after: name,
    },
  ];
}

/** Whether an existing function of the same model gets another endpoint. The names of its variables are shown, their values masked. */
function isMoved(resource: PlannedResource, name: string): boolean {
  const { before, after } = deployedValues(resource);
  if (resource.type !== FUNCTION || before === undefined || after === undefined) return false;
  const [was, is] = [before, after].map((values) =>
    at(values, "environment", 0, "variables", "ENDPOINT_NAME"),
  );
  return textOf(after.function_name) === name && was !== undefined && is !== undefined && !isSame(was, is);
}
