import { boundaryArn } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { existingFunctions } from "./deployer-existing-functions";
import { hasAlarms, scalableTargetsArn, scales, scalingRoleArn, volumeKeys } from "./deployer-scaling";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { modelPackageStatements } from "./model-packages";

/** EC2's resource types of a VPC. The patterns include rules of security groups, and VPC endpoints. */
const NETWORK_PARTS = ["network-interface", "route-table", "security-group*", "subnet", "vpc*"];

/**
 * The permissions boundary of a deploy role: the maximum permissions of the role, whatever policies are attached to it.
 * The boundary allows resources whose names begin with the environment's prefix, resources that have only ids, and the
 * environment's own state. It excludes the deploy role itself and all boundaries. The deploy role cannot create a role
 * without the environment's boundary, and cannot remove a boundary. The deploy role may edit the trust policies of the
 * environment's roles.
 *
 * The boundary must be short enough for one IAM policy, so it is broader than {@link deployerPolicies}.
 *
 * @param accountId - 12 digits
 */
export function deployLimits(environment: Environment, accountId: string): PolicyDocument {
  const arns = new EnvironmentArns(environment, accountId);
  const own = `${arns.prefix}-*`;
  const roles = [
    ...[`role/${own}-endpoint`, `role/${own}-function`].map((role) => arns.globalArn("iam", role)),
    ...arns.roles("gateway"),
  ];
  return policyDocument(
    allow("Roles", ["iam:*"], roles),
    ...callerStatements(arns),
    allow("Routes", ["execute-api:Invoke"], [arns.arn("execute-api", `*/${arns.prefix}/*`)]),
    allow("Functions", ["lambda:*"], [arns.arn("lambda", `function:${own}`)]),
    allow(
      "Endpoints",
      ["sagemaker:*"],
      ["model", "endpoint-config", "endpoint"].map((type) => arns.arn("sagemaker", `${type}/${own}`)),
    ),
    allow(
      "LogGroups",
      ["logs:*"],
      ["/aws/lambda", "/aws/sagemaker/Endpoints", "/aws/apigateway"].map((prefix) =>
        arns.arn("logs", `log-group:${prefix}/${own}`),
      ),
    ),
    // The services define no resource types for these actions.
    allow(
      "ActionsWithoutResourceTypes",
      [
        "cloudfront:CreateDistribution",
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:CreateResponseHeadersPolicy",
        "logs:DescribeLogGroups",
        ...(environment.network === undefined ? [] : ["ec2:Describe*"]),
        ...(scales(environment) ? ["application-autoscaling:Describe*"] : []),
      ],
      ["*"],
    ),
    allow(
      "ResourcesKnownByIdOnly",
      ["apigateway:*", "cloudfront:*"],
      [
        ...["restapis", "apikeys", "usageplans", "tags"].flatMap((type) => {
          const collection = arns.apiGatewayArn(`/${type}`);
          return [collection, `${collection}/*`];
        }),
        arns.globalArn("cloudfront", "*"),
      ],
    ),
    allow(
      "Buckets",
      ["s3:*"],
      [arns.bucket("artifacts"), arns.bucket("website")].flatMap((bucket) => [bucket, `${bucket}/*`]),
    ),
    ...modelPackageStatements(environment),
    ...scalingAndFunctionStatements(arns),
    ...taggedStatements(arns),
    ...stateStatements(arns),
    {
      // The condition also holds if the request or the role has no boundary.
      Sid: "DenyRolesWithoutBoundary",
      Effect: "Deny",
      Action: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ],
      Resource: roles,
      Condition: { StringNotEquals: { "iam:PermissionsBoundary": boundaryArn(environment, accountId) } },
    },
    {
      Sid: "DenyBoundaryRemoval",
      Effect: "Deny",
      Action: ["iam:DeleteRolePermissionsBoundary"],
      Resource: ["*"],
    },
  );
}

function callerStatements(arns: EnvironmentArns): Statement[] {
  const policies = arns.callerPolicies();
  if (policies.length === 0) return [];
  const named = arns.anyCallerPolicies();
  const kinds = PRINCIPAL_KINDS.filter((kind) => arns.callers(kind).length > 0);
  const callers = kinds.flatMap((kind) => arns.callers(kind));
  return [
    allow("CallerPolicies", ["iam:*"], named),
    ...(callers.length === 0
      ? []
      : [
          allow(
            "Callers",
            kinds.map((kind) => `iam:ListAttached${kind}Policies`),
            callers,
          ),
          allow(
            "CallerAttachments",
            kinds.flatMap((kind) => [`iam:Attach${kind}Policy`, `iam:Detach${kind}Policy`]),
            callers,
            { ArnEquals: { "iam:PolicyARN": named } },
          ),
        ]),
  ];
}

/** Resources with other prefixes: alarms and the role of Application Auto Scaling, and existing functions with their roles. */
function scalingAndFunctionStatements(arns: EnvironmentArns): Statement[] {
  const { environment } = arns;
  const { functions, roles, whereBound } = existingFunctions(arns);
  const isScaled = scales(environment);
  const keys = volumeKeys(environment);
  const alarms = [
    ...(hasAlarms(environment) ? [`${arns.prefix}-*`] : []),
    ...(isScaled ? [`TargetTracking-endpoint/${arns.prefix}-*`] : []),
  ].map((alarm) => arns.arn("cloudwatch", `alarm:${alarm}`));
  // Each action applies only to ARNs of the same service.
  const named = [...alarms, ...(isScaled ? [scalingRoleArn(arns)] : []), ...functions, ...roles];
  const actions = [
    ...(alarms.length === 0 ? [] : ["cloudwatch:*"]),
    ...(isScaled ? ["iam:CreateServiceLinkedRole"] : []),
    ...(roles.length === 0 ? [] : ["iam:DeleteRolePolicy", "iam:GetRolePolicy"]),
    ...(functions.length === 0
      ? []
      : ["lambda:AddPermission", "lambda:Get*", "lambda:ListVersionsByFunction", "lambda:RemovePermission"]),
  ];
  return [
    ...(named.length === 0 ? [] : [allow("ScalingAndExistingFunctions", actions, named)]),
    ...(roles.length === 0 ? [] : [allow("ExistingRoles", ["iam:PutRolePolicy"], roles, whereBound)]),
    ...(keys.length === 0
      ? []
      : [allow("VolumeKeys", ["kms:CreateGrant"], keys, { Bool: { "kms:GrantIsForAWSResource": "true" } })]),
  ];
}

/** Resources that have only ids and tags, except resources with the tag of another environment. */
function taggedStatements(arns: EnvironmentArns): Statement[] {
  const { environment } = arns;
  const { network } = environment;
  const parts = network === undefined || "existing" in network ? [] : NETWORK_PARTS;
  const targets = scales(environment) ? [scalableTargetsArn(arns)] : [];
  if (parts.length + targets.length === 0) return [];
  return [
    allow(
      "TaggedResources",
      [
        ...(targets.length === 0 ? [] : ["application-autoscaling:*"]),
        ...(parts.length === 0 ? [] : ["ec2:*"]),
      ],
      [...targets, ...parts.map((part) => arns.arn("ec2", `${part}/*`))],
      {
        StringEqualsIfExists: {
          "aws:RequestTag/Environment": arns.prefix,
          "aws:ResourceTag/Environment": arns.prefix,
        },
      },
    ),
  ];
}

function stateStatements(arns: EnvironmentArns): Statement[] {
  const state = arns.state();
  if (state === undefined) return [];
  return [
    allow("StateBucket", ["s3:ListBucket"], [state.bucket]),
    allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [state.file, state.lock]),
  ];
}
