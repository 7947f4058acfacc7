import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf } from "../reading/values";

const MODEL = "aws_sagemaker_model";
const CONFIGURATION = "aws_sagemaker_endpoint_configuration";
const ENDPOINT = "aws_sagemaker_endpoint";

/**
 * The endpoints that use a model or an endpoint configuration before the plan. Other types serve no endpoint.
 *
 * @param resource - an `aws_sagemaker_model` or an `aws_sagemaker_endpoint_configuration`
 */
export function servedEndpoints(resource: PlannedResource, plan: Plan): readonly PlannedResource[] {
  const name = textOf(resource.before?.name);
  if (name === undefined) return [];
  if (resource.type === MODEL) {
    return plan.resources
      .filter(({ type, before }) => {
        const variants = type === CONFIGURATION ? at(before, "production_variants") : undefined;
        return (
          Array.isArray(variants) &&
          variants.some((_, index) => textOf(at(variants, index, "model_name")) === name)
        );
      })
      .flatMap((configuration) => servedEndpoints(configuration, plan));
  }
  if (resource.type !== CONFIGURATION) return [];
  return plan.resources.filter(
    ({ type, before }) => type === ENDPOINT && textOf(before?.endpoint_config_name) === name,
  );
}

/** Whether the plan updates an endpoint in place. */
export function isUpdated({ actions }: PlannedResource): boolean {
  return actions.join() === "update";
}
