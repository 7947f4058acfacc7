import type { Action, PlannedResource } from "./planned-resource";

/**
 * Splits a change that forgets a resource and creates it again into two resources: the forgotten object stays in AWS,
 * and Terraform creates another object. Terraform and OpenTofu write the two actions in either order.
 */
export function withForgottenApart(resource: PlannedResource): readonly PlannedResource[] {
  const { actions } = resource;
  if (!actions.includes("forget") || actions.length < 2) return [resource];
  const of = (action: Action): PlannedResource => ({ ...resource, actions: [action], replacePaths: [] });
  const forgotten: PlannedResource = { ...of("forget"), after: undefined };
  const others = actions.filter((action) => action !== "forget");
  return [
    forgotten,
    ...others.map((action): PlannedResource => {
      if (action === "create") return { ...of(action), before: undefined };
      return action === "delete" ? { ...of(action), after: undefined } : of(action);
    }),
  ];
}
