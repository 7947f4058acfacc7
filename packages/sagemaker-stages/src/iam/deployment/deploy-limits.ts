import { boundaryArn } from "../../environment/account";
import { startsFromZero } from "../../environment/async-requests";
import type { Environment } from "../../environment/environment";
import { MAX_CHARACTERS, sizeOf } from "../iam-limits";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { alarmTopics, hasObjectives } from "./deployer-alarms";
import { budgetArns } from "./deployer-budget";
import { dashboardArns } from "./deployer-dashboard";
import { apiGatewayRoleArn, certificateArns, recordLimits } from "./deployer-domains";
import { existingFunctions } from "./deployer-existing-functions";
import { firewallResources } from "./deployer-firewall";
import { hasAlarms, scalableTargetsArn, scales, scalingRoleArn, volumeKeys } from "./deployer-scaling";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { modelPackageStatements } from "./model-packages";
import { releasedArtifactStatements } from "./released-artifacts";

/** EC2's resource types of a VPC. The patterns include rules of security groups, and VPC endpoints. */
const NETWORK_PARTS = ["network-interface", "route-table", "security-group*", "subnet", "vpc*"];

/**
 * The permissions boundary of a deploy role: the maximum permissions of the role, whatever policies are attached to it.
 * The boundary allows resources whose names begin with the environment's prefix, resources that have only ids, and the
 * environment's own state. It excludes the deploy role itself and all boundaries. The deploy role cannot create a role
 * without the environment's boundary, and cannot remove a boundary. The deploy role may edit the trust policies of the
 * environment's roles.
 *
 * The boundary must be short enough for one IAM policy, so it is broader than {@link deployerPolicies}. A boundary that is too
 * long has patterns in place of lists, and fewer statements.
 *
 * @param accountId - 12 digits
 */
export function deployLimits(environment: Environment, accountId: string): PolicyDocument {
  const arns = new EnvironmentArns(environment, accountId);
  const limits = policyDocument(...limitStatements(arns, { short: false }));
  if (sizeOf(limits) <= MAX_CHARACTERS) return limits;
  return policyDocument(...mergeByService(limitStatements(arns, { short: true })));
}

/** @param short - whether patterns replace lists of names, for fewer characters */
function limitStatements(arns: EnvironmentArns, { short }: { readonly short: boolean }): Statement[] {
  const { environment, accountId } = arns;
  const own = `${arns.prefix}-*`;
  const certificates = certificateArns(arns);
  const roles = [
    ...[`role/${own}-endpoint`, `role/${own}-function`].map((role) => arns.globalArn("iam", role)),
    ...arns.roles("gateway"),
    ...arns.roles("signed-in"),
  ];
  // The pattern also matches the deploy role, which no statement allows, and existing roles of functions.
  const anyRole = arns.globalArn("iam", `role/${own}`);
  const hasOwnPrefix = existingFunctions(arns).roles.some((role) => role.startsWith(anyRole.slice(0, -1)));
  return [
    allow("Roles", ["iam:*"], roles),
    ...callerStatements(arns),
    allow("Routes", ["execute-api:Invoke"], [arns.arn("execute-api", `*/${arns.prefix}/*`)]),
    allow("Functions", ["lambda:*"], [arns.arn("lambda", `function:${own}`)]),
    allow(
      "Endpoints",
      ["sagemaker:*"],
      (short ? ["model", "endpoint*"] : ["model", "endpoint-config", "endpoint"]).map((type) =>
        arns.arn("sagemaker", `${type}/${own}`),
      ),
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
        ...(short
          ? ["cloudfront:Create*"]
          : [
              "cloudfront:CreateDistribution",
              "cloudfront:CreateOriginAccessControl",
              "cloudfront:CreateResponseHeadersPolicy",
            ]),
        "logs:DescribeLogGroups",
        ...(environment.network === undefined ? [] : ["ec2:Describe*"]),
        ...(scales(environment) ? ["application-autoscaling:Describe*"] : []),
        // CloudWatch creates and describes composite alarms only with permission on every alarm.
        ...(hasObjectives(environment) ? ["cloudwatch:DescribeAlarms", "cloudwatch:PutCompositeAlarm"] : []),
        ...(arns.hasSignIn
          ? [
              "cognito-identity:CreateIdentityPool",
              "cognito-identity:SetIdentityPoolRoles",
              "cognito-idp:CreateUserPool",
              "cognito-idp:DescribeUserPoolDomain",
            ]
          : []),
        ...(certificates.length === 0 ? [] : ["acm:RequestCertificate"]),
      ],
      ["*"],
    ),
    allow(
      "ResourcesKnownByIdOnly",
      ["apigateway:*", "cloudfront:*", ...(certificates.length === 0 ? [] : ["acm:*"])],
      [
        // No other collection of API Gateway has a name that begins with the name of one of these collections
        // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html).
        ...[...arns.apiCollections(), arns.apiGatewayArn("/tags")].flatMap((collection) =>
          short ? `${collection}*` : [collection, `${collection}/*`],
        ),
        ...arns.domainNameCollection(),
        ...(short
          ? arns
              .domainName()
              .slice(0, 1)
              .map((name) => `${name}*`)
          : arns.domainName()),
        arns.globalArn("cloudfront", "*"),
        ...certificates,
      ],
    ),
    allow(
      "Buckets",
      ["s3:*"],
      [arns.bucket("artifacts"), arns.bucket("website")].flatMap((bucket) => [bucket, `${bucket}/*`]),
    ),
    ...captureLimits(arns),
    ...recordLimits(arns, { short }),
    ...firewallLimits(arns, { short }),
    ...modelPackageStatements(environment),
    ...releasedArtifactStatements(arns),
    ...scalingAndFunctionStatements(arns, { short }),
    ...taggedStatements(arns),
    ...stateStatements(arns),
    {
      // The condition also holds if the request or the role has no boundary.
      Sid: "DenyRolesWithoutBoundary",
      Effect: "Deny",
      Action: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        ...(short ? ["iam:PutRole*"] : ["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]),
      ],
      Resource: short && !hasOwnPrefix ? [anyRole] : roles,
      Condition: { StringNotEquals: { "iam:PermissionsBoundary": boundaryArn(environment, accountId) } },
    },
    {
      Sid: "DenyBoundaryRemoval",
      Effect: "Deny",
      Action: ["iam:DeleteRolePermissionsBoundary"],
      Resource: ["*"],
    },
  ];
}

