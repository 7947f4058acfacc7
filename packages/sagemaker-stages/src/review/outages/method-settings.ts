import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Values } from "../reading/values";
import { surfaceOf } from "../surface/rest-apis";

export const METHOD_SETTINGS = "aws_api_gateway_method_settings";

/** The attributes that identify a method setting in API Gateway. */
const IDENTITY = ["rest_api_id", "stage_name", "method_path"] as const;

const LIMITS = ["throttling_rate_limit", "throttling_burst_limit"] as const;

/**
 * Whether a new method setting with a limit of 0 rejects requests that were answered before: its stage and its route exist before the
 * plan, and no removed setting of the same route already had the same limit, e.g. at another address in Terraform.
 */
export function limitsCalls({ after }: PlannedResource, plan: Plan): boolean {
  const isTwin = ({ type, before, after: kept }: PlannedResource) =>
    type === METHOD_SETTINGS &&
    before !== undefined &&
    kept === undefined &&
    IDENTITY.every((name) => isSame(before[name], after?.[name] ?? null)) &&
    LIMITS.every((name) => isSame(limit(before, name), limit(after, name)));
  return isOfDeployedStage(after, plan) && isOfDeployedRoute(after, plan) && !plan.resources.some(isTwin);
}

function limit(values: Values | undefined, name: string) {
  return at(values, "settings", 0, name) ?? null;
}

function isOfDeployedStage(setting: Values | undefined, plan: Plan): boolean {
  return plan.resources.some(
    ({ type, before, after }) =>
      type === "aws_api_gateway_stage" &&
      before !== undefined &&
      after !== undefined &&
      isSame(after.stage_name, setting?.stage_name ?? null) &&
      isSame(after.rest_api_id, setting?.rest_api_id ?? null),
  );
}

/** Whether a route of the setting exists before the plan, also if the plan does not show the routes of the API. */
function isOfDeployedRoute(setting: Values | undefined, plan: Plan): boolean {
  const path = textOf(setting?.method_path);
  const api = plan.resources.find(
    ({ type, before }) =>
      type === "aws_api_gateway_rest_api" && isSame(before?.id, setting?.rest_api_id ?? null),
  );
  const surface = surfaceOf(api?.before);
  if (path === undefined || api === undefined || typeof surface === "string") return true;
  const [, resource = "", method = ""] = /^\/?(.*)\/([^/]+)$/.exec(path) ?? [];
  return [...surface.routes.keys()].some((route) => {
    const [ofRoute = "", address = ""] = route.split(" ");
    return (
      (method === "*" || method === ofRoute || ofRoute === "ANY") &&
      (resource === "*" || `/${resource.replaceAll("~1", "/").replace(/^\//, "")}` === address)
    );
  });
}
