/** The periods of quotas in usage plans (https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html). */
export const QUOTA_PERIODS = ["DAY", "WEEK", "MONTH"] as const;

/** A quota of a usage plan: a number of requests in a period. */
export interface Quota {
  readonly limit: number;
  readonly period: (typeof QUOTA_PERIODS)[number];
}

const MILLISECONDS_PER_DAY = 86_400_000;
/** 1970-01-01 was a Thursday: 4 days after a Sunday. */
const EPOCH_WEEKDAY = 4;

/**
 * The requests that API Gateway has counted for the keys. API Gateway counts each key separately
 * (https://repost.aws/questions/QUgn8X2qh_RaeGuc_31qr_Og/multiple-api-keys-and-the-flow-rate-limit-in-the-usage-plan). A new
 * limit applies to the requests that are counted already, so the numbers stay when the stage is reloaded.
 */
export class QuotaUsage {
  private readonly used = new Map<string, { readonly period: string; readonly requests: number }>();

  /** @param now - returns the current time in milliseconds since 1970; default: the clock of the machine */
  constructor(private readonly now: () => number = Date.now) {}

  /** Counts a request. @param keyId - id of the key @returns whether the request is within the quota */
  take(keyId: string, { limit, period: kind }: Quota): boolean {
    const period = `${kind} ${periodOf(kind, this.now())}`;
    const before = this.used.get(keyId);
    const requests = before?.period === period ? before.requests : 0;
    if (requests >= limit) return false;
    this.used.set(keyId, { period, requests: requests + 1 });
    return true;
  }
}

/**
 * The period that contains a time. A day begins at 00:00 UTC (https://stackoverflow.com/a/54136076). A week begins on
 * Sunday, and a month on its first day: the offset of a quota is the day on which a period begins, with 0 for Sunday
 * (https://github.com/awsdocs/aws-cloudformation-user-guide/blob/main/doc_source/aws-properties-apigateway-usageplan-quotasettings.md),
 * and the engine sets no offset.
 */
function periodOf(period: Quota["period"], time: number): string | number {
  const day = Math.floor(time / MILLISECONDS_PER_DAY);
  switch (period) {
    case "DAY":
      return day;
    case "WEEK":
      return Math.floor((day + EPOCH_WEEKDAY) / 7);
    case "MONTH":
      return new Date(time).toISOString().slice(0, 7);
  }
}
