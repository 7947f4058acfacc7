import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import type { Values } from "../values";

/** Hours of a month, as AWS's own calculator counts them: a twelfth of 365 days. */
export const HOURS_PER_MONTH = 730;

/** So long is each request taken to last in the function and in the model, because nobody knows it from a plan. */
export const ASSUMED_DURATION_IN_MS = 100;

/**
 * What an amount is for: a month at rest, a million requests, a GB a month that is written to a log, or a use of which
 * nothing is counted.
 */
export type Per = "month" | "million requests" | "GB of log" | "use";

/** One part of an amount. */
export interface Term {
  /** As in the table of prices. */
  readonly item: string;
  /** What it is, for people, e.g. `ml.m5.large`. */
  readonly name: string;
  /** In the price's unit. */
  readonly quantity: number;
  /** The quantity as it came about, e.g. `2 × 730 h`. */
  readonly words: string;
}

/** What a resource is charged for. */
export interface Charge {
  /** Unique in its resource, and the same before and after. */
  readonly what: string;
  readonly per: Per;
  /** Its parts; or why they cannot be told. */
  readonly terms: readonly Term[] | string;
  /** Where it cannot be told how many there are: what one is charged for. */
  readonly each?: Term;
  /** What to know of how it was counted. */
  readonly note?: string;
}

/** What is around a resource while it is counted. */
export interface Surroundings {
  readonly plan: Plan;
  readonly resource: PlannedResource;
  readonly side: "before" | "after";
}

/** What a resource of a type is charged for, with the values of one side. */
export type Rule = (values: Values, surroundings: Surroundings) => Charge[];

/** E.g. `2 × 730 h`. */
export function hoursOf(count: number): Pick<Term, "quantity" | "words"> {
  return { quantity: count * HOURS_PER_MONTH, words: `${count} × ${HOURS_PER_MONTH} h` };
}

const DIGITS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

/** A number with thousands apart, in the same way on every machine. */
export function inDigits(value: number): string {
  return DIGITS.format(value);
}

/** Why a quantity that Terraform does not know yet is not counted. */
export const KNOWN_LATER = "known after apply";
