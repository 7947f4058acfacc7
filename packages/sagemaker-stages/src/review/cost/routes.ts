import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { textOf, type Values } from "../reading/values";
import { readSurface, type Target } from "../surface/open-api";
import type { Charge, CostContext, Rule, Term } from "./charge";

/**
 * The charges of routes that change between a function and an endpoint that API Gateway invokes without a function: a
 * million requests, without the endpoint.
 *
 * @param request - API Gateway's charge
 * @param chargesOf - the charges for a function
 */
export function changedRoutes(context: CostContext, request: Term, chargesOf: Rule): Charge[] {
  const { before, after } = deployedValues(context.resource);
  const [was, is] = [targetsOf(before), targetsOf(after)];
  return [...was].flatMap(([route, old]): Charge[] => {
    const now = is.get(route);
    if (now === undefined || !changesIntegration(old, now)) return [];
    const target = context.side === "before" ? old : now;
    return [
      {
        what: { kind: "route requests", name: route },
        per: "million requests",
        terms: termsOf(target, context, request, chargesOf),
      },
    ];
  });
}

/** Whether a function replaces an endpoint, or an endpoint replaces a function. */
function changesIntegration(old: Target, now: Target): boolean {
  return old.kind !== now.kind && [old, now].every(({ kind }) => kind !== "other");
}

function targetsOf(values: Values | undefined): ReadonlyMap<string, Target> {
  const surface = readSurface(textOf(values?.body) ?? "");
  return new Map([...(surface?.routes ?? [])].map(([name, { target }]) => [name, target]));
}

function termsOf(
  { kind, name }: Target,
  context: CostContext,
  request: Term,
  chargesOf: Rule,
): Charge["terms"] {
  if (kind !== "function") return [request];
  const fn = context.plan.resources.find((one) => isFunction(one, context.side, name));
  const values = fn && deployedValues(fn)[context.side];
  if (values === undefined) return "function not in the plan";
  const terms = chargesOf(values, context).map((charge) => charge.terms);
  const unknown = terms.find((one) => typeof one === "string");
  return unknown ?? [request, ...terms.flatMap((one) => (typeof one === "string" ? [] : one))];
}

function isFunction(resource: PlannedResource, side: CostContext["side"], name: string | undefined): boolean {
  return resource.type === "aws_lambda_function" && deployedValues(resource)[side]?.function_name === name;
}
