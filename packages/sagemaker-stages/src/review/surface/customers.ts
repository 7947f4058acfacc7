import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, type Value, type Values } from "../reading/values";
import { type Finding, isSameState, type SurfaceState, type SurfaceSubject } from "./change";

const KNOWN_LATER = "known after apply";

/**
 * Changes of the routes that the keys of a usage plan open. A usage plan of the engine has the tag `Customer`, and limits
 * each route of the customer. The authorizer lets the customer's keys open exactly these routes: the proof of least
 * privilege compares both. The keys of another usage plan open each route of its stages that requires a key.
 */
export function customerChanges(resource: PlannedResource): Finding[] {
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
  const opened = is?.some((route) => route === KNOWN_LATER || !was?.includes(route)) ?? false;
  const refuses =
    is !== undefined && (was?.some((route) => route !== KNOWN_LATER && !is.includes(route)) ?? false);
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
      return [`every route of stage ${stage}`];
    }
    return (limited as readonly Value[]).map((limits) => routeOf(stage, textOf(at(limits, "path"))));
  });
  return [...new Set(routes)].sort();
}

/** @param path - `<path>/<METHOD>` */
function routeOf(stage: string, path: string | undefined): string {
  if (path === undefined) return KNOWN_LATER;
  const slash = path.lastIndexOf("/");
  return `${path.slice(slash + 1)} /${stage}${path.slice(0, slash)}`;
}
