import { boundaryArn } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { UserError } from "../../lib/user-error";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { existingFunctionStatements, letApiGatewayIn } from "./deployer-existing-functions";
import { networkStatements } from "./deployer-network";
import { scalingStatements } from "./deployer-scaling";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { modelPackageStatements } from "./model-packages";

/** What a managed policy holds at most, whitespace not counted (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
export const MOST_CHARACTERS = 6_144;

/** What the deployer of one environment may do, in as many managed policies as their size asks for. */
export type DeployerPolicies = Readonly<
  Record<"roles" | "functions" | "endpoints" | "stage" | "storage", PolicyDocument> &
    // Only for environments that have one, and whose endpoints scale, have alarms or keys.
    Partial<Record<"network" | "scaling", PolicyDocument>>
>;

/**
 * The least with which Terraform can plan, create, change and destroy one environment, and no other of the account:
 * names are those that the stack gives, by the environment's prefix, also of models that the environment no longer
 * serves. What an environment no longer has of `website`, `callers`, `network`, `via: "gateway"`, scaling, alarms and
 * keys is taken away with the policies from before.
 *
 * Who may write a role's policy can give that role anything, and whoever can pass it gets it: the roles are this
 * environment's alone and are passed to their one service, but what stands in their policies only a permissions
 * boundary limits: with `permissionsBoundary`, no role is made, changed or given a policy without it. What callers'
 * policies say, and thereby the principals that they are attached to, nothing limits.
 *
 * @param accountId - 12 digits
 * @throws UserError where an existing function's role is not named
 */
export function deployerPolicies(environment: Environment, accountId: string): DeployerPolicies {
  const unknown = modelsWithUnknownRole(environment);
  if (unknown.length > 0) {
    throw new UserError(
      `${environment.name}: models.${unknown.join(", models.")}: got existingFunction without existingFunctionRole; allowed: both, for a deployer gives rights to no role that is not named, or an administrator deploys`,
    );
  }
  const arns = new EnvironmentArns(environment, accountId);
  const network = networkStatements(arns);
  const scaling = scalingStatements(arns);
  return {
    roles: policyDocument(...roleStatements(arns), ...callerStatements(arns)),
    functions: policyDocument(
      ...functionStatements(arns),
      ...existingFunctionStatements(arns),
      ...logStatements(arns),
    ),
    endpoints: policyDocument(...endpointStatements(arns), ...modelPackageStatements(environment)),
    stage: policyDocument(
      ...apiStatements(arns),
      // Also where the stage has no access log any more: the log is taken away with the same right.
      keepLogGroups("KeepAccessLog", [arns.accessLogGroup(), `${arns.accessLogGroup()}:*`]),
      ...websiteStatements(arns),
    ),
    storage: policyDocument(...bucketStatements(arns), ...stateStatements(arns)),
    ...(network.length === 0 ? {} : { network: policyDocument(...network) }),
    ...(scaling.length === 0 ? {} : { scaling: policyDocument(...scaling) }),
  };
}

/** Models whose function is there already, and whose role no policy can name. */
function modelsWithUnknownRole({ models }: Environment): string[] {
  return Object.entries(models).flatMap(([model, { existingFunction, existingFunctionRole }]) =>
    existingFunction !== undefined && existingFunctionRole === undefined ? [model] : [],
  );
}

/** What makes a role, or gives it rights. */
const WITHIN_BOUNDARY = ["iam:CreateRole", "iam:PutRolePolicy"];

