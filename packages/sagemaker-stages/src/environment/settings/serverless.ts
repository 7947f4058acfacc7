import type * as z from "zod";
import { scalingSettings, TARGET_TRACKING_SOURCE } from "./scaling";
import { number, optional, propertiesOf, rule, settings, wholeNumber } from "./setting";

/** Where the limits of a serverless endpoint come from. */
export const SERVERLESS_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html";

/** What serverless endpoints do not support. */
export const EXCLUSIONS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html";

/** Invocations at once of one serverless endpoint: AWS takes no more in its configuration. */
export const MAX_CONCURRENCY = 200;

/** Bytes of one request (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html). */
export const MAX_SERVERLESS_PAYLOAD_IN_BYTES = 4 * 1024 * 1024;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];

/** Scaling of provisioned concurrency. `maxCapacity` is at most the endpoint's `maxConcurrency`. */
export const provisionedConcurrencyScaling = settings({
  ...propertiesOf(scalingSettings),
  /** The part of the provisioned concurrency that is in use, above 0 and at most 1, e.g. 0.7. */
  targetUtilization: rule(number, {
    holds: (value) => value > 0 && value <= 1,
    allowed: "a number above 0, at most 1",
    source: TARGET_TRACKING_SOURCE,
  }),
});

/**
 * Size of a serverless endpoint
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-create.html).
 */
export const serverlessSettings = settings({
  /** 1024, 2048, 3072, 4096, 5120 or 6144 MB; vCPUs grow with memory. */
  memorySizeInMb: rule(number, {
    holds: (value) => MEMORY_SIZES_IN_MB.includes(value),
    allowed: MEMORY_SIZES_IN_MB.join(", "),
    source: SERVERLESS_SOURCE,
  }),
  /** Invocations at once, 1–200; SageMaker throttles further invocations. */
  maxConcurrency: wholeNumber(1, MAX_CONCURRENCY, SERVERLESS_SOURCE),
  /**
   * Invocations at once for which SageMaker keeps instances warm, 1–`maxConcurrency`. Costs money at rest.
   *
   * @default - none: the endpoint scales to zero, and the first request after a pause waits
   */
  provisionedConcurrency: optional(number),
  /**
   * Scale the provisioned concurrency with its use. Requires `provisionedConcurrency`, the capacity with which each new
   * configuration starts.
   *
   * @default - none: the provisioned concurrency is constant
   */
  autoscaling: optional(provisionedConcurrencyScaling),
});

/** Size of a serverless endpoint. */
export type ServerlessSettings = z.input<typeof serverlessSettings>;

/** Scaling of provisioned concurrency. */
export type ProvisionedConcurrencyScaling = z.input<typeof provisionedConcurrencyScaling>;
