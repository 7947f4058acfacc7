import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { textOf, type Values } from "../reading/values";
import { type Route, readSurface, type Target } from "../surface/open-api";
import { type Charge, type CostContext, KNOWN_LATER, type Rule, type Term } from "./charge";

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

/** Requests of {@link longRoutes}. One request costs too little for an amount in cents. */
const LONG_REQUESTS = 1_000;

/**
 * The possible cost of routes that wait longer than API Gateway's default: a thousand requests, each for the whole timeout of the
 * function. Lambda charges for the time in which a function waits.
 *
 * @param termsOfSeconds - Lambda's charges for a number of seconds of a function
 */
export function longRoutes(
  context: CostContext,
  termsOfSeconds: (values: Values, requests: number, seconds: number) => Charge["terms"],
): Charge[] {
  const surface = readSurface(textOf(deployedValues(context.resource)[context.side]?.body) ?? "");
  return [...(surface?.routes ?? [])].flatMap(([name, { target, transfer }]: [string, Route]): Charge[] => {
    const { timeoutInSeconds = 0 } = transfer;
    if (target.kind !== "function" || timeoutInSeconds <= GATEWAY_TIMEOUT_IN_SECONDS) return [];
    const charge = { what: { kind: "longest requests", name }, per: "thousand long requests" } as const;
    const values = functionValues(context, target.name);
    if (values === undefined) return [{ ...charge, terms: "function not in the plan" }];
    if (typeof values.timeout !== "number") return [{ ...charge, terms: KNOWN_LATER }];
    return [{ ...charge, terms: termsOfSeconds(values, LONG_REQUESTS, values.timeout) }];
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
  const values = functionValues(context, name);
  if (values === undefined) return "function not in the plan";
  const terms = chargesOf(values, context).map((charge) => charge.terms);
  const unknown = terms.find((one) => typeof one === "string");
  return unknown ?? [request, ...terms.flatMap((one) => (typeof one === "string" ? [] : one))];
}

function functionValues({ plan, side }: CostContext, name: string | undefined): Values | undefined {
  const fn = plan.resources.find((one) => isFunction(one, side, name));
  return fn && deployedValues(fn)[side];
}

function isFunction(resource: PlannedResource, side: CostContext["side"], name: string | undefined): boolean {
  return resource.type === "aws_lambda_function" && deployedValues(resource)[side]?.function_name === name;
}
