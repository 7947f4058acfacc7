import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../reading/values";
import { type Finding, isSameState, type SurfaceState, type SurfaceSubject } from "./change";
import { surfaceOf } from "./rest-apis";
import { hasCustomer } from "./shared-key";

const KNOWN_LATER = "known after apply";

/**
 * Changes of the routes that the keys of a usage plan open. A usage plan of the engine has the tag `Customer`, and limits
 * each route of the customer. The authorizer lets the customer's keys open exactly these routes: the proof of least
 * privilege compares both. The keys of another usage plan open each route of its stages that requires a key.
 */
export function customerChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  const customer = textOf(at(after ?? before, "tags", "Customer"));
  // The keys of a new usage plan without a customer open the routes that the API adds.
  if (customer === undefined && (before === undefined || after === undefined)) return [];
  const subject: SurfaceSubject =
    customer === undefined
      ? { kind: "usage plan", usagePlan: textOf((after ?? before)?.name) ?? KNOWN_LATER }
      : { kind: "customer", customer };
  const was = before === undefined ? undefined : routesOf(before);
  const is = after === undefined ? undefined : routesOf(after);
  if (isSameState(stateOf(was), stateOf(is))) return [];
  const kind = was === undefined ? "added" : is === undefined ? "removed" : "routes changed";
  // The shared key opens each route with a key, also routes that only their names list afterwards.
  const isMoved = before !== undefined && !hasCustomer(before) && hasCustomer(after);
  const wasOpen = isMoved ? was?.flatMap((route) => routesWithKey(route, before, plan) ?? route) : was;
  const opened = is?.some((route) => route === KNOWN_LATER || !wasOpen?.includes(route)) ?? false;
  const refuses =
    is !== undefined && (wasOpen?.some((route) => route !== KNOWN_LATER && !is.includes(route)) ?? false);
  return [{ subject, kind, before: stateOf(was), after: stateOf(is), opened, refuses }];
}

function stateOf(routes: readonly string[] | undefined): SurfaceState | undefined {
  return routes && { kind: "key routes", routes };
}

/** The routes, sorted: `POST /prod/churn` for a limited route of a customer, `every route of stage prod` otherwise. */
function routesOf(values: Values): string[] {
  const stages = values.api_stages ?? [];
  if (!Array.isArray(stages)) return [KNOWN_LATER];
  const isCustomers = textOf(at(values, "tags", "Customer")) !== undefined;
  const routes = (stages as readonly Value[]).flatMap((one): string[] => {
    const stage = textOf(at(one, "stage"));
    const limited = at(one, "throttle");
    if (stage === undefined) return [KNOWN_LATER];
    if (!isCustomers || !Array.isArray(limited) || limited.length === 0) {
      return [everyRouteOf(stage)];
    }
    return (limited as readonly Value[]).map((limits) => routeOf(stage, textOf(at(limits, "path"))));
  });
  return [...new Set(routes)].sort();
}

function everyRouteOf(stage: string): string {
  return `every route of stage ${stage}`;
}

/**
 * The routes of a usage plan's stage that require a key before the plan.
 *
 * @param route - an element of {@link routesOf}
 * @returns `undefined` if the element is a single route, or if the plan does not show the routes of the API
 */
function routesWithKey(route: string, usagePlan: Values, plan: Plan): string[] | undefined {
  const stages = usagePlan.api_stages;
  const stage = (Array.isArray(stages) ? (stages as readonly Value[]) : []).find(
    (one) => route === everyRouteOf(textOf(at(one, "stage")) ?? ""),
  );
  const api = plan.resources.find(
    ({ type, before }) =>
      type === "aws_api_gateway_rest_api" && isSame(before?.id, at(stage, "api_id") ?? null),
  );
  const surface = stage === undefined || api === undefined ? undefined : surfaceOf(api.before);
  if (surface === undefined || typeof surface === "string") return undefined;
  return [...surface.routes.values()].flatMap(({ method, path, authorization }) =>
    authorization.requirements.some(({ kind }) => kind === "API_KEY")
      ? [`${method} /${textOf(at(stage, "stage"))}${path}`]
      : [],
  );
}

/** @param path - `<path>/<METHOD>` */
function routeOf(stage: string, path: string | undefined): string {
  if (path === undefined) return KNOWN_LATER;
  const slash = path.lastIndexOf("/");
  return `${path.slice(slash + 1)} /${stage}${path.slice(0, slash)}`;
}
