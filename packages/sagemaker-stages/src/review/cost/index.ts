import { compareTexts } from "../changes";
import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { withoutTags } from "../tags";
import { isSame } from "../values";
import { ASSUMED_DURATION_IN_MS, type Charge, HOURS_PER_MONTH, type Per } from "./charge";
import { findPrice, PRICED_REGIONS, PRICES } from "./prices";
import { BY_USE, FREE, RULES } from "./rules";

export type { Per } from "./charge";

/** What a plan changes of the bill, as far as it can be told from the plan. */
export interface CostChange {
  /** Of the prices; `null` where the plan does not say where it is. */
  readonly region: string | null;
  /**
   * The time of the region's prices, from the oldest to the newest, e.g. `2023-12 – 2026-11-21`: when their source says
   * that they were so, else when the source was read. `null` without prices.
   */
  readonly pricesDated: string | null;
  /** `null` without prices. */
  readonly atRest: AtRest | null;
  /** What changes of a month at rest, by path. */
  readonly lines: readonly CostLine[];
  /** What changes of the price of a million requests to one function, endpoint or API, by path. */
  readonly perMillionRequests: readonly CostLine[];
  /** What changes of the price of a GB that is written to a log in a month, with keeping it, by path. */
  readonly perGbOfLog: readonly CostLine[];
  /** What was seen and has no price here, by path. */
  readonly notCounted: readonly NotCounted[];
  /** Why nothing at all is counted; `null` where something is. */
  readonly notPriced: string | null;
  /** How it was counted, and what never is. */
  readonly sentence: string;
}

/** USD a month of everything that has a price at rest, what does not change too. */
export interface AtRest {
  /** All that is counted of it. */
  readonly before: number;
  /** All that is counted of it. */
  readonly after: number;
  /** Of what is counted on both sides; where {@link AtRest.isPartial} is true, it says nothing of the rest. */
  readonly difference: number;
  /** Whether something at rest changes that is not counted, before or after: then the bill changes by another amount. */
  readonly isPartial: boolean;
}

/** One change of a price. */
export interface CostLine {
  readonly path: string;
  readonly address: string;
  /** What of it, e.g. `variant AllTraffic: instances`. */
  readonly what: string;
  /** `null` where there was nothing. */
  readonly before: Amount | null;
  /** `null` where there will be nothing. */
  readonly after: Amount | null;
  /** USD, negative where it becomes less. */
  readonly difference: number;
}

/** What something costs. */
export interface Amount {
  /** Rounded to a hundredth of a cent. */
  readonly usd: number;
  /** E.g. `2 × 730 h × $0.115 (ml.m5.large)`. */
  readonly calculation: string;
  /** What to know of how it was counted. */
  readonly note?: string;
}

/** Something that costs, and is not counted on one side at least. */
export interface NotCounted {
  readonly path: string;
  readonly address: string;
  readonly what: string;
  readonly per: Per;
  /** `null` where there was nothing. */
  readonly before: Amount | Uncounted | null;
  /** `null` where there will be nothing. */
  readonly after: Amount | Uncounted | null;
  /** Whether the plan changes it: what does not change is missing before and after alike. */
  readonly changes: boolean;
}

/** Why it cannot be told what something costs, with its quantity where that is known. */
export interface Uncounted {
  readonly reason: string;
}

const SENTENCE =
  `List prices on demand, ${HOURS_PER_MONTH} hours a month, each request taken to last ${ASSUMED_DURATION_IN_MS} ms. ` +
  "Never counted: requests at their real number, data transfer and processing, storage, volumes of instances, metrics, " +
  "traces, captured data, CloudFront, free tiers, tiers of volume, savings plans and other discounts, taxes.";

/** Says for each resource what changes of its price, from one table of prices and nothing else. */
export function costChange(plan: Plan): CostChange {
  const { region } = plan;
  if (region === undefined || !PRICED_REGIONS.includes(region)) return unpriced(region);

  const found = [...plan.resources]
    .sort((one, other) => compareTexts(one.path, other.path) || compareTexts(one.address, other.address))
    .flatMap((resource) => pairsOf(resource, plan).map((pair) => counted(pair, resource, region)));
  const linesPer = (per: Per) => found.flatMap((one) => (one.per === per && "line" in one ? [one.line] : []));
  const month = linesPer("month");
  const notCounted = found.flatMap((one) => ("notCounted" in one ? [one.notCounted] : []));
  const notCountedAtRest = notCounted.filter(({ per }) => per === "month");
  const sum = (side: "before" | "after") =>
    rounded([...month, ...notCountedAtRest].reduce((total, one) => total + usdOf(one[side]), 0));
  const changed = (lines: readonly CostLine[]) => lines.filter(({ difference }) => difference !== 0);
  return {
    region,
    pricesDated: timeOf(region),
    atRest: {
      before: sum("before"),
      after: sum("after"),
      difference: rounded(month.reduce((total, line) => total + line.difference, 0)),
      isPartial: notCountedAtRest.some(({ changes }) => changes),
    },
    lines: changed(month),
    perMillionRequests: changed(linesPer("million requests")),
    perGbOfLog: changed(linesPer("GB of log")),
    notCounted,
    notPriced: null,
    sentence: SENTENCE,
  };
}

