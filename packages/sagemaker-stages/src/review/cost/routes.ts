import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { readSurface, type Target } from "../surface/open-api";
import { textOf, type Values } from "../values";
import type { Charge, Rule, Surroundings, Term } from "./charge";

/**
 * Routes that change between a function and an endpoint that API Gateway invokes itself: what a million requests cost
 * either way, without the endpoint.
 *
 * @param request - what API Gateway charges
 * @param chargesOf - what a function is charged for
 */
export function changedRoutes(surroundings: Surroundings, request: Term, chargesOf: Rule): Charge[] {
  const { before, after } = inAws(surroundings.resource);
  const [was, is] = [targetsOf(before), targetsOf(after)];
  return [...was].flatMap(([route, old]): Charge[] => {
    const now = is.get(route);
    if (now === undefined || !isOtherWay(old, now)) return [];
    const target = surroundings.side === "before" ? old : now;
    return [
      {
        what: `${route}: requests, without the endpoint`,
        per: "million requests",
        terms: termsOf(target, surroundings, request, chargesOf),
      },
    ];
  });
}

/** Whether a function answers in place of an endpoint, or the other way round. */
function isOtherWay(old: Target, now: Target): boolean {
  return old.kind !== now.kind && [old, now].every(({ kind }) => kind !== "other");
}

function targetsOf(values: Values | undefined): ReadonlyMap<string, Target> {
  const surface = readSurface(textOf(values?.body) ?? "");
  return new Map([...(surface?.routes ?? [])].map(([name, { target }]) => [name, target]));
}

function termsOf(
  { kind, name }: Target,
  surroundings: Surroundings,
  request: Term,
  chargesOf: Rule,
): Charge["terms"] {
  if (kind !== "function") return [request];
  const fn = surroundings.plan.resources.find((one) => isFunction(one, surroundings.side, name));
  const values = fn && inAws(fn)[surroundings.side];
  if (values === undefined) return "the function is not in the plan";
  const terms = chargesOf(values, surroundings).map((charge) => charge.terms);
  const unknown = terms.find((one) => typeof one === "string");
  return unknown ?? [request, ...terms.flatMap((one) => (typeof one === "string" ? [] : one))];
}

function isFunction(
  resource: PlannedResource,
  side: Surroundings["side"],
  name: string | undefined,
): boolean {
  return resource.type === "aws_lambda_function" && inAws(resource)[side]?.function_name === name;
}
