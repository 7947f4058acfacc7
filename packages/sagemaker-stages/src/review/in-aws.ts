import type { PlannedResource } from "./planned-resource";
import type { Values } from "./values";

/**
 * What is in AWS before and after a plan. What Terraform forgets stays there: nothing of it changes but that Terraform
 * no longer looks after it.
 */
export function inAws({ actions, before, after }: PlannedResource): {
  readonly before: Values | undefined;
  readonly after: Values | undefined;
} {
  return { before, after: after === undefined && actions.includes("forget") ? before : after };
}
