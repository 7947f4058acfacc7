import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import { at, isSame, textOf, type Values } from "../reading/values";

/**
 * Whether each key of an API that belonged to no customer becomes a key of a customer or is destroyed, so that the authorizer of
 * customers refuses no key that is kept. The usage plan of the customer shows the routes that the key loses, and the destroyed key is listed
 * separately. `false` if the plan contains no usage plan of such a key.
 */
export function isSharedKeyMoved(api: Values | undefined, plan: Plan): boolean {
  const shared = plan.resources.filter(({ type, before }) => {
    const stages = at(before, "api_stages");
    return (
      type === "aws_api_gateway_usage_plan" &&
      !hasCustomer(before) &&
      Array.isArray(stages) &&
      stages.some((_, index) => isSame(at(stages, index, "api_id"), api?.id ?? null))
    );
  });
  return (
    shared.length > 0 &&
    shared.every((one) => {
      const { after } = deployedValues(one);
      return after === undefined || hasCustomer(after);
    })
  );
}

/** Whether a usage plan belongs to a customer of the engine. */
export function hasCustomer(usagePlan: Values | undefined): boolean {
  return textOf(at(usagePlan, "tags", "Customer")) !== undefined;
}
