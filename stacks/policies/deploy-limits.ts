import { boundaryArn } from "../../environments/account";
import type { Environment } from "../../environments/environment";
import { EnvironmentArns, PRINCIPAL_KINDS } from "./environment-arns";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./policy-document";

/**
 * The deploy role's own permissions boundary: whatever is attached to it one day, it reaches no further than what its
 * environment names, and what has only ids; not to itself, its boundary, the account's bucket beyond its own state, or
 * who may take a role. It gives its environment's roles nothing without their boundary, and takes that from none.
 *
 * @param accountId - 12 digits
 */
export function deployLimits(environment: Environment, accountId: string): PolicyDocument {
  const arns = new EnvironmentArns(environment, accountId);
  return policyDocument(
    allow("Roles", ["iam:*"], [...arns.roles("endpoint"), ...arns.roles("function")]),
    ...callerStatements(arns),
    allow("Functions", ["lambda:*"], arns.functions()),
    allow(
      "Endpoints",
      ["sagemaker:*"],
      [...arns.models(), ...arns.endpointConfigurations(), ...arns.endpoints()],
    ),
    allow(
      "LogGroups",
      ["logs:*"],
      [...arns.logGroups("functions"), ...arns.logGroups("endpoints")].flatMap((group) => [
        group,
        `${group}:*`,
      ]),
    ),
    // CloudWatch Logs and CloudFront define no resource types for these.
    allow(
      "WithoutNames",
      [
        "cloudfront:CreateDistribution",
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:CreateResponseHeadersPolicy",
        "logs:DescribeLogGroups",
      ],
      ["*"],
    ),
    allow(
      "OnlyIds",
      ["apigateway:*", "cloudfront:*"],
      [`arn:${arns.partition}:apigateway:${arns.region}::/*`, arns.globalArn("cloudfront", "*")],
    ),
    allow(
      "Buckets",
      ["s3:*"],
      [arns.bucket("artifacts"), arns.bucket("website")].flatMap((bucket) => [bucket, `${bucket}/*`]),
    ),
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
      Resource: ["endpoint", "function"].map((purpose) =>
        arns.globalArn("iam", `role/${environment.name}-*-${purpose}`),
      ),
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
