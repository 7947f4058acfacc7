import { boundaryArn } from "../../environments/account";
import type { Environment } from "../../environments/environment";
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
