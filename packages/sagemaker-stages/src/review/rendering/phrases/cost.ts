import { HOURS_PER_MONTH, PRICES_PAGE, pricePage } from "../../../aws/prices";
import {
  type Amount,
  type AtRest,
  type CostChange,
  type CostItem,
  type CostNote,
  isUncounted,
  type NotCounted,
  type Per,
  type PricedTerm,
  type Uncounted,
} from "../../cost";
import { ASSUMED_DURATION_IN_MS, type Factor, type UncountedReason } from "../../cost/charge";
import { code, plain } from "../markdown";
import { differenceOf, dollars, inDigits } from "./formats";

/** Units of amounts, in the order of the rows. */
export const UNITS: readonly (readonly [Per, string])[] = [
  ["month", "month"],
  ["million requests", "1 million requests"],
  ["thousand long requests", "1,000 requests at the timeout"],
  ["GB of log", "1 GB of logs"],
  ["use", "use"],
];

/** The paragraph below the sums of the section. */
export const ASSUMPTIONS =
  `List prices on demand, with ${HOURS_PER_MONTH} hours per month and ${ASSUMED_DURATION_IN_MS} ms per request. ` +
  "Never counted: the actual number of requests, data transfer and processing, storage, volumes of instances, metrics, " +
  "traces, captured data, CloudFront, free tiers, volume discounts, savings plans and other discounts, taxes.";

const ITEMS: Readonly<Record<CostItem["kind"], string>> = {
  address: "address",
  alarm: "alarm",
  cache: "cache",
  "asynchronous requests": "asynchronous requests: objects in S3, without their storage and reads",
  "captured requests": "captured requests: objects in S3, without their storage",
  dashboard: "dashboard",
  "detailed metrics": "detailed metrics",
  hours: "hours",
  instances: "variant {name}: instances",
  key: "key",
  metrics: "metrics",
  log: "log ingestion and storage",
  "longest requests": "{name}: the function waits for its whole timeout",
  "network interfaces": "network interfaces",
  "provisioned concurrency": "variant {name}: provisioned concurrency",
  requests: "requests",
  resource: "{name}",
  "route requests": "{name}: requests, without the endpoint",
  "shadow instances": "shadow variant {name}: instances",
  "shadow provisioned concurrency": "shadow variant {name}: provisioned concurrency",
  "shadow variant requests": "shadow variant {name}: requests",
  "variant requests": "variant {name}: requests",
  variants: "{name}",
  "web ACL": "web ACL",
};

const REASONS: Readonly<Record<UncountedReason, string>> = {
  "known after apply": "known after apply",
  "by use": "charged by use",
  "function not in the plan": "the function is not in the plan",
  "instances while requests wait":
    "the endpoint has no instance while no request waits, and a plan does not know for how long requests wait",
  "metrics by hour":
    "CloudWatch charges each metric of the model for the hours in which the metric receives data",
  "metrics by use": "CloudWatch charges each metric that receives data",
  "no rule": "the review has no prices for this type",
  "schedule not read": "the capacity changes by a schedule that the review cannot read",
  "several metrics": "the alarm uses a query, whose price depends on the metrics that it reads",
  "subnets known after apply": "the number of subnets is known after apply",
  "unlimited retention": "no retention limit, so the stored volume grows every month",
};

/** Names of the items of the price table. `{name}` is the rest of the item. */
const TERMS: readonly (readonly [prefix: string, text: string])[] = [
  ["sagemaker:instance:", "{name}"],
  ["sagemaker:serverless", "serverless inference"],
  ["sagemaker:provisioned-concurrency-duration:", "requests to provisioned concurrency with {name} MB"],
  ["sagemaker:provisioned-concurrency:", "provisioned concurrency with {name} MB"],
  ["lambda:request", "requests to Lambda"],
  ["lambda:duration:", "Lambda on {name}"],
  ["lambda:ephemeral-storage", "Lambda's ephemeral storage"],
  ["apigateway:rest-request", "requests to a REST API"],
  ["apigateway:cache:", "cache of {name} GB"],
  ["vpc:interface-endpoint", "interface endpoint"],
  ["vpc:endpoint:", "endpoint of type {name}"],
  ["vpc:nat-gateway", "NAT gateway"],
  ["vpc:public-address", "public address"],
  ["kms:key", "KMS key"],
  ["logs:ingestion", "log ingestion"],
  ["logs:storage", "log storage"],
  ["cloudwatch:alarm", "alarm"],
  ["cloudwatch:composite-alarm", "composite alarm"],
  ["cloudwatch:custom-metric", "custom metric, per month"],
  ["cloudwatch:dashboard", "dashboard"],
  ["cloudwatch:high-resolution-alarm", "high-resolution alarm"],
  ["s3:put", "objects written to S3"],
  ["waf:web-acl", "web ACL"],
  ["waf:rule", "rules"],
  ["waf:request", "requests to a web ACL"],
];

/** The part of a resource that AWS charges for, e.g. `variant AllTraffic: instances`. */
export function itemText({ kind, name = "" }: CostItem): string {
  return ITEMS[kind].replace("{name}", () => name);
}

/** How an amount is calculated, e.g. `2 × 730 h × $0.115 (ml.m5.large)`. */
export function calculationText({ terms }: Pick<Amount, "terms">): string {
  return terms.map(termText).join(" + ");
}

