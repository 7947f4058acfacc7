import type { Action, PlannedResource } from "./planned-resource";

/**
 * A resource that Terraform forgets and creates in one change, as two: one object stays in AWS and is no longer managed,
 * and another one comes. Terraform and OpenTofu write the two actions in either order.
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
