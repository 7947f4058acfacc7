import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import type { AccountSettings, DeployableEnvironment } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { deployLimitsPolicy, deployRolePolicies } from "../../src/iam/deployment/pipeline-policies";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { everything } from "../deploy/support/environments";
import { isAllowed } from "../deploy/support/evaluation";
import { readRecording } from "../deploy/support/recordings";
import { models } from "../fixtures/app/functions";
import { createApp } from "../support/app";
import { example, exampleModel, exampleWithCallers } from "./support/environments";
import { parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";

/** An environment with every named resource. */
const environment: Environment = {
  ...exampleWithCallers,
  name: "dev",
  accountId: ACCOUNT,
  permissionsBoundary: true,
  state: { s3: { bucket: "amzn-s3-demo-bucket", key: "dev.tfstate" } },
  stage: { throttling: { rateLimit: 1, burstLimit: 1 }, logRetentionInDays: 1 },
  website: {},
  network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  models: {
    "loan-default": { ...exampleModel, access: "PUBLIC", functionUrl: {} },
    "energy-demand": { ...exampleModel, artifact: "artifacts/first.tar.gz" },
    "language-check": { ...exampleModel, access: "API_KEY" },
  },
  callers: { notebooks: { mayInvoke: [{ model: "loan-default", by: "endpoint" }] } },
};
const account: AccountSettings = {
  region: "eu-central-1",
  accountId: ACCOUNT,
  state: { local: { path: "terraform.account.tfstate" } },
  github: { repository: "octo-org/stages" },
};

/** Arguments that are names in an account, an API, a role or a service. */
const NAMING = /(^|_)name$|^bucket$/;

/** The names in a stack, by argument. */
function namesOf(stack: SynthesizedStack): Map<string, string> {
  return new Map(
    Object.entries(stack.terraform.resource).flatMap(([type, byId]) =>
      Object.entries(byId).flatMap(([id, values]) =>
        Object.entries(values).flatMap(([argument, value]): [string, string][] =>
          NAMING.test(argument) && typeof value === "string" && !value.startsWith("${")
            ? [[`${type}.${id}.${argument}`, value]]
            : [],
        ),
      ),
    ),
  );
}

describe("an environment of a project", () => {
  const [own, of] = [undefined, "shop"].map((project) => {
    const one = project === undefined ? environment : { ...environment, project };
    const synthesized = synthesize(
      [one],
      [{ ...account, name: project === undefined ? "account" : "other" }],
    );
    return {
      stack: synthesized.stack("dev"),
      account: synthesized.stack(project === undefined ? "account" : "other"),
    };
  });
  if (own === undefined || of === undefined) throw new Error("two were synthesized");

  it("names its resources differently from the same environment without a project, so that one account can contain both", () => {
    // Act
    const [names, others] = [namesOf(own.stack), namesOf(of.stack)];

    // Assess
    expect(names.size).toBeGreaterThan(30);
    expect([...others.keys()]).toEqual([...names.keys()]);
    const alike = [...names].filter(([argument, name]) => others.get(argument) === name);
    const kinds = new Set(alike.map(([argument]) => argument.replace(/\..*\./, ".")));
    // Names within a role and a service.
    expect([...kinds].sort()).toEqual(["aws_iam_role_policy.name", "aws_vpc_endpoint.service_name"]);
    for (const [argument, name] of names) {
      if (alike.some(([same]) => same === argument)) continue;
      expect(others.get(argument)).toBe(name.replace(/(^|\/)dev(?=-|$)/, "$1shop-dev"));
    }
  });

  it("has a stack with the environment's name, and a stage and a tag with the prefix", () => {
    // Act
    const { provider } = of.stack.terraform;

    // Assess
    expect(of.stack.one("aws_api_gateway_stage").values.stage_name).toBe("shop-dev");
    expect(provider.aws?.[0]?.default_tags).toMatchObject([{ tags: { Environment: "shop-dev" } }]);
  });

  it("has roles, boundaries and policies in an account that no other project has", () => {
    // Act
    const [names, others] = [own.account, of.account].map((stack) =>
      [...stack.find("aws_iam_role"), ...stack.find("aws_iam_policy")]
        .map(({ values }) => values.name)
        .sort(),
    );

    // Assess
    expect(names?.filter((name) => others?.includes(name))).toEqual([]);
    expect(others).toEqual(
      expect.arrayContaining([
        "shop-dev-boundary",
        "shop-dev-deploy",
        "shop-dev-deploy-roles",
        "shop-dev-plan-functions",
      ]),
    );
    const boundaries = of.stack.find("aws_iam_role").map(({ values }) => values.permissions_boundary);
    expect(new Set(boundaries)).toEqual(new Set([`arn:aws:iam::${ACCOUNT}:policy/shop-dev-boundary`]));
  });

  it("is deployed from the GitHub environment with the same name", () => {
    // Act
    const role = of.account.find("aws_iam_role").find(({ values }) => values.name === "shop-dev-deploy");

    // Assess
    if (role === undefined) throw new Error("no role shop-dev-deploy");
    expect(JSON.stringify(parseEmbedded(role.values.assume_role_policy, role.address))).toContain(
      "repo:octo-org/stages:environment:dev",
    );
  });
});

describe("the deployer of an environment of a project", () => {
  const signed: DeployableEnvironment = {
    ...environment,
    accountId: ACCOUNT,
    state: { s3: { bucket: "amzn-s3-demo-bucket", key: "dev.tfstate" } },
    models: { "loan-default": { ...exampleModel, access: "AWS_IAM" } },
  };
  const requests = readRecording("everything");
  const inProject = requests.map(
    (one): AuthorizationCheck =>
      JSON.parse(JSON.stringify(one).replaceAll(/everything(?=-|")/g, "shop-everything")),
  );
  const ofProject: Environment = { ...everything, project: "shop" };
  const accountId = "111122223333";

  it.each([
    ["its policies", (one: Environment) => Object.values(deployerPolicies(one, accountId))],
    ["its boundary", (one: Environment) => [deployLimits(one, accountId)]],
  ] as const)(
    "is allowed by %s to send every request of Terraform in the project, and no other project's request",
    (what, policiesOf) => {
      // Prepare
      const policies = policiesOf(ofProject);
      const differs = (other: readonly AuthorizationCheck[]): AuthorizationCheck[] =>
        other.filter((one, index) =>
          // The boundary does not limit resources that have only an id.
          what === "its policies"
            ? JSON.stringify(one) !== JSON.stringify(inProject[index])
            : one.resource !== inProject[index]?.resource && !one.resource.startsWith("arn:aws:apigateway:"),
        );
      const elsewhere = inProject.map(
        (one): AuthorizationCheck =>
          JSON.parse(JSON.stringify(one).replaceAll("shop-everything", "bank-everything")),
      );

      // Act
      const denied = inProject.filter((one) => !isAllowed(policies, one));
      const allowed = [...differs(requests), ...differs(elsewhere)].filter((one) => isAllowed(policies, one));

      // Assess
      expect(differs(requests).length).toBeGreaterThan(100);
      expect(denied).toEqual([]);
      expect(allowed).toEqual([]);
    },
  );

  it.each([
    [
      "its policies",
      (one: DeployableEnvironment) => deployRolePolicies(one, models).map(({ policy }) => policy),
    ],
    ["its boundary", (one: DeployableEnvironment) => [deployLimitsPolicy(one).policy]],
  ] as const)("is allowed by %s to call only the project's own routes in the smoke test", (_, policiesOf) => {
    // Prepare
    const policies = policiesOf({ ...signed, project: "shop" });
    const invoke = (stage: string): AuthorizationCheck => ({
      action: "execute-api:Invoke",
      resource: `arn:aws:execute-api:eu-central-1:${ACCOUNT}:abcdefghij/${stage}/POST/loan-default`,
      context: {},
    });

    // Act
    const allowed = ["shop-dev", "dev", "bank-dev"].filter((stage) => isAllowed(policies, invoke(stage)));

    // Assess
    expect(allowed).toEqual(["shop-dev"]);
  });

  it("has a planner with permissions in the project", () => {
    // Prepare
    const planner = Object.values(plannerPolicies(ofProject, accountId));

    // Act
    const found = inProject.filter((one) => isAllowed(planner, one));

    // Assess
    expect(found.length).toBeGreaterThan(40);
  });

  it("creates roles whose boundary allows only the project's own endpoints", () => {
    // Prepare
    const boundary = boundaryPolicy({ ...example, project: "shop" }, ACCOUNT);
    const invoke = (endpoint: string): AuthorizationCheck => ({
      action: "sagemaker:InvokeEndpoint",
      resource: `arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/${endpoint}`,
      context: {},
    });

    // Act
    const allowed = ["shop-test-loan-default", "test-loan-default", "bank-test-loan-default"].map((name) =>
      isAllowed([boundary], invoke(name)),
    );

    // Assess
    expect(allowed).toEqual([true, false, false]);
  });
});

describe("the local stage of an environment of a project", () => {
  const folder = makeTempFolder();

  afterAll(() => removeFolder(folder));

  it("reads the stage, the functions and the endpoints with the project's prefix from the Terraform", () => {
    // Prepare
    createApp([{ ...example, name: "dev", project: "shop" }], { outdir: folder }).synth();

    // Act
    const { name, functions, endpoints, stages } = readDeployment("dev", join(folder, "stacks", "dev"));

    // Assess
    expect(name).toBe("dev");
    expect(stages.map((stage) => stage.stageName)).toEqual(["shop-dev"]);
    expect(functions.map((fn) => fn.name)).toEqual(["shop-dev-loan-default"]);
    expect(endpoints.map((endpoint) => [endpoint.name, endpoint.model])).toEqual([
      ["shop-dev-loan-default", "loan-default"],
    ]);
  });
});