/** Why a charge is not counted. */
export function uncountedText(amount: Uncounted): string {
  if (amount.reason === "no price") {
    const { term, region } = amount;
    return `${unknownPrice(term.item, region)} (${factorsText(term.factors)})`;
  }
  return `${REASONS[amount.reason]}${eachText(amount)}`;
}

function eachText({ each, unknownPrice: unknown }: Exclude<Uncounted, { reason: "no price" }>): string {
  if (unknown !== undefined) {
    return `; ${unknownPrice(unknown.item, unknown.region)}`;
  }
  return each === undefined ? "" : `; each costs ${calculationText({ terms: each })}`;
}

function unknownPrice(item: string, region: string): string {
  return `price unknown: ${termName(item)} in ${region}`;
}

/** An assumption of an amount. */
export function noteText(note: CostNote): string {
  switch (note.kind) {
    case "minimum":
      return note.count === null
        ? "the minimum of the scaling is known after apply"
        : `scales; counted at the minimum of ${note.count}`;
    case "scheduled minimum":
      return `scales by a schedule; counted at the average minimum of ${inDigits(note.average)}`;
    case "uncompressed":
      return "storage counted without compression";
    case "within provisioned concurrency":
      return "as long as the provisioned concurrency is sufficient";
  }
}

/** An amount with its calculation in lines; nothing where there is no charge. */
export function amountLines(amount: Amount | Uncounted | null): readonly string[] {
  if (amount === null) return [];
  if (isUncounted(amount)) return [`not counted: ${uncountedText(amount)}`];
  const { usd, note } = amount;
  return [dollars(usd), calculationText(amount), ...(note === undefined ? [] : [noteText(note)])];
}

function termText({ item, factors, price }: PricedTerm): string {
  return `${factorsText(factors)} × $${inFull(price)} (${termName(item)})`;
}

function factorsText(factors: readonly Factor[]): string {
  return factors
    .map(({ value, unit }) => (unit === undefined ? inDigits(value) : `${inDigits(value)} ${unit}`))
    .join(" × ");
}

function termName(item: string): string {
  const [prefix, text] = TERMS.find(([start]) => item.startsWith(start)) ?? [item, item];
  return text.replace("{name}", () => item.slice(prefix.length));
}

/** A small number without an exponent. */
function inFull(usd: number): string {
  return usd.toLocaleString("en-US", { maximumFractionDigits: 10, useGrouping: false });
}

/** The difference of a charge that is not counted. */
export const NOT_COUNTED = "not counted";

/** `Cost: +$0.10 per month` */
export function atRestTitle(heading: string, { difference, isPartial }: AtRest): string {
  const counted = `${differenceOf(difference)} per month`;
  if (!isPartial) return `${heading}: ${counted}`;
  return difference === 0 ? `${heading}: partly unknown` : `${heading}: ${counted}, partly unknown`;
}

/** The monthly cost at rest before and after. */
export function atRestSentence({ before, after, isIncomplete }: AtRest): string {
  return `Monthly cost without requests: ${sumText(before, isIncomplete.before)} → ${sumText(after, isIncomplete.after)}.`;
}

/** A sum that lacks a charge is a lower bound. Without any counted charge, $0.00 would look like no cost. */
function sumText(usd: number, isIncomplete: boolean): string {
  if (!isIncomplete) return dollars(usd);
  return dollars(usd) === dollars(0) ? "unknown" : `at least ${dollars(usd)}`;
}

/** Why no price is counted. */
export function notPricedText({ notPriced, region, pricedRegions }: CostChange): string {
  const reason =
    notPriced === "region not in the plan"
      ? "The plan does not contain its region"
      : `The review has no prices of ${region}`;
  return `${reason}, so nothing is counted. The review has some prices of ${pricedRegions.join(" and ")}.`;
}

/** The charges at rest that the sums lack although the plan does not change them. */
export function unchangedSentence(charges: readonly NotCounted[]): string[] {
  if (charges.length === 0) return [];
  const shown = charges.slice(0, MAX_UNCHANGED).map(({ path, what, after }) => {
    const reason = isUncounted(after) ? ` (${uncountedText(after)})` : "";
    return `${code(path)}, ${plain(`${itemText(what)}${reason}`)}`;
  });
  const others = charges.length - shown.length;
  return [
    `The plan does not change these charges, and the sums do not contain them: ${shown.join("; ")}${others === 0 ? "" : `; and ${others} more`}.`,
  ];
}

const MAX_UNCHANGED = 5;

/**
 * AWS's pages with the prices that the review does not know.
 *
 * @param shown - the charges in the section that are not counted
 */
export function pricePagesSentence(
  { notPriced }: Pick<CostChange, "notPriced">,
  shown: readonly NotCounted[],
): string[] {
  const items = shown.flatMap(({ before, after }) => [before, after].flatMap(unknownItemsOf));
  const pages = notPriced === null ? new Set(items.map(pricePage)) : new Set([PRICES_PAGE]);
  return pages.size === 0
    ? []
    : [`For unknown prices, see ${[...pages].map((page) => `<${page}>`).join(", ")}.`];
}

function unknownItemsOf(amount: NotCounted["before"]): string[] {
  if (!isUncounted(amount)) return [];
  if (amount.reason === "no price") return [amount.term.item];
  return amount.unknownPrice === undefined ? [] : [amount.unknownPrice.item];
}

/** The date of the prices. */
export function pricesSentence({ region, pricesDated }: CostChange): string[] {
  return pricesDated === null ? [] : [`Prices of ${region}, ${pricesDated}.`];
}
