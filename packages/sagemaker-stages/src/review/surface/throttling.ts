import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../values";
import type { Finding } from "./change";

/** How many requests are let through; infinite where nothing of its own limits them. */
interface Limits {
  readonly rate: number | undefined;
  readonly burst: number | undefined;
  /** In a whole period; absent where there is none. */
  readonly quota?: Quota;
  readonly words: string;
}

/** How many requests a key may send in a period. */
interface Quota {
  readonly limit: number | undefined;
  readonly days: number | undefined;
}

/** API Gateway's periods. */
const DAYS: ReadonlyMap<string | undefined, number> = new Map([
  ["DAY", 1],
  ["WEEK", 7],
  ["MONTH", 30],
]);

/** API Gateway's word for no limit of its own, which is the account's. */
const UNLIMITED = -1;

/** What changes of a stage's throttling, for all its routes or one. */
export function stageThrottling(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  const values = after ?? before;
  const stage = textOf(values?.stage_name) ?? "known after apply";
  const path = textOf(values?.method_path) ?? "known after apply";
  const what = `${path === "*/*" ? "every route" : path} of stage ${stage}`;
  // Where the stage goes as well, nothing is left that could be called more often.
  const stays = plan.resources.some(
    (other) =>
      other.type === "aws_api_gateway_stage" && inAws(other).after?.stage_name === values?.stage_name,
  );
  const limitsOf = (side: Values | undefined) =>
    limits(
      at(side, "settings", 0, "throttling_rate_limit"),
      at(side, "settings", 0, "throttling_burst_limit"),
    );
  return throttlingChange(what, before && limitsOf(before), after && limitsOf(after), stays);
}

/** What changes of a usage plan's throttling and quota, which are those of each API key. */
export function keyThrottling(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const name = textOf((after ?? before)?.name) ?? "known after apply";
  const limitsOf = (side: Values) =>
    withQuota(
      limits(at(side, "throttle_settings", 0, "rate_limit"), at(side, "throttle_settings", 0, "burst_limit")),
      side,
    );
  // A key without a plan calls nothing.
  return throttlingChange(
    `each key of usage plan ${name}`,
    before && limitsOf(before),
    after && limitsOf(after),
    false,
  );
}

/** @param unlimitedAfter - whether what loses its limits is still there */
function throttlingChange(
  what: string,
  before: Limits | undefined,
  after: Limits | undefined,
  unlimitedAfter: boolean,
): Finding[] {
  const now = after ?? NO_LIMITS;
  if ((before ?? NO_LIMITS).words === now.words && !now.words.includes(KNOWN_LATER)) return [];
  const lost = before !== undefined && after === undefined;
  if (lost && !unlimitedAfter) return [];
  const raised =
    before !== undefined &&
    (isMore(before.rate, now.rate) ||
      isMore(before.burst, now.burst) ||
      isMoreQuota(before.quota, now.quota));
  return [
    { what, kind: "throttling changed", before: before?.words, after: now.words, raisedThrottling: raised },
  ];
}

const KNOWN_LATER = "known after apply";

const NO_LIMITS: Limits = { rate: Infinity, burst: Infinity, words: "no limit but the account's" };

function limits(rateLimit: Value | undefined, burstLimit: Value | undefined): Limits {
  const rate = limit(rateLimit);
  const burst = limit(burstLimit);
  if (rate === undefined || burst === undefined) return { rate, burst, words: KNOWN_LATER };
  if (rate === Infinity && burst === Infinity) return NO_LIMITS;
  return { rate, burst, words: `${inWords(rate)} a second, ${inWords(burst)} at once` };
}

function withQuota(limited: Limits, usagePlan: Values): Limits {
  const settings = usagePlan.quota_settings;
  const period = textOf(at(settings, 0, "period"));
  const limitOfPeriod = at(settings, 0, "limit");
  if (settings !== UNKNOWN && limitOfPeriod === undefined) return limited;
  const quota = {
    limit: typeof limitOfPeriod === "number" ? limitOfPeriod : undefined,
    days: DAYS.get(period),
  };
  const isKnown = quota.limit !== undefined && quota.days !== undefined;
  const words = isKnown ? `${quota.limit} a ${period?.toLowerCase()}` : KNOWN_LATER;
  return { ...limited, quota, words: `${limited.words}, ${words}` };
}

/** Of a shorter period, as many are more; of a longer one, more may come at once. */
function isMoreQuota(before: Quota | undefined, after: Quota | undefined): boolean {
  if (before === undefined) return false;
  if (after?.limit === undefined || after.days === undefined) return true;
  if (before.limit === undefined || before.days === undefined) return false;
  return after.limit > before.limit || after.limit / after.days > before.limit / before.days;
}

function inWords(count: number): string {
  return count === Infinity ? "any number" : String(count);
}

/** Undefined where it is not known yet. */
function limit(value: Value | undefined): number | undefined {
  if (value === UNKNOWN) return undefined;
  return typeof value === "number" && value !== UNLIMITED ? value : Infinity;
}

/** What is not known yet may be more. */
function isMore(before: number | undefined, after: number | undefined): boolean {
  return after === undefined || (before !== undefined && after > before);
}
