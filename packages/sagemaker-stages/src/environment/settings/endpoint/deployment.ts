import * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { policyText } from "../model-source/s3-location";
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
} from "../setting";

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;

const MAX_WAIT_IN_SECONDS = 3600;
const MAX_PERCENT_OF_A_STEP = 50;
/** The name of an alarm, not its ARN. The name becomes a part of a policy's resource. */
const ALARM_NAME = /^(?!arn:)(?!\s*$).{1,255}$/su;

const waitInSeconds = wholeNumber(0, MAX_WAIT_IN_SECONDS, TRAFFIC_SOURCE);

/** A canary: first a part of the traffic shifts, and after a wait the remaining traffic. */
export const canarySettings = settings({
  /** Percentage of the capacity in the first step, 1–50. */
  percent: wholeNumber(1, MAX_PERCENT_OF_A_STEP, TRAFFIC_SOURCE),
  /** Seconds between the two steps, 0–3600. */
  waitInSeconds,
});

/** A linear shift: equal steps, with a wait after each step. */
export const linearSettings = settings({
  /** Percentage of the capacity in each step, 10–50. */
  percent: wholeNumber(10, MAX_PERCENT_OF_A_STEP, TRAFFIC_SOURCE),
  /** Seconds between two steps, 0–3600. */
  waitInSeconds,
});

/** How traffic shifts to the new configuration: either `canary` or `linear`. */
export const trafficShift = z
  .strictObject({
    /** A canary: first a part of the traffic shifts, and after a wait the remaining traffic. */
    canary: optional(canarySettings),
    /** A linear shift: equal steps, with a wait after each step. */
    linear: optional(linearSettings),
  })
  .refine(({ canary: one, linear: other }) => one !== undefined || other !== undefined, "canary or linear")
  .readonly();

/** The alarms that roll back an update: 1–10 alarms (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html). */
export const rollbackSettings = settings({
  /**
   * A dedicated alarm: the number of 5XX answers of the model in one minute, from 1.
   *
   * @default - no such alarm
   */
  serverErrorsPerMinute: optional(wholeNumber(1, UNLIMITED, "the alarm counts whole answers")),
  /**
   * A dedicated alarm: the average latency of the model in one minute, in milliseconds, above 0.
   *
   * @default - no such alarm
   */
  modelLatencyInMs: optional(
    positiveNumber("an alarm that is always in the state ALARM rolls back every update"),
  ),
  /**
   * Names of existing metric alarms of CloudWatch in the environment's account and region: 1–255 characters. Composite
   * alarms are not supported, because reading a composite alarm requires a permission for every alarm
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
 * A blue/green deployment: the new configuration starts before the old configuration stops. During the update, both
 * cost money and count against quotas
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html).
 */
export const deploymentSettings = settings({
  /**
   * How traffic shifts to the new configuration. Requires two or more instances. All waits, including
   * `terminationWaitInSeconds`, are at most 45 minutes in total: Terraform's AWS provider waits one hour for an update, and
   * the new configuration must also start within this hour.
   *
   * @default - all traffic at once
   */
  trafficShift: optional(trafficShift),
  /**
   * Seconds from the last shift until SageMaker releases the capacity of the old configuration, 0–3600. During this time,
   * an alarm can still roll back the update.
   *
   * @default 0
   */
  terminationWaitInSeconds: withDefault(
    wholeNumber(0, MAX_WAIT_IN_SECONDS, `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`),
    0,
  ),
  /**
   * Seconds after which SageMaker rolls back an unfinished update: 600–14400, and more than the total of all waits. AWS
   * accepts up to 28800, but Terraform's AWS provider does not.
   *
   * @default - SageMaker's default
   */
  maximumExecutionTimeoutInSeconds: optional(number),
  /**
   * Alarms that roll back an update during its waits. One wait must then be at least 120 seconds. Set the alarms in the
   * endpoint's first deployment: if alarms are added, removed or renamed later, Terraform's AWS provider replaces the
   * endpoint, which is then unavailable for minutes
   * (https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/endpoint.go). A plan
   * shows the replacement, and a protected environment refuses the replacement. A changed threshold does not replace
   * the endpoint.
   *
   * @default - none: SageMaker rolls back only if the new model does not start
   */
  rollbackOn: optional(rollbackSettings),
});

/** The settings for updates of an endpoint. */
export type DeploymentSettings = z.input<typeof deploymentSettings>;

/** {@link DeploymentSettings} with defaults. */
export type ParsedDeploymentSettings = z.output<typeof deploymentSettings>;

/** How traffic shifts to the new configuration. */
export type TrafficShift = z.input<typeof trafficShift>;

/** The alarms that roll back an update. */
export type RollbackSettings = z.input<typeof rollbackSettings>;

/** {@link RollbackSettings} with defaults. */
export type ParsedRollbackSettings = z.output<typeof rollbackSettings>;
