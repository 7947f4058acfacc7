import { deployedValues } from "../reading/deployed-values";
import { endpointOfFunction } from "../reading/endpoint-of-function";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { textOf } from "../reading/values";
import { NONE } from "../rendering/phrases/values";
import type { Finding } from "./risk";

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

/** Whether an existing function of the same model gets another endpoint. */
function isMoved(resource: PlannedResource, name: string): boolean {
  const { after } = deployedValues(resource);
  return endpointOfFunction(resource) === "other" && textOf(after?.function_name) === name;
}