function unpriced(region: string | undefined): CostChange {
  const why =
    region === undefined ? "the plan does not say its region" : `no price of ${region} is known here`;
  return {
    region: region ?? null,
    pricesDated: null,
    atRest: null,
    lines: [],
    perMillionRequests: [],
    perGbOfLog: [],
    notCounted: [],
    notPriced: `${why}: nothing is counted; known are some of ${PRICED_REGIONS.join(" and ")}`,
    sentence: SENTENCE,
  };
}

function timeOf(region: string): string {
  const days = PRICES.filter((price) => price.region === region)
    .map(({ asOf, read }) => asOf ?? read)
    .sort();
  return [...new Set([days.at(0), days.at(-1)])].join(" – ");
}

/** The same charge before and after. */
interface Pair {
  readonly what: string;
  readonly per: Per;
  readonly before: Charge | undefined;
  readonly after: Charge | undefined;
  /** Whether the plan changes it. */
  readonly changes: boolean;
}

function pairsOf(resource: PlannedResource, plan: Plan): Pair[] {
  const sides = inAws(resource);
  const rule = Object.hasOwn(RULES, resource.type) ? RULES[resource.type] : undefined;
  if (rule === undefined) return withoutRule(resource);
  const chargesOf = (side: "before" | "after") => {
    const values = sides[side];
    return values === undefined ? [] : rule(values, { plan, resource, side });
  };
  const before = chargesOf("before");
  const after = chargesOf("after");
  const names = new Map([...before, ...after].map((charge) => [`${charge.per}: ${charge.what}`, charge]));
  return [...names.values()].map(({ what, per }) => {
    const [was, is] = [before, after].map((charges) =>
      charges.find((charge) => charge.what === what && charge.per === per),
    );
    return { what, per, before: was, after: is, changes: JSON.stringify(was) !== JSON.stringify(is) };
  });
}

/** A type that no rule reads may cost something: it is named where it comes, goes or changes. */
function withoutRule(resource: PlannedResource): Pair[] {
  const { type } = resource;
  const { before, after } = inAws(resource);
  if (FREE.test(type)) return [];
  const isThroughout = before !== undefined && after !== undefined;
  if (isThroughout && (BY_USE.test(type) || isSame(withoutTags(before), withoutTags(after)))) return [];
  const charge: Charge = BY_USE.test(type)
    ? { what: type, per: "use", terms: "it costs by use" }
    : { what: type, per: "month", terms: "nothing is known here of what it costs" };
  const { what, per } = charge;
  return [{ what, per, before: before && charge, after: after && charge, changes: true }];
}

type Counted = { readonly per: Per } & ({ readonly line: CostLine } | { readonly notCounted: NotCounted });

function counted(
  { what, per, before, after, changes }: Pair,
  resource: PlannedResource,
  region: string,
): Counted {
  const place = { path: resource.path, address: resource.address, what };
  const was = before && amountOf(before, region);
  const is = after && amountOf(after, region);
  // What cannot be counted on one side has no difference.
  if (isUncounted(was) || isUncounted(is)) {
    return { per, notCounted: { ...place, per, before: was ?? null, after: is ?? null, changes } };
  }
  const difference = rounded(usdOf(is) - usdOf(was));
  return { per, line: { ...place, before: was ?? null, after: is ?? null, difference } };
}

/** Whether it costs something that cannot be told. */
export function isUncounted(amount: Amount | Uncounted | null | undefined): amount is Uncounted {
  return amount !== null && amount !== undefined && "reason" in amount;
}

function usdOf(amount: Amount | Uncounted | null | undefined): number {
  return amount === null || amount === undefined || isUncounted(amount) ? 0 : amount.usd;
}

/** What it costs, or why that cannot be told. */
function amountOf({ terms, each, note }: Charge, region: string): Amount | Uncounted {
  if (typeof terms === "string") {
    const one = each && amountOf({ what: "", per: "month", terms: [each] }, region);
    return { reason: one !== undefined && "usd" in one ? `${terms}; each costs ${one.calculation}` : terms };
  }
  const parts: string[] = [];
  let usd = 0;
  for (const { item, name, quantity, words } of terms) {
    const price = findPrice(region, item);
    if (price === undefined) return { reason: `no price of ${name} in ${region} is known here (${words})` };
    usd += quantity * price.usd;
    parts.push(`${words} × $${inFull(price.usd)} (${name})`);
  }
  return { usd: rounded(usd), calculation: parts.join(" + "), ...(note === undefined ? {} : { note }) };
}

/** A small number without an exponent. */
function inFull(usd: number): string {
  return usd.toLocaleString("en-US", { maximumFractionDigits: 10, useGrouping: false });
}

/** To a hundredth of a cent: what floats add is smaller. */
function rounded(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}
