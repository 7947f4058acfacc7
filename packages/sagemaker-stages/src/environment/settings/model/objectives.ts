import type * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { flag, number, optional, rule, settings, wholeNumber } from "../setting";

/**
 * How many times faster than permitted the failures of a time window use up the error budget of 30 days, when an alarm goes
 * off: 14.4 uses 2 % of the budget in an hour, and 6 uses 5 % in six hours
 * (https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts).
 */
export const BURN_RATES = { fast: 14.4, slow: 6 } as const;

const MIN_AVAILABILITY = 0.95;
const MAX_AVAILABILITY = 0.9999;

const group = settings({
  /**
   * The part of requests that the model answers with a prediction, 0.95–0.9999, e.g. 0.995. A request that is the caller's
   * fault counts as answered. With 0.995, the error budget is one failed request of 200. Below 0.95, the fast alarm would go
   * off only if nearly every request fails. Above 0.9999, the error budget is less than one request of 10,000, and one failed
   * deployment uses it for a year.
   *
   * @default - no alarms for availability
   */
  availability: optional(
    rule(number, {
      holds: (value) => value >= MIN_AVAILABILITY && value <= MAX_AVAILABILITY,
      allowed: `a part of the requests from ${MIN_AVAILABILITY} to ${MAX_AVAILABILITY}, e.g. 0.995 for 99.5 %`,
      source: `the fast alarm goes off at ${BURN_RATES.fast} times the error budget, which must be less than every request: https://sre.google/workbook/alerting-on-slos/`,
    }),
  ),

  /**
   * The time in which the function answers 99 % of the requests, in milliseconds, from 1. The time includes retries and the
   * start of an endpoint, and excludes API Gateway and the start of the function.
   *
   * @default - no alarm for latency
   */
  p99InMs: optional(
    wholeNumber(1, UNLIMITED, "the time of a request in milliseconds, as the function's log shows it"),
  ),

  /**
   * Whether an alarm goes off if the captured requests drift from the training sample. The alarm reads the metric `Drift`, which
   * only the command `sagemaker-stages drift --put-metric` sends: run the command on a schedule (`docs/drift.md`).
   *
   * @default - no alarm for drift
   */
  drift: optional(flag),
});

/**
 * Service level objectives of a model. Each model with objectives also has alarms for throttled requests, for an endpoint that
 * does not wake up, and for exhausted concurrency. CloudWatch's alarms for a model with both objectives cost about $3.30 a
 * month (https://aws.amazon.com/cloudwatch/pricing/). `docs/alarms.md` describes each alarm.
 */
export const objectivesSettings: typeof group = rule(group, {
  holds: ({ availability, p99InMs, drift }) =>
    availability !== undefined || p99InMs !== undefined || drift === true,
  allowed: "at least one of availability, p99InMs and drift: true",
  source: "alarms need an objective",
});

/** Settings of a model's objectives. */
export type ObjectivesSettings = z.input<typeof group>;

/** {@link ObjectivesSettings} with defaults. */
export type ParsedObjectivesSettings = z.output<typeof group>;
