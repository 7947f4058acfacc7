import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { dailyChecksPolicy } from "../../src/iam/deployment/daily-checks";
import type { PolicyDocument } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { isAllowed } from "../deploy/support/evaluation";
import { models } from "../fixtures/app/functions";
import { EVERY_MODEL, LOAN_DEFAULT } from "../local/support/environments";

const ACCOUNT = "123456789012";
const OWN_IMAGE = "999988887777.dkr.ecr.us-east-1.amazonaws.com/team/model:1";

/**
 * An environment with an API key, signed requests, a function URL, artifacts in two buckets, an image of SageMaker and an image
 * of a team.
 */
const environment: Environment = {
  ...EVERY_MODEL,
  name: "staging",
  models: {
    ...EVERY_MODEL.models,
    "loan-default": {
      ...(EVERY_MODEL.models["loan-default"] ?? LOAN_DEFAULT),
      artifact: "s3://team-models/loan/2026/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
    },
    "energy-demand": {
      ...(EVERY_MODEL.models["energy-demand"] ?? LOAN_DEFAULT),
      artifact: "s3://other-models/energy.tar.gz",
      image: { uri: OWN_IMAGE },
    },
  },
};

const registryOf = (): string => "683313688378";

const KEYS = "arn:aws:apigateway:us-east-1::/apikeys";
const REPOSITORY = "arn:aws:ecr:us-east-1";
const ROUTE = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abcdefghij`;
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function`;
const OF_STAGING = { "aws:ResourceTag/Environment": "staging" };
const BY_URL = { "lambda:FunctionUrlAuthType": "AWS_IAM", "lambda:InvokedViaFunctionUrl": "true" };

const requestOf = (
  action: string,
  resource: string,
  context: AuthorizationCheck["context"] = {},
): AuthorizationCheck => ({ action, resource, context });

