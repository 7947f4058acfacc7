import { boundaryArn } from "../../environments/account";
import type { Environment } from "../../environments/environment";
import { existingFunctions } from "./deployer-existing-functions";
import { networkArns } from "./deployer-network";
import { hasAlarms, scalableTargetsArn, scalersRoleArn, scales, volumeKeys } from "./deployer-scaling";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./policy-document";

/**
 * The deploy role's own permissions boundary: whatever is attached to it one day, it reaches no further than what begins
 * with its environment's name, what has only ids, and its own state; not itself, nor boundaries. It gives no role
 * anything without the environment's boundary, and takes that from none; who may take the environment's roles it says.
 * It is an outer limit, and short enough for one policy: the names one by one stand in {@link deployerPolicies}.
 *
 * @param accountId - 12 digits
 */
export function deployLimits(environment: Environment, accountId: string): PolicyDocument {
  const arns = new EnvironmentArns(environment, accountId);
  const own = `${environment.name}-*`;
  const roles = [`role/${own}-endpoint`, `role/${own}-function`].map((role) => arns.globalArn("iam", role));
  return policyDocument(
    allow("Roles", ["iam:*"], roles),
    ...callerStatements(arns),
    allow("Routes", ["execute-api:Invoke"], [arns.arn("execute-api", `*/${environment.name}/*`)]),
    allow("Functions", ["lambda:*"], [arns.arn("lambda", `function:${own}`)]),
    allow(
      "Endpoints",
      ["sagemaker:*"],
      ["model", "endpoint-config", "endpoint"].map((type) => arns.arn("sagemaker", `${type}/${own}`)),
    ),
    allow(
      "LogGroups",
      ["logs:*"],
      ["/aws/lambda", "/aws/sagemaker/Endpoints"].map((prefix) =>
        arns.arn("logs", `log-group:${prefix}/${own}`),
      ),
    ),
    // The services define no resource types for these.
    allow(
      "WithoutNames",
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
      "OnlyIds",
      ["apigateway:*", "cloudfront:*"],
      [
        ...["restapis", "apikeys", "usageplans", "tags"].flatMap((type) => {
          const collection = `arn:${arns.partition}:apigateway:${arns.region}::/${type}`;
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
    ...existingFunctionStatements(arns),
    ...networkStatements(arns),
    ...scalingStatements(arns),
    ...stateStatements(arns),
    {
      // Where the request or the role has no boundary at all, this applies as well.
      Sid: "NothingWithoutTheirBoundary",
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
      Sid: "NoWayOutOfTheirBoundary",
      Effect: "Deny",
      Action: ["iam:DeleteRolePermissionsBoundary"],
      Resource: ["*"],
    },
  );
}

function callerStatements(arns: EnvironmentArns): Statement[] {
  const policies = arns.callerPolicies();
  if (policies.length === 0) return [];
  return [
    allow("CallersPolicies", ["iam:*"], policies),
    ...PRINCIPAL_KINDS.flatMap((kind) => {
      const callers = arns.callers(kind);
      if (callers.length === 0) return [];
      return [
        allow(`CallersAs${kind}s`, [`iam:ListAttached${kind}Policies`], callers),
        allow(`PoliciesOf${kind}s`, [`iam:Attach${kind}Policy`, `iam:Detach${kind}Policy`], callers, {
          ArnEquals: { "iam:PolicyARN": policies },
        }),
      ];
    }),
  ];
}

function existingFunctionStatements(arns: EnvironmentArns): Statement[] {
  const { functions, roles, whereBound } = existingFunctions(arns);
  if (functions.length === 0) return [];
  return [
    allow(
      "ExistingFunctions",
      ["lambda:AddPermission", "lambda:Get*", "lambda:ListVersionsByFunction", "lambda:RemovePermission"],
      functions,
    ),
    ...(roles.length === 0
      ? []
      : [
          allow("TheirRoles", ["iam:DeleteRolePolicy", "iam:GetRolePolicy"], roles),
          allow("TheirRolesRights", ["iam:PutRolePolicy"], roles, whereBound),
        ]),
  ];
}

/** What has only ids: all but what another environment's tag marks. */
function networkStatements(arns: EnvironmentArns): Statement[] {
  const { network, name } = arns.environment;
  if (network === undefined || "existing" in network) return [];
  const all = [...networkArns(arns), arns.arn("ec2", "network-interface/*")];
  return [
    allow("Network", ["ec2:*"], all, {
      StringEqualsIfExists: { "aws:RequestTag/Environment": name, "aws:ResourceTag/Environment": name },
    }),
  ];
}

function scalingStatements(arns: EnvironmentArns): Statement[] {
  const { environment } = arns;
  const keys = volumeKeys(environment);
  const isScaled = scales(environment);
  const alarms = [
    ...(hasAlarms(environment) ? [`${environment.name}-*`] : []),
    ...(isScaled ? [`TargetTracking-endpoint/${environment.name}-*`] : []),
  ];
  return [
    ...(isScaled
      ? [
          allow("Scaling", ["application-autoscaling:*"], [scalableTargetsArn(arns)], {
            StringEqualsIfExists: { "aws:ResourceTag/Environment": environment.name },
          }),
          allow("ScalersRole", ["iam:CreateServiceLinkedRole"], [scalersRoleArn(arns)]),
        ]
      : []),
    ...(alarms.length === 0
      ? []
      : [
          allow(
            "Alarms",
            ["cloudwatch:*"],
            alarms.map((alarm) => arns.arn("cloudwatch", `alarm:${alarm}`)),
          ),
        ]),
    ...(keys.length === 0
      ? []
      : [
          allow("VolumeKeys", ["kms:CreateGrant"], keys, {
            Bool: { "kms:GrantIsForAWSResource": "true" },
          }),
        ]),
  ];
}

function stateStatements(arns: EnvironmentArns): Statement[] {
  const { state } = arns.environment;
  if (!("s3" in state)) return [];
  const bucket = arns.bucketArn(state.s3.bucket);
  const file = `${bucket}/${state.s3.key}`;
  return [
    allow("StateBucket", ["s3:ListBucket"], [bucket]),
    allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [file, `${file}.tflock`]),
  ];
}