/**
 * Puts the actions and the resources of services that have only one statement without a condition into one statement. The
 * merged statement allows the same requests, because an action applies only to resources of the same service. The web ACLs stay
 * separate: AWS WAF's actions also apply to stages of API Gateway.
 */
function mergeByService(statements: readonly Statement[]): Statement[] {
  const taken = new Set<string>();
  const merged = statements.filter(({ Effect, Action, Resource = [], Condition }) => {
    const services = new Set(Action.map((action) => action.split(":")[0] ?? ""));
    const ofResources = new Set(Resource.map((resource) => resource.split(":")[2] ?? ""));
    const isOwn = services.size === ofResources.size && [...services].every((one) => ofResources.has(one));
    if (Effect !== "Allow" || Condition !== undefined || !isOwn) return false;
    if ([...services].some((service) => taken.has(service))) return false;
    for (const service of services) taken.add(service);
    return true;
  });
  return [
    allow(
      "OwnResources",
      merged.flatMap(({ Action }) => Action),
      merged.flatMap(({ Resource = [] }) => Resource),
    ),
    ...statements.filter((statement) => !merged.includes(statement)),
  ];
}

/**
 * A deployer must not read captured or asynchronous requests, whatever its policies allow. A deployer that may change the code or the role of a
 * function can still make the function send requests elsewhere.
 */
function captureLimits(arns: EnvironmentArns): Statement[] {
  const buckets = arns.callersDataBuckets();
  if (buckets.length === 0) return [];
  return [
    allow(
      arns.hasAsync ? "BucketsOfCallers" : "CaptureBucket",
      [
        "s3:*Bucket*",
        "s3:DeleteObjectVersion",
        "s3:Get*Configuration",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ],
      buckets.flatMap((bucket) => [bucket, `${bucket}/*`]),
    ),
  ];
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

/** Web ACLs by their names, AWS's rule groups that they use, and the stage to which one of them is attached. */
function firewallLimits(arns: EnvironmentArns, { short }: { readonly short: boolean }): Statement[] {
  const { acls, managedRules, stages } = firewallResources(arns);
  // AWS owns the managed rules of every region and scope.
  const anyRules = managedRules.map((rules) =>
    rules.replace(/^(arn:[^:]+:wafv2:)[^:]+(:\d+:)\w+\//, "$1*$2*/"),
  );
  const resources = [...acls, ...(short ? new Set(anyRules) : managedRules), ...stages];
  return resources.length === 0 ? [] : [allow("Firewalls", ["wafv2:*"], resources)];
}

/**
 * Resources that only some environments have: alarms with their topic, a dashboard, a budget, alarms of Application Auto Scaling,
 * service-linked roles, and existing functions with their roles.
 */
function scalingAndFunctionStatements(
  arns: EnvironmentArns,
  { short }: { readonly short: boolean },
): Statement[] {
  const { environment } = arns;
  const { functions, roles, whereBound } = existingFunctions(arns);
  const isScaled = scales(environment);
  const keys = volumeKeys(environment);
  const alarms = [
    ...(hasAlarms(environment) || hasObjectives(environment) || startsFromZero(environment)
      ? [`${arns.prefix}-*`]
      : []),
    ...(isScaled ? [`TargetTracking-endpoint/${arns.prefix}-*`] : []),
  ].map((alarm) => arns.arn("cloudwatch", `alarm:${alarm}`));
  const dashboards = dashboardArns(arns);
  // Each action applies only to ARNs of the same service.
  const serviceRoles = [
    ...(isScaled ? [scalingRoleArn(arns)] : []),
    ...(environment.stage.domain === undefined ? [] : [apiGatewayRoleArn(arns)]),
    // The path of a service-linked role names its service, which has no other role.
  ].map((role) => (short ? role.replace(/[^/]+$/, "*") : role));
  const topics = alarmTopics(arns);
  const budgets = budgetArns(arns);
  const named = [...alarms, ...dashboards, ...budgets, ...topics, ...serviceRoles, ...functions, ...roles];
  const actions = [
    ...(budgets.length === 0 ? [] : ["budgets:*"]),
    ...(alarms.length + dashboards.length === 0 ? [] : ["cloudwatch:*"]),
    ...(topics.length === 0 ? [] : ["sns:*"]),
    ...(serviceRoles.length === 0 ? [] : ["iam:CreateServiceLinkedRole"]),
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
  const pools = arns.hasSignIn ? arns.signInPools() : [];
  if (parts.length + targets.length + pools.length === 0) return [];
  return [
    allow(
      "TaggedResources",
      [
        ...(targets.length === 0 ? [] : ["application-autoscaling:*"]),
        ...(pools.length === 0 ? [] : ["cognito-identity:*", "cognito-idp:*"]),
        ...(parts.length === 0 ? [] : ["ec2:*"]),
      ],
      [...targets, ...pools, ...parts.map((part) => arns.arn("ec2", `${part}/*`))],
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
