import * as z from "zod";
import { UNLIMITED } from "../report";
import { policyText } from "./s3-place";
import {
  listOf,
  number,
  optional,
  positiveNumber,
  rule,
  settings,
  textLike,
  wholeNumber,
  withDefault,
} from "./setting";

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;

const MAX_WAIT_IN_SECONDS = 3600;
const MAX_PERCENT_OF_A_STEP = 50;
/** The ARN of an alarm becomes the resource of a policy. */
const ALARM_NAME = /^(?!arn:)(?!\s*$).{1,255}$/su;

const waitInSeconds = wholeNumber(0, MAX_WAIT_IN_SECONDS, TRAFFIC_SOURCE);

/** A canary: a first part of the traffic, and after a wait the rest. */
export const canarySettings = settings({
  /** Percent of the capacity in the first part, 1–50. */
  percent: wholeNumber(1, MAX_PERCENT_OF_A_STEP, TRAFFIC_SOURCE),
  /** Seconds between the two parts, 0–3600. */
  waitInSeconds,
});

/** A linear shift: part by part, with a wait after each part. */
export const linearSettings = settings({
  /** Percent of the capacity in each part, 10–50. */
  percent: wholeNumber(10, MAX_PERCENT_OF_A_STEP, TRAFFIC_SOURCE),
  /** Seconds between two parts, 0–3600. */
  waitInSeconds,
});

/** How traffic moves: one of the two. A rule refuses both together, with its reason. */
export const trafficShift = z
  .strictObject({
    /** A first part, and after a wait the rest. */
    canary: optional(canarySettings),
    /** Part by part, with a wait after each part. */
    linear: optional(linearSettings),
  })
  .refine(({ canary: one, linear: other }) => one !== undefined || other !== undefined, "canary or linear")
  .readonly();

/** At least one property; at most ten alarms (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html). */
export const rollbackSettings = settings({
  /**
   * A dedicated alarm: so many 5XX answers of the model within a minute, from 1.
   *
   * @default - no such alarm
   */
  serverErrorsPerMinute: optional(wholeNumber(1, UNLIMITED, "fewer than one answer cannot be counted")),
  /**
   * A dedicated alarm: average latency of the model within a minute in milliseconds, above 0.
   *
   * @default - no such alarm
   */
  modelLatencyInMs: optional(positiveNumber("an alarm that always sounds takes every update back")),
  /**
   * Names of existing metric alarms of CloudWatch, in the environment's account and region: 1–255 characters without
   * `*`, `?`, `${` and `%{`. Composite alarms are not supported: reading them takes a permission for every alarm
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html).
   *
   * @default - none
   */
  alarmNames: withDefault(
    rule(
      listOf(
        rule(
          textLike(ALARM_NAME, "a name of 1–255 characters, not an ARN", `${SAGEMAKER_API}/API_Alarm.html`),
          policyText,
        ),
      ),
      {
        holds: (names) => new Set(names).size === names.length,
        allowed: "each alarm once",
        source: ROLLBACK_SOURCE,
      },
    ),
    [],
  ),
});

/**
 * A blue/green deployment: the new configuration starts beside the old one. Both cost money and count against quotas
 * for a while (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html).
 */
export const deploymentSettings = settings({
  /**
   * How traffic moves; in parts only with two or more instances. All waits, `terminationWaitInSeconds` included, are at
   * most 45 minutes together: Terraform's AWS provider waits an hour for an update, in which the new configuration must
   * also start.
   *
   * @default - all at once
   */
  trafficShift: optional(trafficShift),
  /**
   * Seconds from the last shift until SageMaker releases the capacity of the old configuration, 0–3600. During this
   * time an alarm can still roll the update back.
   *
   * @default 0
   */
  terminationWaitInSeconds: withDefault(
    wholeNumber(0, MAX_WAIT_IN_SECONDS, `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`),
    0,
  ),
  /**
   * Seconds after which SageMaker rolls back an unfinished update, 600–14400, and more than all waits together. AWS
   * takes up to 28800, Terraform's AWS provider does not.
   *
   * @default - SageMaker's default
   */
  maximumExecutionTimeoutInSeconds: optional(number),
  /**
   * Alarms that roll an update back during its waits, of which one is then at least 120 seconds. Write the alarms with
   * the endpoint's first deployment: where alarms are added, removed or renamed later, Terraform's provider replaces
   * the endpoint, which is then down for minutes
   * (https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/endpoint.go). A plan shows
   * the replacement, and a protected environment refuses it. Thresholds change in place.
   *
   * @default - none: SageMaker rolls back only where the new model does not start
   */
  rollbackOn: optional(rollbackSettings),
});

/** How an update of an endpoint takes over. */
export type DeploymentSettings = z.input<typeof deploymentSettings>;

/** {@link DeploymentSettings} with defaults. */
export type ParsedDeploymentSettings = z.output<typeof deploymentSettings>;

/** How traffic moves. */
export type TrafficShift = z.input<typeof trafficShift>;

/** Alarms that roll an update back. */
export type RollbackSettings = z.input<typeof rollbackSettings>;

/** {@link RollbackSettings} with defaults. */
export type ParsedRollbackSettings = z.output<typeof rollbackSettings>;
