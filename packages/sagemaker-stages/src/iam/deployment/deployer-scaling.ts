import { serviceDomain } from "../../aws/partition";
import type { Environment } from "../../environment/environment";
import type {
  InstanceSettings,
  ModelSettings,
  NewEndpoint,
  ServerlessSettings,
} from "../../environment/model-settings";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** The service principal of Application Auto Scaling, and its service-linked role, which AWS creates with an account's first target. */
const SCALING_SERVICE = "sagemaker.application-autoscaling.amazonaws.com";
const SCALING_ROLE = `role/aws-service-role/${SCALING_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;

/** The endpoints that the environment creates. */
export function newEndpoints({ models }: Environment): NewEndpoint[] {
  const all: readonly ModelSettings[] = Object.values(models);
  return all.flatMap((settings) => ("existingEndpoint" in settings ? [] : [settings]));
}

/** Whether an endpoint of the environment scales, by target tracking or by a schedule. */
export function scales(environment: Environment): boolean {
  return tracks(environment) || hasSchedule(environment);
}

/** Whether an endpoint of the environment scales by target tracking. */
function tracks(environment: Environment): boolean {
  return newEndpoints(environment).some(
    (endpoint) =>
      sizeOf(endpoint).autoscaling !== undefined ||
      ("instances" in endpoint && endpoint.instances.async !== undefined),
  );
}

/** Whether an endpoint of the environment scales by a schedule. */
function hasSchedule(environment: Environment): boolean {
  return newEndpoints(environment).some((endpoint) => sizeOf(endpoint).schedule !== undefined);
}

function sizeOf(endpoint: NewEndpoint): ServerlessSettings | InstanceSettings {
  return "serverless" in endpoint ? endpoint.serverless : endpoint.instances;
}

/** Whether the environment creates alarms for an endpoint. */
export function hasAlarms(environment: Environment): boolean {
  return newEndpoints(environment).some(
    ({ deployment: { rollbackOn } = {} }) =>
      rollbackOn?.serverErrorsPerMinute !== undefined || rollbackOn?.modelLatencyInMs !== undefined,
  );
}

/** ARNs of the keys for the endpoints' volumes, each once. */
export function volumeKeys(environment: Environment): string[] {
  const keys = newEndpoints(environment).flatMap((settings) =>
    "instances" in settings ? (settings.volumeKeyArn ?? []) : [],
  );
  return [...new Set(keys)];
}

/** ARN of the role with which Application Auto Scaling scales endpoints. */
export function scalingRoleArn(arns: EnvironmentArns): string {
  return arns.globalArn("iam", SCALING_ROLE);
}

/** ARN pattern of every scalable target: Application Auto Scaling assigns the ids. */
export function scalableTargetsArn(arns: EnvironmentArns): string {
  return arns.arn("application-autoscaling", "scalable-target/*");
}

/** Permissions for the endpoints' scaling, alarms and volume keys. */
export function scalingStatements(arns: EnvironmentArns): Statement[] {
  const { environment } = arns;
  return [
    ...(scales(environment) ? autoScalingStatements(arns) : []),
    ...(hasAlarms(environment) ? alarmStatements(arns) : []),
    ...backlogAlarmStatements(arns),
    ...volumeStatements(arns),
  ];
}

/**
 * No condition key names the endpoint of a scalable target, so that conditions identify targets by their tag. Application
 * Auto Scaling also requires that the caller has the permissions for the endpoint and for CloudWatch
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html).
 */
function autoScalingStatements(arns: EnvironmentArns): Statement[] {
  const targets = [scalableTargetsArn(arns)];
  const [isTracked, isScheduled] = [tracks(arns.environment), hasSchedule(arns.environment)];
  const requestTag = { "aws:RequestTag/Environment": arns.prefix };
  const resourceTag = { "aws:ResourceTag/Environment": arns.prefix };
  const ofEndpoints = {
    "application-autoscaling:service-namespace": "sagemaker",
    "application-autoscaling:scalable-dimension": [
      "sagemaker:variant:DesiredInstanceCount",
      "sagemaker:variant:DesiredProvisionedConcurrency",
    ],
  };
  return [
    allow("RegisterScalableTargets", ["application-autoscaling:RegisterScalableTarget"], targets, {
      StringEquals: { ...ofEndpoints, ...requestTag },
    }),
    allow(
      "ManageScalableTargets",
      [
        ...(isTracked ? ["application-autoscaling:DeleteScalingPolicy"] : []),
        ...(isScheduled ? ["application-autoscaling:DeleteScheduledAction"] : []),
        "application-autoscaling:DeregisterScalableTarget",
        ...(isTracked ? ["application-autoscaling:PutScalingPolicy"] : []),
        ...(isScheduled ? ["application-autoscaling:PutScheduledAction"] : []),
        // An update of the capacity limits.
        "application-autoscaling:RegisterScalableTarget",
      ],
      targets,
      { StringEquals: { ...ofEndpoints, ...resourceTag } },
    ),
    // A target is registered with its tags. Targets with the tag of another environment are excluded.
    allow("TagNewScalableTargets", ["application-autoscaling:TagResource"], targets, {
      StringEquals: requestTag,
      StringEqualsIfExists: resourceTag,
    }),
    allow(
      "TagScalableTargets",
      [
        "application-autoscaling:ListTagsForResource",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
      ],
      targets,
      { StringEquals: resourceTag },
    ),
    // Application Auto Scaling defines no resource types for these actions.
    allow(
      "DescribeScalableTargets",
      [
        "application-autoscaling:DescribeScalableTargets",
        ...(isTracked ? ["application-autoscaling:DescribeScalingPolicies"] : []),
        ...(isScheduled ? ["application-autoscaling:DescribeScheduledActions"] : []),
      ],
      ["*"],
    ),
    allow("ScaleEndpoints", ["sagemaker:UpdateEndpointWeightsAndCapacities"], arns.endpoints()),
    ...(isTracked
      ? [
          allow(
            "ManageScalingAlarms",
            ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"],
            arns.scalingAlarms(),
          ),
        ]
      : []),
    allow("CreateScalingServiceRole", ["iam:CreateServiceLinkedRole"], [scalingRoleArn(arns)], {
      StringEquals: { "iam:AWSServiceName": SCALING_SERVICE },
    }),
  ];
}

function alarmStatements(arns: EnvironmentArns): Statement[] {
  return [
    allow(
      "ManageRollbackAlarms",
      [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
      arns.alarms(),
    ),
  ];
}

/**
 * An alarm can have any action, e.g. stop an instance of EC2 or invoke a function: these alarms can only start a scaling policy of an
 * endpoint (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-alarm-actions.html). AWS assigns the
 * ids in the policy's ARN.
 */
function backlogAlarmStatements(arns: EnvironmentArns): Statement[] {
  const alarms = arns.backlogAlarms();
  if (alarms.length === 0) return [];
  return [
    allow("PutBacklogAlarms", ["cloudwatch:PutMetricAlarm"], alarms, {
      "ForAllValues:StringLike": {
        "cloudwatch:AlarmActions": arns.arn(
          "autoscaling",
          `scalingPolicy:*:resource/sagemaker/endpoint/${arns.prefix}-*/variant/*:policyName/${arns.prefix}-*-start`,
        ),
      },
    }),
    allow(
      "ManageBacklogAlarms",
      [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
      alarms,
    ),
  ];
}

/** SageMaker creates the grants for the volumes with the permissions of the principal that creates or updates the endpoint. */
function volumeStatements({ environment, region }: EnvironmentArns): Statement[] {
  const keys = volumeKeys(environment);
  if (keys.length === 0) return [];
  return [
    // https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    allow("CreateVolumeKeyGrants", ["kms:CreateGrant"], keys, {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: { "kms:ViaService": serviceDomain("sagemaker", region) },
    }),
  ];
}
