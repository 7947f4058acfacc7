import type * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { MAX_SECONDS_IN_QUEUE } from "../endpoint/async";
import { flag, number, optional, rule, settings, wholeNumber } from "../setting";

/**
 * How many times faster than permitted the failures of a time window use up the error budget of 30 days, when an alarm goes
 * off: 14.4 uses 2 % of the budget in an hour, and 6 uses 5 % in six hours
 * (https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts).
 */
export const BURN_RATES = { fast: 14.4, slow: 6 } as const;

const MIN_AVAILABILITY = 0.95;
const MAX_AVAILABILITY = 0.9999;

const MINUTE = 60;

/** The start of an instance needs an alarm of two minutes, and some minutes for the instance. */
const MIN_START_IN_SECONDS = 300;

/** The default of `startInSeconds`: the two minutes of the alarm, and the start of an instance with an image of some gigabytes. */
export const DEFAULT_START_IN_SECONDS = 900;

/** The metrics of asynchronous endpoints, each with its dimensions and its unit. */
const METRICS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html";
const INVOKE_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html";

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

  /**
   * Only for a model with asynchronous requests: the age of the oldest request in the queue, in seconds, above which an alarm goes
   * off, 60–21,540. CloudWatch measures the age of requests that wait, and possibly of requests that are processed: add the time of
   * the longest request, and with `minCapacity: 0` the start of an instance, e.g. 1800. SageMaker removes a request after 6 hours in the
   * queue.
   *
   * @default - no alarm for waiting requests
   */
  waitInSeconds: optional(
    wholeNumber(
      MINUTE,
      MAX_SECONDS_IN_QUEUE - MINUTE,
      `${METRICS_SOURCE}; ${INVOKE_SOURCE}: 6 hours in the queue`,
    ),
  ),

  /**
   * Only for a model with asynchronous requests: the number of requests that may fail within an hour, from 0. With one more failed
   * request, an alarm goes off. A failed request is a request that the model failed to answer, a request that expired in the queue, or a
   * request that the function failed to start. A request that the container refuses with 4xx counts as failed, e.g. a damaged file
   * that the contract passes through. A crash of the function counts also while it reads an answer.
   *
   * @default - no alarm for failed requests
   */
  failuresPerHour: optional(wholeNumber(0, UNLIMITED, METRICS_SOURCE)),

  /**
   * Only for a model with asynchronous requests: the time that the start of the first instance may take, in seconds, 300–21,540,
   * rounded up to minutes. If requests wait longer without any instance, the alarm `not-starting` goes off. Two minutes pass
   * before the start begins; large images and artifacts need longer.
   *
   * @default 900
   */
  startInSeconds: optional(wholeNumber(MIN_START_IN_SECONDS, MAX_SECONDS_IN_QUEUE - MINUTE, METRICS_SOURCE)),
});

/**
 * Service level objectives of a model. Each model with objectives also has alarms for throttled requests, for an endpoint that
 * does not wake up, and for exhausted concurrency. CloudWatch's alarms for a model with both objectives cost about $3.30 a
 * month (https://aws.amazon.com/cloudwatch/pricing/). A model with asynchronous requests has `waitInSeconds` and `failuresPerHour` in
 * place of `availability` and `p99InMs`, and alarms for about $0.90 a month. `docs/alarms.md` describes each alarm.
 */
export const objectivesSettings: typeof group = rule(group, {
  holds: ({ availability, p99InMs, drift, waitInSeconds, failuresPerHour }) =>
    [availability, p99InMs, waitInSeconds, failuresPerHour].some((objective) => objective !== undefined) ||
    drift === true,
  allowed:
    "at least one of availability, p99InMs and drift: true; of waitInSeconds and failuresPerHour for a model with asynchronous requests",
  source: "alarms need an objective",
});

/** Settings of a model's objectives. */
export type ObjectivesSettings = z.input<typeof group>;

/** {@link ObjectivesSettings} with defaults. */
export type ParsedObjectivesSettings = z.output<typeof group>;
