import { serviceDomain } from "../../aws/partition";
import type { Environment } from "../../environment/environment";
import type { ModelSettings, NewEndpoint } from "../../environment/model-settings";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** Who acts for Application Auto Scaling, and its role, which AWS makes with an account's first target. */
const SCALER = "sagemaker.application-autoscaling.amazonaws.com";
const SCALERS_ROLE = `role/aws-service-role/${SCALER}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;

/** The endpoints that the environment makes. */
export function newEndpoints({ models }: Environment): NewEndpoint[] {
  const all: readonly ModelSettings[] = Object.values(models);
  return all.flatMap((settings) => ("existingEndpoint" in settings ? [] : [settings]));
}

/** Whether an endpoint of the environment scales. */
export function scales(environment: Environment): boolean {
  return newEndpoints(environment).some((settings) =>
    "serverless" in settings
      ? settings.serverless.autoscaling !== undefined
      : settings.instances.autoscaling !== undefined,
  );
}

/** Whether an endpoint of the environment has alarms of its own. */
export function hasAlarms(environment: Environment): boolean {
  return newEndpoints(environment).some(
    ({ deployment: { rollbackOn } = {} }) =>
      rollbackOn?.serverErrorsPerMinute !== undefined || rollbackOn?.modelLatencyInMs !== undefined,
  );
}

/** Keys of volumes, each once. */
export function volumeKeys(environment: Environment): string[] {
  const keys = newEndpoints(environment).flatMap((settings) =>
    "instances" in settings ? (settings.volumeKeyArn ?? []) : [],
  );
  return [...new Set(keys)];
}

/** ARN of the role with which Application Auto Scaling scales endpoints. */
export function scalersRoleArn(arns: EnvironmentArns): string {
  return arns.globalArn("iam", SCALERS_ROLE);
}

/** ARN of every scalable target: Application Auto Scaling makes the ids up. */
export function scalableTargetsArn(arns: EnvironmentArns): string {
  return arns.arn("application-autoscaling", "scalable-target/*");
}

/** What endpoints need beside themselves: their scaling, their alarms and their volumes' keys. */
export function scalingStatements(arns: EnvironmentArns): Statement[] {
  const { environment } = arns;
  return [
    ...(scales(environment) ? autoScalingStatements(arns) : []),
    ...(hasAlarms(environment) ? alarmStatements(arns) : []),
    ...volumeStatements(arns),
  ];
}

/**
 * Which endpoint a target is of, no policy can say; what is told apart is told by the target's tag. Application Auto
 * Scaling refuses what the caller could not do itself at the endpoint and in CloudWatch
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html).
 */
function autoScalingStatements(arns: EnvironmentArns): Statement[] {
  const targets = [scalableTargetsArn(arns)];
  const itsTag = { "aws:RequestTag/Environment": arns.prefix };
  const itsOwn = { "aws:ResourceTag/Environment": arns.prefix };
  const ofEndpoints = {
    "application-autoscaling:service-namespace": "sagemaker",
    "application-autoscaling:scalable-dimension": [
      "sagemaker:variant:DesiredInstanceCount",
      "sagemaker:variant:DesiredProvisionedConcurrency",
    ],
  };
  return [
    allow("MakeTargets", ["application-autoscaling:RegisterScalableTarget"], targets, {
      StringEquals: { ...ofEndpoints, ...itsTag },
    }),
    allow(
      "KeepTargets",
      [
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy",
        // Other limits.
        "application-autoscaling:RegisterScalableTarget",
      ],
      targets,
      { StringEquals: { ...ofEndpoints, ...itsOwn } },
    ),
    // It is registered with its tags; what another environment's tag marks is left alone.
    allow("TagNewTargets", ["application-autoscaling:TagResource"], targets, {
      StringEquals: itsTag,
      StringEqualsIfExists: itsOwn,
    }),
    allow(
      "TagTargets",
      [
        "application-autoscaling:ListTagsForResource",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
      ],
      targets,
      { StringEquals: itsOwn },
    ),
    // Application Auto Scaling defines no resource types for these two.
    allow(
      "FindTargets",
      ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies"],
      ["*"],
    ),
    allow("LetThemBeScaled", ["sagemaker:UpdateEndpointWeightsAndCapacities"], arns.endpoints()),
    allow(
      "LetTargetsHaveAlarms",
      ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"],
      arns.scalingAlarms(),
    ),
    allow("LetTheScalersRoleBeMade", ["iam:CreateServiceLinkedRole"], [scalersRoleArn(arns)], {
      StringEquals: { "iam:AWSServiceName": SCALER },
    }),
  ];
}

function alarmStatements(arns: EnvironmentArns): Statement[] {
  return [
    allow(
      "KeepAlarms",
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

/** Grants for the volumes, which SageMaker makes with the rights of who creates or updates the endpoint. */
function volumeStatements({ environment, region }: EnvironmentArns): Statement[] {
  const keys = volumeKeys(environment);
  if (keys.length === 0) return [];
  return [
    // https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    allow("LetVolumesUseTheirKeys", ["kms:CreateGrant"], keys, {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: { "kms:ViaService": serviceDomain("sagemaker", region) },
    }),
  ];
}
