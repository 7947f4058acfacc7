import type * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { number, optional, settings, wholeNumber } from "../setting";

/** The source of the rules of target tracking. */
export const TARGET_TRACKING_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html";

const cooldownInSeconds = wholeNumber(0, UNLIMITED, TARGET_TRACKING_SOURCE);

/**
 * Target tracking of Application Auto Scaling. Application Auto Scaling uses its service-linked role
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html).
 */
export const scalingSettings = settings({
  /** The smallest capacity, from 1. */
  minCapacity: number,
  /** The largest capacity, from `minCapacity`. */
  maxCapacity: number,
  /**
   * Cooldown after a scale-in in seconds, from 0.
   *
   * @default 300
   */
  scaleInCooldownInSeconds: optional(cooldownInSeconds),
  /**
   * Cooldown after a scale-out in seconds, from 0.
   *
   * @default 300
   */
  scaleOutCooldownInSeconds: optional(cooldownInSeconds),
});

/** Settings of target tracking. */
export type ScalingSettings = z.input<typeof scalingSettings>;
