import { boundaryArn, hasBoundary } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { omitUndefined } from "../../lib/omit-undefined";
import { UserError } from "../../lib/user-error";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { objectiveStatements } from "./deployer-alarms";
import { budgetStatements } from "./deployer-budget";
import { dashboardStatements } from "./deployer-dashboard";
import { domainStatements } from "./deployer-domains";
import { existingFunctionStatements, functionPermissionStatement } from "./deployer-existing-functions";
import { firewallStatements } from "./deployer-firewall";
import { networkStatements } from "./deployer-network";
import { scalingStatements } from "./deployer-scaling";
import { signInStatements } from "./deployer-sign-in";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { modelPackageStatements } from "./model-packages";
import { releasedArtifactStatements } from "./released-artifacts";

/** The deployer's permissions for one environment, by topic. */
export type DeployerPolicies = Readonly<
  Record<"roles" | "functions" | "endpoints" | "stage" | "storage", PolicyDocument> &
    // Only for environments with a network, with domain names, and for environments with objectives, a dashboard or a budget, or
    // whose endpoints have scaling, alarms or keys.
    Partial<Record<"network" | "scaling" | "domains", PolicyDocument>>
>;

/**
 * The least permissions with which Terraform can plan, create, change and destroy one environment, and no other
 * environment of the account. The policies name resources by the environment's prefix. This includes the
 * resources of models that the environment no longer serves. To remove `website`, `signIn`, `callers`, `capture`, `network`, `domain`,
 * `via: "gateway"`, a firewall, objectives, a dashboard, a budget, scaling, alarms or keys from an environment, apply the change
 * with the previous policies.
 *
 * A principal that may write a role's policy can give the role any permission, and gets the permission if it can also pass
 * the role. The deployer may write and pass only roles of this environment, each to one service. Only a permissions boundary
 * limits the content of the roles' policies: with `permissionsBoundary`, the deployer cannot create a role, or put a policy
 * on a role, without the boundary. Nothing limits the content of callers' policies, and thereby the permissions of the
 * principals that have these policies.
 *
 * @param accountId - 12 digits
 * @throws UserError if an existing function's role is not named
 */
export function deployerPolicies(environment: Environment, accountId: string): DeployerPolicies {
  const unknown = modelsWithUnknownRole(environment);
  if (unknown.length > 0) {
    throw new UserError(
      `${environment.name}: models.${unknown.join(", models.")}: got existingFunction without existingFunctionRole; allowed: both settings, because the deployer's policy must name the role; or a deployment by an administrator`,
    );
  }
  const arns = new EnvironmentArns(environment, accountId);
  const network = networkStatements(arns);
  const scaling = [
    ...scalingStatements(arns),
    ...objectiveStatements(arns),
    ...dashboardStatements(arns),
    ...budgetStatements(arns),
  ];
  const domains = domainStatements(arns);
  return omitUndefined({
    roles: policyDocument(...roleStatements(arns), ...callerStatements(arns)),
    functions: policyDocument(
      ...functionStatements(arns),
      ...existingFunctionStatements(arns),
      ...logStatements(arns),
    ),
    endpoints: policyDocument(...endpointStatements(arns), ...modelPackageStatements(environment)),
    stage: policyDocument(
      ...apiStatements(arns),
      // A stage without an access log needs this permission to delete the log group of a previous access log.
      logGroupStatement("ManageAccessLogGroup", [arns.accessLogGroup(), `${arns.accessLogGroup()}:*`]),
      ...websiteStatements(arns),
      ...signInStatements(arns),
      ...firewallStatements(arns),
    ),
    storage: policyDocument(
      ...bucketStatements(arns),
      ...releasedArtifactStatements(arns),
      ...stateStatements(arns),
    ),
    network: network.length === 0 ? undefined : policyDocument(...network),
    scaling: scaling.length === 0 ? undefined : policyDocument(...scaling),
    domains: domains.length === 0 ? undefined : policyDocument(...domains),
  });
}

/** Models with an existing function whose role is not named, so that no policy can name the role. */
function modelsWithUnknownRole({ models }: Environment): string[] {
  return Object.entries(models).flatMap(([model, { existingFunction, existingFunctionRole }]) =>
    existingFunction !== undefined && existingFunctionRole === undefined ? [model] : [],
  );
}

/** Actions that create a role, or grant permissions to a role. */
const WITHIN_BOUNDARY = ["iam:CreateRole", "iam:PutRolePolicy"];