function roleStatements(arns: EnvironmentArns): Statement[] {
  const { environment, accountId } = arns;
  const gatewayRoles = arns.roles("gateway");
  const roles = [...arns.roles("endpoint"), ...arns.roles("function"), ...gatewayRoles];
  const passing = (service: string): Statement["Condition"] => ({
    StringEquals: { "iam:PassedToService": service },
  });
  const keep = [
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    // Terraform asks before it deletes a role.
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    // A role's trust follows the account and the region, its description the name: both change with new versions.
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRoleDescription",
  ];
  const isBound = environment.permissionsBoundary === true;
  return [
    allow("KeepRoles", isBound ? keep.filter((action) => !WITHIN_BOUNDARY.includes(action)) : keep, roles),
    ...(isBound
      ? [
          allow(
            "GiveRolesRightsWithinTheirBoundary",
            // The last one for roles that were made before the environment had a boundary.
            [...WITHIN_BOUNDARY, "iam:PutRolePermissionsBoundary"],
            roles,
            { StringEquals: { "iam:PermissionsBoundary": boundaryArn(environment, accountId) } },
          ),
        ]
      : []),
    allow(
      "PassRolesToSageMaker",
      ["iam:PassRole"],
      arns.roles("endpoint"),
      passing("sagemaker.amazonaws.com"),
    ),
    allow("PassRolesToLambda", ["iam:PassRole"], arns.roles("function"), passing("lambda.amazonaws.com")),
    ...(gatewayRoles.length === 0
      ? []
      : // With the API's document, which names the roles of its integrations
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html).
        [
          allow("PassRolesToApiGateway", ["iam:PassRole"], gatewayRoles, passing("apigateway.amazonaws.com")),
        ]),
  ];
}

function callerStatements(arns: EnvironmentArns): Statement[] {
  const policies = arns.callerPolicies();
  if (policies.length === 0) return [];
  const attachments = PRINCIPAL_KINDS.flatMap((kind) => {
    const principals = arns.callers(kind);
    if (principals.length === 0) return [];
    return [
      allow(`AttachTo${kind}s`, [`iam:Attach${kind}Policy`, `iam:Detach${kind}Policy`], principals, {
        ArnEquals: { "iam:PolicyARN": policies },
      }),
      allow(`ReadAttachmentsOf${kind}s`, [`iam:ListAttached${kind}Policies`], principals),
    ];
  });
  return [
    allow(
      "KeepCallersPolicies",
      [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        // A managed policy has five versions at most; Terraform deletes the oldest.
        "iam:DeletePolicyVersion",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:ListPolicyVersions",
        "iam:TagPolicy",
        "iam:UntagPolicy",
      ],
      policies,
    ),
    ...attachments,
  ];
}

