import type { PlannedResource } from "./planned-resource";
import type { Values } from "./values";

/**
 * The values of a resource in AWS before and after a plan. A resource that Terraform forgets stays in AWS without a
 * change.
 */
export function deployedValues({ actions, before, after }: PlannedResource): {
  readonly before: Values | undefined;
  readonly after: Values | undefined;
} {
  return { before, after: after === undefined && actions.includes("forget") ? before : after };
}
