import type * as z from "zod";
import { number, optional, propertiesOf, rule, settings, wholeNumber } from "../setting";
import { scalingSettings, TARGET_TRACKING_SOURCE } from "./scaling";
import { scheduleSettings } from "./schedule";

/** The source of the limits of a serverless endpoint. */
export const SERVERLESS_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html";

/** The page with the features that serverless endpoints do not support. */
export const EXCLUSIONS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html";

/** The maximum of `maxConcurrency`. AWS refuses a larger value. */
export const MAX_CONCURRENCY = 200;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];

/** Scaling of provisioned concurrency. `maxCapacity` is at most the endpoint's `maxConcurrency`. */
export const provisionedConcurrencyScaling = settings({
  ...propertiesOf(scalingSettings),
  /** Target of the scaling: the used fraction of the provisioned concurrency, above 0 and at most 1, e.g. 0.7. */
  targetUtilization: rule(number, {
    holds: (value) => value > 0 && value <= 1,
    allowed: "a number above 0, at most 1",
    source: TARGET_TRACKING_SOURCE,
  }),
});

/**
 * The size of a serverless endpoint
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-create.html).
 */
export const serverlessSettings = settings({
  /** Memory in MB: 1024, 2048, 3072, 4096, 5120 or 6144. SageMaker assigns vCPUs in proportion to memory. */
  memorySizeInMb: rule(number, {
    holds: (value) => MEMORY_SIZES_IN_MB.includes(value),
    allowed: MEMORY_SIZES_IN_MB.join(", "),
    source: SERVERLESS_SOURCE,
  }),
  /** Maximum of concurrent invocations, 1–200. SageMaker throttles further invocations. */
  maxConcurrency: wholeNumber(1, MAX_CONCURRENCY, SERVERLESS_SOURCE),
  /**
   * Concurrent invocations for which SageMaker keeps capacity warm, from 1 to `maxConcurrency`. The capacity costs
   * money even while it is idle.
   *
   * @default - none: the endpoint scales to zero, and the first request after a pause waits for a cold start
   */
  provisionedConcurrency: optional(number),
  /**
   * Scale the provisioned concurrency with the load. Requires `provisionedConcurrency`: each new configuration starts with
   * this capacity.
   *
   * @default - none: the provisioned concurrency is constant
   */
  autoscaling: optional(provisionedConcurrencyScaling),
  /**
   * Change the provisioned concurrency at certain times, e.g. in the evening. Requires `provisionedConcurrency`, with which
   * each new configuration starts, until the next action. Without `autoscaling`, `provisionedConcurrency` is at least the
   * largest scheduled capacity, so that a deployment at a busy time does not lower the capacity. The smallest capacity is 1: a
   * schedule cannot switch provisioned concurrency off.
   *
   * @default - none
   */
  schedule: optional(scheduleSettings),
});

/** The size of a serverless endpoint. */
export type ServerlessSettings = z.input<typeof serverlessSettings>;

/** Scaling of provisioned concurrency. */
export type ProvisionedConcurrencyScaling = z.input<typeof provisionedConcurrencyScaling>;
