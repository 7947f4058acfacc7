import type * as z from "zod";
import { UNLIMITED } from "../report";
import { scalingSettings, TARGET_TRACKING_SOURCE } from "./scaling";
import { optional, positiveNumber, propertiesOf, settings, textLike, wholeNumber } from "./setting";

const VARIANT_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html";

/** Scaling of instances. */
export const instanceScaling = settings({
  ...propertiesOf(scalingSettings),
  /** Invocations a minute and instance that scaling aims at, above 0. Find the number with a load test. */
  targetInvocationsPerInstance: positiveNumber(TARGET_TRACKING_SOURCE),
});

/** Instances behind an endpoint. */
export const instanceSettings = settings({
  /**
   * SageMaker's instance type, e.g. `ml.m5.large`
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html). While an update changes the
   * type, the variant is not scaled, because AWS refuses the update otherwise.
   */
  instanceType: textLike(/^ml\.[a-z][a-z0-9-]*\.[a-z0-9]+$/, "a type such as ml.m5.large", VARIANT_SOURCE),
  /** Number of instances, from 1; with `autoscaling`, the number with which each new configuration starts. */
  initialInstanceCount: wholeNumber(1, UNLIMITED, VARIANT_SOURCE),
  /**
   * Scale the number of instances with the load. Not for burstable types (`ml.t2`), which SageMaker does not scale.
   *
   * @default - none: the number is constant
   */
  autoscaling: optional(instanceScaling),
  /**
   * Seconds in which the artifact must be downloaded, 60–3600 (same source). Terraform's AWS provider waits at most one
   * hour until the endpoint is in service.
   *
   * @default - SageMaker's default
   */
  modelDataDownloadTimeoutInSeconds: optional(wholeNumber(60, 3600, VARIANT_SOURCE)),
  /**
   * Seconds in which the container must answer its first `/ping`, 60–3600 (same source), within the same hour.
   *
   * @default - SageMaker's default
   */
  containerStartupHealthCheckTimeoutInSeconds: optional(wholeNumber(60, 3600, VARIANT_SOURCE)),
});

/** Instances behind an endpoint. */
export type InstanceSettings = z.input<typeof instanceSettings>;

/** Scaling of instances. */
export type InstanceScaling = z.input<typeof instanceScaling>;