function roleStatements(arns: EnvironmentArns): Statement[] {
  const { environment, accountId } = arns;
  const gatewayRoles = arns.roles("gateway");
  const signedInRoles = arns.roles("signed-in");
  const roles = [...arns.roles("endpoint"), ...arns.roles("function"), ...gatewayRoles, ...signedInRoles];
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
    // Terraform calls this action before it deletes a role.
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    // A new version of the engine can change a role's trust policy and description.
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRoleDescription",
  ];
  const isBound = hasBoundary(environment);
  return [
    allow("ManageRoles", isBound ? keep.filter((action) => !WITHIN_BOUNDARY.includes(action)) : keep, roles),
    ...(isBound
      ? [
          allow(
            "GrantRolePermissionsWithinBoundary",
            // The last action is for roles that existed before the environment had a boundary.
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
      : // API Gateway requires PassRole for the roles of the integrations in the API's document
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html).
        [
          allow("PassRolesToApiGateway", ["iam:PassRole"], gatewayRoles, passing("apigateway.amazonaws.com")),
        ]),
    ...(signedInRoles.length === 0
      ? []
      : // https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
        [
          allow(
            "PassRoleToIdentityPool",
            ["iam:PassRole"],
            signedInRoles,
            passing("cognito-identity.amazonaws.com"),
          ),
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
      allow(`AttachPoliciesTo${kind}s`, [`iam:Attach${kind}Policy`, `iam:Detach${kind}Policy`], principals, {
        ArnEquals: { "iam:PolicyARN": policies },
      }),
      allow(`ListPoliciesOf${kind}s`, [`iam:ListAttached${kind}Policies`], principals),
    ];
  });
  return [
    allow(
      "ManageCallerPolicies",
      [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        // A managed policy has at most five versions; Terraform deletes the oldest version.
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
      "ManageFunctions",
      [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        // To remove reserved concurrency; PutFunctionConcurrency below sets it.
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
        // For every change in functions/.
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      functions,
    ),
    functionPermissionStatement("ManageFunctionPermissions", functions),
    // A function URL always requires signed requests. An update contains the authorization type only if the type changes.
    allow(
      "ManageIamFunctionUrls",
      ["lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"],
      functions,
      {
        StringEqualsIfExists: { "lambda:FunctionUrlAuthType": "AWS_IAM" },
      },
    ),
  ];
}

function endpointStatements(arns: EnvironmentArns): Statement[] {
  const models = arns.models();
  const configurations = arns.endpointConfigurations();
  const endpoints = arns.endpoints();
  return [
    allow(
      "ManageModels",
      ["sagemaker:CreateModel", "sagemaker:DeleteModel", "sagemaker:DescribeModel"],
      models,
    ),
    allow(
      "ManageEndpointConfigurations",
      [
        "sagemaker:CreateEndpointConfig",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:DescribeEndpointConfig",
      ],
      configurations,
    ),
    // Both actions require permission on the endpoint and on the configuration.
    allow(
      "CreateAndUpdateEndpoints",
      ["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"],
      [...endpoints, ...configurations],
    ),
    allow(
      "DescribeAndDeleteEndpoints",
      ["sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint"],
      endpoints,
    ),
    allow(
      "TagSageMakerResources",
      ["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
      [...models, ...configurations, ...endpoints],
    ),
  ];
}

function logStatements(arns: EnvironmentArns): Statement[] {
  return [
    // The prefix's asterisk matches a group with and without `:*`.
    logGroupStatement("ManageLogGroups", [...arns.logGroups("functions"), ...arns.logGroups("endpoints")]),
    // CloudWatch Logs defines no resource type for this action.
    allow("DescribeLogGroups", ["logs:DescribeLogGroups"], ["*"]),
  ];
}

/**
 * A statement for log groups. Depending on the action, CloudWatch Logs uses a group's ARN with or without `:*`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html): `groups` must match both.
 */
function logGroupStatement(sid: string, groups: readonly string[]): Statement {
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
 * API Gateway assigns the ids, so that conditions identify resources by the tag `Environment`. A domain name is also identified
 * by its ARN, because the deployer can tag resources that have no tag yet. APIs, keys, usage plans and domain
 * names have the tag; deployments and stages inherit it from their APIs, and base path mappings from their domain names
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html).
 */
function apiStatements(arns: EnvironmentArns): Statement[] {
  const { prefix } = arns;
  const collections = arns.apiCollections();
  return [
    allow("CreateApis", ["apigateway:POST"], [...collections, ...arns.domainNameCollection()], {
      StringEquals: { "aws:RequestTag/Environment": prefix },
    }),
    allow(
      "ManageApis",
      ["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
      [...collections.map((collection) => `${collection}/*`), ...arns.domainName()],
      { StringEquals: { "aws:ResourceTag/Environment": prefix } },
    ),
    // A separate request tags a new resource, which has no tags yet. Resources with the tag of another environment are
    // excluded.
    allow("TagApis", ["apigateway:DELETE", "apigateway:PUT"], [arns.apiGatewayArn("/tags/*")], {
      StringEqualsIfExists: { "aws:ResourceTag/Environment": prefix },
    }),
  ];
}

function bucketStatements(arns: EnvironmentArns): Statement[] {
  const ofCallers = arns.callersDataBuckets();
  const buckets = [arns.bucket("artifacts"), arns.bucket("website")];
  // In a protected environment, Terraform must not begin to destroy a bucket with data of callers: the removal of `capture` or `async`
  // would delete the bucket's settings, and fail because the bucket contains objects. The policy is the first setting that
  // Terraform deletes.
  const isKept = ofCallers.length > 0 && arns.environment.protected === true;
  const ofPolicy = "s3:DeleteBucketPolicy";
  return [
    allow(
      "ManageBuckets",
      [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        ...(isKept ? [] : [ofPolicy]),
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
        ...(ofCallers.length > 0 ? ["s3:PutLifecycleConfiguration"] : []),
      ],
      [...buckets, ...ofCallers],
    ),
    // The origins of the pages that send uploads and read answers. Without an origin, Terraform needs the permission to remove an earlier rule.
    ...(arns.hasAsync ? [allow("SetUploadOrigins", ["s3:PutBucketCORS"], [arns.bucket("async")])] : []),
    allow(
      "ManageObjects",
      [
        // For multipart uploads that fail.
        "s3:AbortMultipartUpload",
        // The buckets are versioned: Terraform deletes versions.
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
      ],
      buckets.map((bucket) => `${bucket}/*`),
    ),
    ...(isKept ? [allow("DeleteBucketPolicies", [ofPolicy], buckets)] : []),
    // To destroy a bucket with objects. The deployer reads and writes no data of callers. Terraform deletes the version `null`
    // of the objects of a bucket without versions.
    ...(ofCallers.length > 0 && !isKept
      ? [
          allow(
            // The name of the statement in environments without asynchronous requests must not change.
            arns.hasAsync ? "DeleteDataOfCallers" : "DeleteCapturedRequests",
            ["s3:DeleteObjectVersion"],
            ofCallers.map((bucket) => `${bucket}/*`),
          ),
        ]
      : []),
  ];
}

/** CloudFront assigns the ids, and only distributions have tags. */
function websiteStatements(arns: EnvironmentArns): Statement[] {
  const { environment, prefix } = arns;
  if (environment.website === undefined) return [];
  const cloudfront = (type: string): string => arns.globalArn("cloudfront", `${type}/*`);
  const withRequestTag = { StringEquals: { "aws:RequestTag/Environment": prefix } };
  const withResourceTag = { StringEquals: { "aws:ResourceTag/Environment": prefix } };
  return [
    // CloudFront defines no resource type for this action.
    allow("CreateDistribution", ["cloudfront:CreateDistribution"], ["*"], withRequestTag),
    // A distribution is created with its tags. Distributions with the tag of another environment are excluded.
    allow("TagNewDistribution", ["cloudfront:TagResource"], [cloudfront("distribution")], {
      ...withRequestTag,
      StringEqualsIfExists: withResourceTag.StringEquals,
    }),
    allow(
      "ManageDistribution",
      [
        "cloudfront:DeleteDistribution",
        "cloudfront:GetDistribution",
        "cloudfront:ListTagsForResource",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
        "cloudfront:UpdateDistribution",
      ],
      [cloudfront("distribution")],
      withResourceTag,
    ),
    // CloudFront defines no resource types for these two actions.
    allow(
      "CreateCloudFrontParts",
      ["cloudfront:CreateOriginAccessControl", "cloudfront:CreateResponseHeadersPolicy"],
      ["*"],
    ),
    // These resources have no tags: AWS allows no narrower scope than the account.
    allow(
      "ManageCloudFrontParts",
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
    allow("ListStateBucket", ["s3:ListBucket"], [state.bucket]),
    allow("ReadAndWriteState", ["s3:GetObject", "s3:PutObject"], [state.file]),
    allow("LockState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [state.lock]),
  ];
}
