import { findPrice, PRICED_REGIONS, type Price } from "../../aws/prices";
import { compareTexts } from "../changes/changes";
import { withoutTags } from "../changes/tags";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isSame } from "../reading/values";
import type { Charge, CostItem, CostNote, Per, Term, UncountedReason } from "./charge";
import { BY_USE, FREE, RULES } from "./rules";

export type { CostItem, CostNote, Per, Term, UncountedReason } from "./charge";

/** The change of the bill, as far as the plan shows it. */
export interface CostChange {
  /** Region of the prices; `null` where the plan does not contain the region. */
  readonly region: string | null;
  /**
   * The dates of the prices with which the review calculates, from the oldest to the newest, e.g. `2023-12 – 2026-11-21`: the date
   * in the source, else the date on which the source was read. `null` without prices.
   */
  readonly pricesDated: string | null;
  /** `null` without prices. */
  readonly atRest: AtRest | null;
  /** Changed prices of a month at rest, by path. */
  readonly lines: readonly CostLine[];
  /** Changed prices of a million requests to one function, endpoint or API, by path. */
  readonly perMillionRequests: readonly CostLine[];
  /** Changed prices of a thousand requests to a long route that each take the whole timeout of the function, by path. */
  readonly perThousandLongRequests: readonly CostLine[];
  /** Changed prices of a GB that is written to a log in a month, with its storage, by path. */
  readonly perGbOfLog: readonly CostLine[];
  /** Charges without a known price, by path. */
  readonly notCounted: readonly NotCounted[];
  /** Why nothing is counted; `null` where anything is. */
  readonly notPriced: "region not in the plan" | "no prices of the region" | null;
  /** The regions with prices. */
  readonly pricedRegions: readonly string[];
}

/** Monthly cost at rest in USD, also of resources that do not change. */
export interface AtRest {
  readonly before: number;
  readonly after: number;
  /** The sum of the charges that are counted both before and after. */
  readonly difference: number;
  /** Whether a changed charge is not counted before or after: then the bill changes by a different amount. */
  readonly isPartial: boolean;
  /** Whether the sum of each side lacks a charge, also one that does not change. */
  readonly isIncomplete: { readonly before: boolean; readonly after: boolean };
}

/** One change of a price. */
export interface CostLine {
  readonly path: string;
  readonly address: string;
  readonly what: CostItem;
  /** `null` where the charge did not exist. */
  readonly before: Amount | null;
  /** `null` where the charge will not exist. */
  readonly after: Amount | null;
  /** USD; negative if the price falls. */
  readonly difference: number;
}

/** A summand with its price in USD. */
export interface PricedTerm extends Term {
  readonly price: number;
  /** The date of the price, as in {@link CostChange.pricesDated}. */
  readonly dated: string;
}

/** A counted price. */
export interface Amount {
  /** Rounded to a hundredth of a cent. */
  readonly usd: number;
  readonly terms: readonly PricedTerm[];
  readonly note?: CostNote;
}

/** A charge that is not counted before, after, or both. */
export interface NotCounted {
  readonly path: string;
  readonly address: string;
  readonly what: CostItem;
  readonly per: Per;
  /** `null` where the charge did not exist. */
  readonly before: Amount | Uncounted | null;
  /** `null` where the charge will not exist. */
  readonly after: Amount | Uncounted | null;
  /** Whether the plan changes the charge. An unchanged charge is missing both before and after. */
  readonly changes: boolean;
}

/** Why a charge is not counted. */
export type Uncounted =
  | {
      readonly reason: UncountedReason /** The price of one, where the number is not known. */;
      readonly each?: readonly PricedTerm[];
      /** The item whose price is not known, where the number is not known either. */
      readonly unknownPrice?: { readonly item: string; readonly region: string };
    }
  | { readonly reason: "no price"; readonly term: Term; readonly region: string };

/** The changed prices of all resources, from the table of prices only. */
export function costChange(plan: Plan): CostChange {
  const { region } = plan;
  if (region === undefined || !PRICED_REGIONS.includes(region)) return unpriced(region);

  const found = [...plan.resources]
    .sort((one, other) => compareTexts(one.path, other.path) || compareTexts(one.address, other.address))
    .flatMap((resource) => pairsOf(resource, plan).map((pair) => linesOf(pair, resource, region)));
  const linesPer = (per: Per) => found.flatMap((one) => (one.per === per && "line" in one ? [one.line] : []));
  const month = linesPer("month");
  const notCounted = found.flatMap((one) => ("notCounted" in one ? [one.notCounted] : []));
  const notCountedAtRest = notCounted.filter(({ per }) => per === "month");
  const sum = (side: "before" | "after") =>
    rounded([...month, ...notCountedAtRest].reduce((total, one) => total + usdOf(one[side]), 0));
  const lacksCharge = (side: "before" | "after") => notCountedAtRest.some((one) => isUncounted(one[side]));
  const changed = (lines: readonly CostLine[]) => lines.filter(({ difference }) => difference !== 0);
  return {
    region,
    pricesDated: timeOf(found),
    atRest: {
      before: sum("before"),
      after: sum("after"),
      difference: rounded(month.reduce((total, line) => total + line.difference, 0)),
      isPartial: notCountedAtRest.some(({ changes }) => changes),
      isIncomplete: { before: lacksCharge("before"), after: lacksCharge("after") },
    },
    lines: changed(month),
    perMillionRequests: changed(linesPer("million requests")),
    perThousandLongRequests: changed(linesPer("thousand long requests")),
    perGbOfLog: changed(linesPer("GB of log")),
    notCounted,
    notPriced: null,
    pricedRegions: PRICED_REGIONS,
  };
}