/** The requests of the smoke test, and of the check of the endpoints' parts. */
const NEEDED = [
  requestOf("execute-api:Invoke", `${ROUTE}/staging/POST/energy-demand`),
  requestOf("lambda:InvokeFunctionUrl", `${FUNCTION}:staging-language-check`, BY_URL),
  requestOf("lambda:InvokeFunction", `${FUNCTION}:staging-language-check`, BY_URL),
  requestOf("apigateway:GET", `${KEYS}/a1b2c3`, OF_STAGING),
  requestOf("s3:ListBucket", "arn:aws:s3:::team-models", { "s3:prefix": "loan/2026/model.tar.gz" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::other-models", { "s3:prefix": "energy.tar.gz" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket", {
    "s3:prefix": "ticket-urgency/model.tar.gz",
  }),
  requestOf("ecr:BatchGetImage", `${REPOSITORY}:683313688378:repository/sagemaker-xgboost`),
  requestOf("ecr:BatchGetImage", `${REPOSITORY}:999988887777:repository/team/model`),
];

const FORBIDDEN = [
  requestOf("execute-api:Invoke", `${ROUTE}/staging/POST/loan-default`),
  requestOf("execute-api:Invoke", `${ROUTE}/prod/POST/energy-demand`),
  requestOf("lambda:InvokeFunction", `${FUNCTION}:staging-language-check`),
  requestOf("lambda:InvokeFunctionUrl", `${FUNCTION}:staging-language-check`, {
    "lambda:FunctionUrlAuthType": "NONE",
  }),
  requestOf("lambda:InvokeFunctionUrl", `${FUNCTION}:prod-language-check`, BY_URL),
  requestOf("lambda:InvokeFunction", `${FUNCTION}:prod-language-check`, BY_URL),
  requestOf("lambda:CreateFunctionUrlConfig", `${FUNCTION}:staging-language-check`, BY_URL),
  requestOf("execute-api:InvalidateCache", `${ROUTE}/staging/POST/energy-demand`),
  requestOf("apigateway:GET", `${KEYS}/a1b2c3`, { "aws:ResourceTag/Environment": "prod" }),
  requestOf("apigateway:GET", `${KEYS}/a1b2c3`),
  requestOf("apigateway:GET", KEYS, OF_STAGING),
  requestOf("apigateway:PATCH", `${KEYS}/a1b2c3`, OF_STAGING),
  requestOf("apigateway:GET", "arn:aws:apigateway:us-east-1::/restapis/abcdefghij", OF_STAGING),
  requestOf("s3:ListBucket", "arn:aws:s3:::team-models"),
  requestOf("s3:ListBucket", "arn:aws:s3:::team-models", { "s3:prefix": "" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::team-models", { "s3:prefix": "energy.tar.gz" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::other-models", { "s3:prefix": "loan/2026/model.tar.gz" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket", { "s3:prefix": "energy.tar.gz" }),
  requestOf("s3:ListBucket", "arn:aws:s3:::team-models", { "s3:prefix": "ticket-urgency/model.tar.gz" }),
  ...[
    ["team-models", "loan/2026/model.tar.gz"],
    ["other-models", "energy.tar.gz"],
    ["amzn-s3-demo-bucket", "ticket-urgency/model.tar.gz"],
  ].map(([bucket = "", prefix = ""]) =>
    requestOf("s3:ListBucketVersions", `arn:aws:s3:::${bucket}`, { "s3:prefix": prefix }),
  ),
  requestOf("s3:GetObject", "arn:aws:s3:::team-models/loan/2026/model.tar.gz"),
  requestOf("ecr:GetDownloadUrlForLayer", `${REPOSITORY}:999988887777:repository/team/model`),
  requestOf("ecr:BatchGetImage", `${REPOSITORY}:999988887777:repository/team/other`),
  requestOf("ecr:BatchGetImage", `${REPOSITORY}:${ACCOUNT}:repository/team/model`),
  requestOf("ecr:GetAuthorizationToken", "*"),
  requestOf(
    "sagemaker:InvokeEndpoint",
    `arn:aws:sagemaker:us-east-1:${ACCOUNT}:endpoint/staging-loan-default`,
  ),
  requestOf("iam:GetRole", `arn:aws:iam::${ACCOUNT}:role/staging-drift`),
];

function policyOf(of: Environment): PolicyDocument {
  const policy = dailyChecksPolicy(of, ACCOUNT, models, registryOf);
  if (policy === undefined) throw new Error("no policy");
  return policy;
}

/** Policies that allow more: without a condition, or with a wildcard in place of a resource or an action. */
function widened({ Statement, Version }: PolicyDocument): [name: string, policy: PolicyDocument][] {
  return Statement.flatMap((statement, index) => {
    const { Condition, ...unconditional } = statement;
    const [service = ""] = statement.Action[0]?.split(":") ?? [];
    const mutants: [string, PolicyDocument["Statement"][number]][] = [
      ...(Condition === undefined ? [] : [["no condition", unconditional] as const]).map(
        ([name, one]): [string, PolicyDocument["Statement"][number]] => [name, one],
      ),
      ["every resource", { ...statement, Resource: ["*"] }],
      ["every action", { ...statement, Action: [`${service}:*`] }],
    ];
    return mutants.map(([name, mutant]): [string, PolicyDocument] => [
      `${statement.Sid}: ${name}`,
      { Version, Statement: Statement.with(index, mutant) },
    ]);
  });
}

describe("the role of the daily checks", () => {
  it("may send every request of the checks, and no other request", () => {
    // Act
    const policy = policyOf(environment);

    // Assess
    expect(NEEDED.filter((one) => !isAllowed([policy], one))).toEqual([]);
    expect(FORBIDDEN.filter((one) => isAllowed([policy], one))).toEqual([]);
  });

  it("needs each of its statements", () => {
    // Prepare
    const { Statement, Version } = policyOf(environment);

    // Act
    const superfluous = Statement.filter((statement) => {
      const without = { Version, Statement: Statement.filter((one) => one !== statement) };
      return NEEDED.every((one) => isAllowed([without], one));
    });

    // Assess
    expect(Statement.length).toBeGreaterThan(5);
    expect(superfluous).toEqual([]);
  });

  it("has no wider policy that these tests do not detect", () => {
    // Act
    const mutants = widened(policyOf(environment));
    const undetected = mutants.filter(([, mutant]) => !FORBIDDEN.some((one) => isAllowed([mutant], one)));

    // Assess
    expect(mutants.length).toBeGreaterThan(15);
    expect(undetected.map(([name]) => name)).toEqual([]);
  });

  it("reads only the keys, lists only the artifacts and reads only the images that the environment has", () => {
    // Prepare
    const { "ticket-urgency": open } = environment.models;

    // Act
    const policy = dailyChecksPolicy(
      {
        ...environment,
        models: { "ticket-urgency": { existingEndpoint: "shared", access: open?.access ?? "PUBLIC" } },
      },
      ACCOUNT,
      models,
      registryOf,
    );

    // Assess
    expect(policy).toBeUndefined();
  });
});
