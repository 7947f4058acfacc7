import type * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { optional, positiveNumber, propertiesOf, settings, textLike, wholeNumber } from "../setting";
import { asyncSettings } from "./async";
import { scalingSettings, TARGET_TRACKING_SOURCE } from "./scaling";
import { scheduleSettings } from "./schedule";

const VARIANT_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html";

/**
 * The family can be newer than the engine, but the sizes follow one scheme: medium, large, xlarge, 2xlarge and so on
 * (VARIANT_SOURCE). `ml.m5.xxlarge` is a typo.
 */
const INSTANCE_TYPE = /^ml\.[a-z][a-z0-9-]*\.(?:medium|large|(?:[2-9]|[1-9]\d+)?xlarge)$/;

/** Scaling of the number of instances. */
export const instanceScaling = settings({
  ...propertiesOf(scalingSettings),
  /** Target of the scaling: invocations per minute and instance, above 0. Measure the number with a load test. */
  targetInvocationsPerInstance: positiveNumber(TARGET_TRACKING_SOURCE),
});

/** The instances of an endpoint. */
export const instanceSettings = settings({
  /**
   * SageMaker's instance type, e.g. `ml.m5.large`
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html). An update that changes
   * the type pauses scaling, because AWS otherwise refuses the update.
   */
  instanceType: textLike(INSTANCE_TYPE, "a type such as ml.m5.large or ml.m5.2xlarge", VARIANT_SOURCE),
  /** Number of instances, from 1. With `autoscaling`, each new configuration starts with this number. */
  initialInstanceCount: wholeNumber(1, UNLIMITED, VARIANT_SOURCE),
  /**
   * Scale the number of instances with the load. Not available for burstable instance types (`ml.t2`), because
   * SageMaker does not scale such instances.
   *
   * @default - none: the number is constant
   */
  autoscaling: optional(instanceScaling),
  /**
   * Change the number of instances at certain times, e.g. in the evening. Each new configuration starts with
   * `initialInstanceCount`, until the next action. Without `autoscaling`, `initialInstanceCount` is at least the largest
   * scheduled capacity, so that a deployment at a busy time does not lower the capacity. Not available for burstable instance
   * types (`ml.t2`).
   *
   * @default - none
   */
  schedule: optional(scheduleSettings),
  /**
   * Answer requests asynchronously: for inputs over 6 MB, and for answers that take longer than a minute. `POST <path>` answers
   * 202 with the address of the request, and `GET <path>/requests/{id}` returns the result. `docs/async.md` explains the requests.
   * The endpoint then answers no real-time request (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html), and
   * an endpoint that gets or loses the setting is replaced: `docs/async.md` describes the outage
   * (https://github.com/aws/sagemaker-python-sdk/pull/3124). Not for `ml.inf1` instances, and not together with `autoscaling`,
   * `schedule`, `deployment`, `dataCapture`, `capture`, `existingFunction` and `via: "gateway"`.
   *
   * @default - none: real-time requests
   */
  async: optional(asyncSettings),
  /**
   * Timeout of the artifact's download in seconds, 60–3600. Terraform's AWS provider waits at most one hour until the
   * endpoint is in service
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html).
   *
   * @default - SageMaker's default
   */
  modelDataDownloadTimeoutInSeconds: optional(wholeNumber(60, 3600, VARIANT_SOURCE)),
  /**
   * Timeout of the container's first answer to `/ping` in seconds, 60–3600. Terraform's AWS provider waits at most one
   * hour until the endpoint is in service
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html).
   *
   * @default - SageMaker's default
   */
  containerStartupHealthCheckTimeoutInSeconds: optional(wholeNumber(60, 3600, VARIANT_SOURCE)),
});

/** The instances of an endpoint. */
export type InstanceSettings = z.input<typeof instanceSettings>;

/** Scaling of the number of instances. */
export type InstanceScaling = z.input<typeof instanceScaling>;