function unpriced(region: string | undefined): CostChange {
  return {
    region: region ?? null,
    pricesDated: null,
    atRest: null,
    lines: [],
    perMillionRequests: [],
    perThousandLongRequests: [],
    perGbOfLog: [],
    notCounted: [],
    notPriced: region === undefined ? "region not in the plan" : "no prices of the region",
    pricedRegions: PRICED_REGIONS,
  };
}

function timeOf(found: readonly Counted[]): string | null {
  const amounts = found.flatMap((one) => {
    const { before, after } = "line" in one ? one.line : one.notCounted;
    return [before, after];
  });
  const days = amounts
    .flatMap((amount) => (amount === null ? [] : isUncounted(amount) ? pricedOf(amount) : amount.terms))
    .map(({ dated }) => dated)
    .sort();
  return days.length === 0 ? null : [...new Set([days.at(0), days.at(-1)])].join(" – ");
}

function pricedOf(amount: Uncounted): readonly PricedTerm[] {
  return amount.reason === "no price" ? [] : (amount.each ?? []);
}

/** The same charge before and after. */
interface Pair {
  readonly what: CostItem;
  readonly per: Per;
  readonly before: Charge | undefined;
  readonly after: Charge | undefined;
  /** Whether the plan changes the charge. */
  readonly changes: boolean;
}

function pairsOf(resource: PlannedResource, plan: Plan): Pair[] {
  const sides = deployedValues(resource);
  const rule = Object.hasOwn(RULES, resource.type) ? RULES[resource.type] : undefined;
  if (rule === undefined) return withoutRule(resource);
  const chargesOf = (side: "before" | "after") => {
    const values = sides[side];
    return values === undefined ? [] : rule(values, { plan, resource, side });
  };
  const before = chargesOf("before");
  const after = chargesOf("after");
  const names = new Map([...before, ...after].map((charge) => [keyOf(charge), charge]));
  return [...names].map(([key, { what, per }]) => {
    const [was, is] = [before, after].map((charges) => charges.find((charge) => keyOf(charge) === key));
    return { what, per, before: was, after: is, changes: JSON.stringify(was) !== JSON.stringify(is) };
  });
}

function keyOf({ per, what: { kind, name } }: Charge): string {
  return JSON.stringify([per, kind, name]);
}

/** A type without a rule can cost something: the review names its created, changed and destroyed resources. */
function withoutRule(resource: PlannedResource): Pair[] {
  const { type } = resource;
  const { before, after } = deployedValues(resource);
  if (FREE.test(type)) return [];
  const isThroughout = before !== undefined && after !== undefined;
  if (isThroughout && (BY_USE.test(type) || isSame(withoutTags(before), withoutTags(after)))) return [];
  const charge: Charge = BY_USE.test(type)
    ? { what: { kind: "resource", name: type }, per: "use", terms: "by use" }
    : { what: { kind: "resource", name: type }, per: "month", terms: "no rule" };
  const { what, per } = charge;
  return [{ what, per, before: before && charge, after: after && charge, changes: true }];
}

type Counted = { readonly per: Per } & ({ readonly line: CostLine } | { readonly notCounted: NotCounted });

function linesOf(
  { what, per, before, after, changes }: Pair,
  resource: PlannedResource,
  region: string,
): Counted {
  const place = { path: resource.path, address: resource.address, what };
  const was = before && amountOf(before, region);
  const is = after && amountOf(after, region);
  // A charge that is counted only before or only after has no difference.
  if (isUncounted(was) || isUncounted(is)) {
    return { per, notCounted: { ...place, per, before: was ?? null, after: is ?? null, changes } };
  }
  const difference = rounded(usdOf(is) - usdOf(was));
  return { per, line: { ...place, before: was ?? null, after: is ?? null, difference } };
}

/** Whether a charge is not counted. */
export function isUncounted(amount: Amount | Uncounted | null | undefined): amount is Uncounted {
  return amount !== null && amount !== undefined && "reason" in amount;
}

function usdOf(amount: Amount | Uncounted | null | undefined): number {
  return amount === null || amount === undefined || isUncounted(amount) ? 0 : amount.usd;
}

/** The amount of a charge, or why it is not counted. */
function amountOf({ terms, each, note }: Charge, region: string): Amount | Uncounted {
  if (typeof terms === "string") {
    if (each === undefined) return { reason: terms };
    const price = findPrice(region, each.item);
    return price === undefined
      ? { reason: terms, unknownPrice: { item: each.item, region } }
      : { reason: terms, each: [pricedTerm(each, price)] };
  }
  const priced: PricedTerm[] = [];
  for (const term of terms) {
    const price = findPrice(region, term.item);
    if (price === undefined) return { reason: "no price", term, region };
    priced.push(pricedTerm(term, price));
  }
  const usd = rounded(priced.reduce((total, { quantity, price }) => total + quantity * price, 0));
  return { usd, terms: priced, ...(note === undefined ? {} : { note }) };
}

function pricedTerm(term: Term, { usd, asOf, read }: Price): PricedTerm {
  return { ...term, price: usd, dated: asOf ?? read };
}

/** Rounded to a hundredth of a cent, which removes errors of floating-point numbers. */
function rounded(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}