function functionStatements(arns: EnvironmentArns): Statement[] {
  const functions = arns.functions();
  return [
    allow(
      "KeepFunctions",
      [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        // Reserved concurrency that an environment takes back, and below that it gives.
        "lambda:DeleteFunctionConcurrency",
        "lambda:DeleteFunctionUrlConfig",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionUrlConfig",
        "lambda:GetPolicy",
        "lambda:ListVersionsByFunction",
        "lambda:PutFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
        // New code: every change in functions/.
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      functions,
    ),
    letApiGatewayIn("LetApiGatewayIn", functions),
    // A URL is never open to everybody. What is created always says so; an update only where that changes.
    allow("KeepSignedUrls", ["lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"], functions, {
      StringEqualsIfExists: { "lambda:FunctionUrlAuthType": "AWS_IAM" },
    }),
  ];
}

function endpointStatements(arns: EnvironmentArns): Statement[] {
  const models = arns.models();
  const configurations = arns.endpointConfigurations();
  const endpoints = arns.endpoints();
  return [
    allow(
      "KeepModels",
      ["sagemaker:CreateModel", "sagemaker:DeleteModel", "sagemaker:DescribeModel"],
      models,
    ),
    allow(
      "KeepConfigurations",
      [
        "sagemaker:CreateEndpointConfig",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:DescribeEndpointConfig",
      ],
      configurations,
    ),
    // Creating and updating asks for both, the endpoint and the configuration.
    allow(
      "MoveEndpoints",
      ["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"],
      [...endpoints, ...configurations],
    ),
    allow("KeepEndpoints", ["sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint"], endpoints),
    allow(
      "TagThem",
      ["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
      [...models, ...configurations, ...endpoints],
    ),
  ];
}

function logStatements(arns: EnvironmentArns): Statement[] {
  return [
    // The prefix's asterisk fits a group with and without `:*`.
    keepLogGroups("KeepLogGroups", [...arns.logGroups("functions"), ...arns.logGroups("endpoints")]),
    // CloudWatch Logs defines no resource type for this action.
    allow("FindLogGroups", ["logs:DescribeLogGroups"], ["*"]),
  ];
}

/**
 * CloudWatch Logs names a group with and without `:*`, by action
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html): `groups` fit both.
 */
function keepLogGroups(sid: string, groups: readonly string[]): Statement {
  return allow(
    sid,
    [
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:ListTagsForResource",
      "logs:PutRetentionPolicy",
      "logs:TagResource",
      "logs:UntagResource",
    ],
    groups,
  );
}

/**
 * API Gateway makes the ids up. What can be told apart is told by the tag `Environment`, which APIs, keys, usage plans
 * and, from their APIs, deployments and stages have
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html).
 */
function apiStatements(arns: EnvironmentArns): Statement[] {
  const { prefix } = arns;
  const collections = ["restapis", "apikeys", "usageplans"].map((type) => arns.apiGatewayArn(`/${type}`));
  return [
    allow("CreateApis", ["apigateway:POST"], collections, {
      StringEquals: { "aws:RequestTag/Environment": prefix },
    }),
    allow(
      "KeepApis",
      ["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
      collections.map((collection) => `${collection}/*`),
      { StringEquals: { "aws:ResourceTag/Environment": prefix } },
    ),
    // What is created is tagged by a request of its own kind, whose resource has no tags yet; what another
    // environment's tag marks is left alone.
    allow("TagApis", ["apigateway:DELETE", "apigateway:PUT"], [arns.apiGatewayArn("/tags/*")], {
      StringEqualsIfExists: { "aws:ResourceTag/Environment": prefix },
    }),
  ];
}

function bucketStatements(arns: EnvironmentArns): Statement[] {
  const buckets = [arns.bucket("artifacts"), arns.bucket("website")];
  return [
    allow(
      "KeepBuckets",
      [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketLogging",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
      ],
      buckets,
    ),
    allow(
      "KeepObjects",
      [
        // An upload in parts that fails is taken back.
        "s3:AbortMultipartUpload",
        // The buckets are versioned: what is deleted are versions.
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
      ],
      buckets.map((bucket) => `${bucket}/*`),
    ),
  ];
}

/** CloudFront makes the ids up as well, and only distributions have tags. */
function websiteStatements(arns: EnvironmentArns): Statement[] {
  const { environment, prefix } = arns;
  if (environment.website === undefined) return [];
  const cloudfront = (type: string): string => arns.globalArn("cloudfront", `${type}/*`);
  const withItsTag = { StringEquals: { "aws:RequestTag/Environment": prefix } };
  const itsOwn = { StringEquals: { "aws:ResourceTag/Environment": prefix } };
  return [
    // CloudFront defines no resource type for this action.
    allow("CreateDistribution", ["cloudfront:CreateDistribution"], ["*"], withItsTag),
    // It is created with its tags; what another environment's tag marks is left alone.
    allow("TagNewDistribution", ["cloudfront:TagResource"], [cloudfront("distribution")], {
      ...withItsTag,
      StringEqualsIfExists: itsOwn.StringEquals,
    }),
    allow(
      "KeepDistribution",
      [
        "cloudfront:DeleteDistribution",
        "cloudfront:GetDistribution",
        "cloudfront:ListTagsForResource",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
        "cloudfront:UpdateDistribution",
      ],
      [cloudfront("distribution")],
      itsOwn,
    ),
    // CloudFront defines no resource types for these two.
    allow(
      "CreateItsParts",
      ["cloudfront:CreateOriginAccessControl", "cloudfront:CreateResponseHeadersPolicy"],
      ["*"],
    ),
    // They have no tags: AWS allows no narrower scope than the account.
    allow(
      "KeepItsParts",
      [
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:DeleteResponseHeadersPolicy",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:GetResponseHeadersPolicy",
        "cloudfront:UpdateOriginAccessControl",
        "cloudfront:UpdateResponseHeadersPolicy",
      ],
      [cloudfront("origin-access-control"), cloudfront("response-headers-policy")],
    ),
  ];
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
function stateStatements(arns: EnvironmentArns): Statement[] {
  const state = arns.state();
  if (state === undefined) return [];
  return [
    allow("FindItsState", ["s3:ListBucket"], [state.bucket]),
    allow("KeepItsState", ["s3:GetObject", "s3:PutObject"], [state.file]),
    allow("LockItsState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [state.lock]),
  ];
}
