import type { Change } from "../changes/changes";
import { deployedValues } from "../reading/deployed-values";
import { endpointOfFunction } from "../reading/endpoint-of-function";
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
  const destroyed = {
    function: destroyedNames("aws_lambda_function", "function_name", plan, changes),
    endpoint: destroyedNames("aws_sagemaker_endpoint", "name", plan, changes),
  };
  const ofRoutes = plan.resources.flatMap((resource): Outage[] => {
    const { before, after } = deployedValues(resource);
    if (resource.type !== "aws_api_gateway_rest_api" || before === undefined || after === undefined)
      return [];
    const [was, is] = [surfaceOf(before), surfaceOf(after)];
    if (typeof was === "string" || typeof is === "string") return [];
    return [...was.routes].sort().flatMap(([route, { target: old }]): Outage[] => {
      const target = is.routes.get(route)?.target;
      const cause = target === undefined ? undefined : interruption(old, target, destroyed);
      if (cause === undefined) return [];
      const { path, address } = resource;
      const subject = { kind: "route", route } as const;
      return [{ cause, subject, lasts: "apply", undetermined: false, path, address }];
    });
  });
  return [...ofRoutes, ...movedFunctions(plan, destroyed.endpoint)];
}

/** The names of the destroyed resources of a type that the plan does not create again at another address in Terraform. */
function destroyedNames(
  type: string,
  nameAttribute: string,
  plan: Plan,
  changes: readonly Change[],
): ReadonlySet<string> {
  const addresses = new Set(changes.flatMap(({ kind, address }) => (kind === "destroy" ? [address] : [])));
  return new Set(
    plan.resources.flatMap((resource) => {
      const isDestroyed =
        resource.type === type && resource.deposed === undefined && addresses.has(resource.address);
      if (!isDestroyed || successorOf(resource, [nameAttribute], plan) !== undefined) return [];
      return textOf(resource.before?.[nameAttribute]) ?? [];
    }),
  );
}

/**
 * Functions that stay, and that get another endpoint in place of a destroyed endpoint of the same model. The review masks the name of
 * a function's endpoint: the endpoint of a model has the name of its function.
 */
function movedFunctions(plan: Plan, destroyed: ReadonlySet<string>): Outage[] {
  return plan.resources.flatMap((resource): Outage[] => {
    const { type, path, address } = resource;
    const { before, after } = deployedValues(resource);
    const name = textOf(before?.function_name);
    if (endpointOfFunction(resource) !== "other" || name === undefined) return [];
    if (!destroyed.has(name) || textOf(after?.function_name) !== name) return [];
    const subject = { kind: "resource", type, name: plan.scrub(name) } as const;
    return [{ cause: "other endpoint", subject, lasts: "apply", undetermined: false, path, address }];
  });
}

function interruption(
  old: TargetName,
  target: TargetName,
  destroyed: Readonly<Record<"function" | "endpoint", ReadonlySet<string>>>,
): "integration" | "other endpoint" | undefined {
  if (old.kind === "other" || target.kind === "other") return undefined;
  if (old.kind !== target.kind) return "integration";
  if (old.name === target.name || !destroyed[old.kind].has(old.name ?? "")) return undefined;
  return old.kind === "function" ? "integration" : "other endpoint";
}
