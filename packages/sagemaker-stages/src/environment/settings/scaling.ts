import type * as z from "zod";
import { UNLIMITED } from "../report";
import { number, optional, settings, wholeNumber } from "./setting";

/** Where rules of target tracking come from. */
export const TARGET_TRACKING_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html";

const cooldownInSeconds = wholeNumber(0, UNLIMITED, TARGET_TRACKING_SOURCE);

/**
 * Target tracking by Application Auto Scaling, which acts with its own service-linked role
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html).
 */
export const scalingSettings = settings({
  /** The smallest capacity, from 1. */
  minCapacity: number,
  /** The largest capacity, from `minCapacity`. */
  maxCapacity: number,
  /**
   * Seconds after scaling in until the next scaling in, from 0.
   *
   * @default - 300, the default of Application Auto Scaling
   */
  scaleInCooldownInSeconds: optional(cooldownInSeconds),
  /**
   * Seconds after scaling out until the next scaling out, from 0.
   *
   * @default - 300, the default of Application Auto Scaling
   */
  scaleOutCooldownInSeconds: optional(cooldownInSeconds),
});

/** Settings of target tracking. */
export type ScalingSettings = z.input<typeof scalingSettings>;
