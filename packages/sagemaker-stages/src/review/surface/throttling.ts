import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { type Finding, isSameState, type Limit, type SurfaceSubject, type ThrottlingState } from "./change";

/** How many requests are permitted: infinite where only the account's limit applies, undefined where not known yet. */
interface Limits {
  readonly rate: number | undefined;
  readonly burst: number | undefined;
  /** Limit of a whole period; absent where there is none. */
  readonly quota?: Quota;
}

/** How many requests a key can send in a period. */
interface Quota {
  readonly limit: number | undefined;
  readonly period: string | undefined;
  readonly days: number | undefined;
}

/** API Gateway's periods, in days. */
const DAYS: ReadonlyMap<string | undefined, number> = new Map([
  ["DAY", 1],
  ["WEEK", 7],
  ["MONTH", 30],
]);

/** API Gateway's value for "only the account's limit applies". */
const UNLIMITED = -1;

/** Changes of the throttling of all routes of a stage, or of one route. */
export function stageThrottling(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  const values = after ?? before;
  const stage = textOf(values?.stage_name) ?? "known after apply";
  const path = textOf(values?.method_path) ?? "known after apply";
  const subject = { kind: "throttled routes", stage, path } as const;
  // If the stage is destroyed, too, no route is left to call.
  const stays = plan.resources.some(
    (other) =>
      other.type === "aws_api_gateway_stage" &&
      deployedValues(other).after?.stage_name === values?.stage_name,
  );
  const limitsOf = (side: Values | undefined) =>
    limits(
      at(side, "settings", 0, "throttling_rate_limit"),
      at(side, "settings", 0, "throttling_burst_limit"),
    );
  return throttlingChange(subject, before && limitsOf(before), after && limitsOf(after), stays);
}

/** Changes of a usage plan's throttling and quota, which apply to each API key. */
export function keyThrottling(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.name) ?? "known after apply";
  const limitsOf = (side: Values) =>
    withQuota(
      limits(at(side, "throttle_settings", 0, "rate_limit"), at(side, "throttle_settings", 0, "burst_limit")),
      side,
    );
  // Without a usage plan, a key permits no call.
  return throttlingChange(
    { kind: "usage plan", usagePlan: name },
    before && limitsOf(before),
    after && limitsOf(after),
    false,
  );
}

/** @param unlimitedAfter - whether the subject still exists after the limits are removed */
function throttlingChange(
  subject: SurfaceSubject,
  before: Limits | undefined,
  after: Limits | undefined,
  unlimitedAfter: boolean,
): Finding[] {
  const now = after ?? NO_LIMITS;
  if (isKnown(now) && isSameState(stateOf(before ?? NO_LIMITS), stateOf(now))) return [];
  const lost = before !== undefined && after === undefined;
  if (lost && !unlimitedAfter) return [];
  const raised =
    before !== undefined &&
    (isMore(before.rate, now.rate) ||
      isMore(before.burst, now.burst) ||
      isMoreQuota(before.quota, now.quota));
  return [
    {
      subject,
      kind: "throttling changed",
      before: before && stateOf(before),
      after: stateOf(now),
      raisedThrottling: raised,
    },
  ];
}

const NO_LIMITS: Limits = { rate: Infinity, burst: Infinity };

function isKnown({ rate, burst, quota }: Limits): boolean {
  const isKnownQuota = quota === undefined || (quota.limit !== undefined && quota.days !== undefined);
  return rate !== undefined && burst !== undefined && isKnownQuota;
}

function stateOf({ rate, burst, quota }: Limits): NonNullable<Finding["after"]> {
  const state: ThrottlingState = { kind: "throttling", rate: shown(rate), burst: shown(burst) };
  if (quota === undefined) return state;
  return { ...state, quota: { limit: quota.limit ?? null, period: quota.period ?? null } };
}

function shown(value: number | undefined): Limit {
  if (value === undefined) return "known after apply";
  return value === Infinity ? null : value;
}

function limits(rateLimit: Value | undefined, burstLimit: Value | undefined): Limits {
  return { rate: limit(rateLimit), burst: limit(burstLimit) };
}

function withQuota(limited: Limits, usagePlan: Values): Limits {
  const settings = usagePlan.quota_settings;
  const period = textOf(at(settings, 0, "period"));
  const limitOfPeriod = at(settings, 0, "limit");
  if (settings !== UNKNOWN && limitOfPeriod === undefined) return limited;
  const quota = {
    limit: typeof limitOfPeriod === "number" ? limitOfPeriod : undefined,
    period: period?.toLowerCase(),
    days: DAYS.get(period),
  };
  return { ...limited, quota };
}

/** The same limit is higher in a shorter period. In a longer period, more requests can come together. */
function isMoreQuota(before: Quota | undefined, after: Quota | undefined): boolean {
  if (before === undefined) return false;
  if (after?.limit === undefined || after.days === undefined) return true;
  if (before.limit === undefined || before.days === undefined) return false;
  return after.limit > before.limit || after.limit / after.days > before.limit / before.days;
}

/** Undefined where the limit is known after apply. */
function limit(value: Value | undefined): number | undefined {
  if (value === UNKNOWN) return undefined;
  return typeof value === "number" && value !== UNLIMITED ? value : Infinity;
}

/** A limit that is known after apply can be higher. */
function isMore(before: number | undefined, after: number | undefined): boolean {
  return after === undefined || (before !== undefined && after > before);
}
