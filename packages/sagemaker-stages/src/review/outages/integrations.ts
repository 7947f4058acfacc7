import type { Change } from "../changes/changes";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import { textOf } from "../reading/values";
import type { TargetName } from "../surface/change";
import { surfaceOf } from "../surface/rest-apis";
import type { Outage } from "./outage";
import { successorOf } from "./replacements";

/**
 * Routes that stay, and whose integration changes between a function and an endpoint, or from a destroyed function to another
 * function. Terraform orders the update of a stage after the deletion of everything on which the stage depended
 * (https://github.com/hashicorp/terraform/blob/v1.10.0/internal/terraform/transform_destroy_edge.go): until the update, the stage
 * calls a function that may no longer be invoked, or uses a role that no longer exists.
 */
export function integrationOutages(plan: Plan, changes: readonly Change[]): Outage[] {
  const destroyed = new Set(
    plan.resources.flatMap((resource) => {
      const isDestroyed = changes.some(
        ({ kind, address }) => kind === "destroy" && address === resource.address,
      );
      const isFunction = resource.type === "aws_lambda_function";
      if (!isFunction || !isDestroyed || successorOf(resource, ["function_name"], plan) !== undefined)
        return [];
      return textOf(resource.before?.function_name) ?? [];
    }),
  );
  return plan.resources.flatMap((resource): Outage[] => {
    const { before, after } = deployedValues(resource);
    if (resource.type !== "aws_api_gateway_rest_api" || before === undefined || after === undefined)
      return [];
    const [was, is] = [surfaceOf(before), surfaceOf(after)];
    if (typeof was === "string" || typeof is === "string") return [];
    return [...was.routes].sort().flatMap(([route, { target: old }]): Outage[] => {
      const target = is.routes.get(route)?.target;
      if (target === undefined || !isInterrupted(old, target, destroyed)) return [];
      const { path, address } = resource;
      const subject = { kind: "route", route } as const;
      return [{ cause: "integration", subject, lasts: "apply", undetermined: false, path, address }];
    });
  });
}

function isInterrupted(old: TargetName, target: TargetName, destroyed: ReadonlySet<string>): boolean {
  if (old.kind === "other" || target.kind === "other") return false;
  if (old.kind !== target.kind) return true;
  return old.name !== target.name && destroyed.has(old.name ?? "");
}
