import { HOURS_PER_MONTH } from "../../aws/prices";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import type { Values } from "../reading/values";

/** The assumed duration of a request in the function and in the model. A plan does not contain durations. */
export const ASSUMED_DURATION_IN_MS = 100;

/**
 * The unit of an amount: a month at rest, a million requests, a thousand requests that take as long as the function may, a GB
 * written to a log in a month, or uncounted use.
 */
export type Per = "month" | "million requests" | "thousand long requests" | "GB of log" | "use";

/** A part of a resource that AWS charges for. */
export interface CostItem {
  readonly kind:
    | "address"
    | "alarm"
    | "cache"
    | "captured requests"
    | "dashboard"
    | "detailed metrics"
    | "hours"
    | "instances"
    | "key"
    | "metrics"
    | "log"
    | "longest requests"
    | "network interfaces"
    | "provisioned concurrency"
    | "requests"
    | "resource"
    | "route requests"
    | "shadow instances"
    | "shadow provisioned concurrency"
    | "shadow variant requests"
    | "variant requests"
    | "variants"
    | "web ACL";
  /** Name of the variant, the route or the type. */
  readonly name?: string;
}

/** A factor of a quantity, e.g. 730 h. */
export interface Factor {
  readonly value: number;
  readonly unit?:
    | "GB"
    | "alarm"
    | "dashboard"
    | "h"
    | "key"
    | "metric"
    | "metrics"
    | "million"
    | "months"
    | "rules"
    | "s"
    | "web ACL";
}

/** One summand of an amount. */
export interface Term {
  /** As in the table of prices. */
  readonly item: string;
  /** In the price's unit. */
  readonly quantity: number;
  /** The factors of the quantity, e.g. 2 × 730 h. */
  readonly factors: readonly Factor[];
}

/** Why an amount is not counted. */
export type UncountedReason =
  | typeof KNOWN_LATER
  | "by use"
  | "function not in the plan"
  | "metrics by hour"
  | "metrics by use"
  | "no rule"
  | "schedule not read"
  | "several metrics"
  | "subnets known after apply"
  | "unlimited retention";

/** An assumption of an amount. */
export type CostNote =
  /** The resource scales, and its minimum is counted; `null` where the minimum is known after apply. */
  | { readonly kind: "minimum"; readonly count: number | null }
  /** The capacity changes by a schedule, and its minimum is counted on average. */
  | { readonly kind: "scheduled minimum"; readonly average: number }
  | { readonly kind: "uncompressed" }
  | { readonly kind: "within provisioned concurrency" };

/** What AWS charges for a resource. */
export interface Charge {
  /** Unique in its resource, and equal before and after. */
  readonly what: CostItem;
  readonly per: Per;
  /** Its summands, or why they are not counted. */
  readonly terms: readonly Term[] | UncountedReason;
  /** The charge for one, where the number is not known. */
  readonly each?: Term;
  readonly note?: CostNote;
}

/** The context in which a rule counts a resource. */
export interface CostContext {
  readonly plan: Plan;
  readonly resource: PlannedResource;
  readonly side: "before" | "after";
}

/** The charges for a resource of a type, with the values before or after. */
export type Rule = (values: Values, context: CostContext) => Charge[];

/** The hours of a month, e.g. 2 × 730 h. */
export function hoursOf(count: number): Pick<Term, "quantity" | "factors"> {
  return {
    quantity: count * HOURS_PER_MONTH,
    factors: [{ value: count }, { value: HOURS_PER_MONTH, unit: "h" }],
  };
}

/** Why a quantity that Terraform does not know yet is not counted. */
export const KNOWN_LATER = "known after apply";
