import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { dev } from "../fixtures/app/environments/dev";
import { Deployment } from "./support/deployment";
import { withModel } from "./support/environments";
import { isAllowed } from "./support/evaluation";
import { killApply } from "./support/killing";
import { succeeded } from "./support/project";
import { squashed } from "./support/squashed";

const TIMEOUT_IN_MS = 600_000;

const {
  "loan-default": loanDefault,
  "ticket-urgency": ticketUrgency,
  "language-check": languageCheck,
  "energy-demand": energyDemand,
} = dev.models;
if (
  loanDefault === undefined ||
  ticketUrgency === undefined ||
  languageCheck === undefined ||
  energyDemand === undefined
)
  throw new Error("dev lacks a model of this test");

/** dev with two of its models. */
const first: Environment = {
  ...dev,
  models: {
    "loan-default": { ...loanDefault, artifact: "models/first.tar.gz" },
    "ticket-urgency": ticketUrgency,
  },
};
const second = withModel(first, "loan-default", { artifact: "models/second.tar.gz" });
const third = withModel(second, "ticket-urgency", {
  artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-21/model.tar.gz",
});
const fourth: Environment = {
  ...third,
  stage: { ...third.stage, accessLogs: true },
  models: { ...third.models, "energy-demand": energyDemand, "language-check": languageCheck },
};

/** Log groups that AWS's services create for a model and a stage that Terraform has not created yet. */
const LOG_GROUPS = [
  "/aws/apigateway/dev-inference/access",
  "/aws/lambda/dev-language-check",
  "/aws/sagemaker/Endpoints/dev-language-check",
];

// The tests run in order: each test continues with the deployment of the test before.
describe("an apply that is killed", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it.each([
    ["the first apply", first, ["lambda:CreateFunction", "sagemaker:CreateEndpointConfig"]],
    ["a rollout, before the update of the endpoint", second, ["sagemaker:UpdateEndpoint"]],
    ["a rollout, before the deletion of the old configuration", third, ["sagemaker:DeleteEndpointConfig"]],
  ])(
    "is completed by the next apply without orphaned resources: %s",
    async (_, environment, operations) => {
      // Prepare
      deployment.project.setEnvironments(environment);
      await killApply(deployment, operations, "not executed");
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());

      // Act
      succeeded(await deployment.project.deploy("dev"));

      // Assess
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan("dev")).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  describe("while it creates an endpoint, in an account with log groups of the environment", () => {
    let refusal = "";

    it(
      "leaves resources outside of the state, and the errors of the next apply name these resources",
      async () => {
        // Prepare
        for (const logGroupName of LOG_GROUPS) {
          await deployment.clients.logs.send(new CreateLogGroupCommand({ logGroupName }));
        }
        deployment.project.setEnvironments(fourth);
        await killApply(deployment, ["sagemaker:CreateEndpoint"], "executed");

        // Act
        refusal = squashed(await deployment.project.refusalToApply("dev"));

        // Assess
        expect(refusal).toContain("Cannotcreatealreadyexistingendpoint");
        expect(importsFor(refusal).map(([, name]) => name)).toEqual([...LOG_GROUPS, "dev-energy-demand"]);
        const remembered = await deployment.resourcesInState();
        expect((await deployment.createdResources()).filter((entry) => !remembered.includes(entry))).toEqual([
          "endpoint dev-energy-demand",
          ...LOG_GROUPS.map((name) => `log group ${name}`),
        ]);
      },
      TIMEOUT_IN_MS,
    );

    it(
      "is completed after the import of the named endpoint and log groups",
      async () => {
        // Prepare
        for (const [address, name] of importsFor(refusal)) {
          await deployment.project.terraform("dev", "import", address, name);
        }

        // Act
        succeeded(await deployment.project.deploy("dev"));

        // Assess
        expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
        expect(await deployment.project.plan("dev")).toEqual([]);
      },
      TIMEOUT_IN_MS,
    );
  });

  it("needs only authorizations that the deployer has", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    const policies = Object.values(deployerPolicies(fourth, deployment.emulator.accountId));
    expect(recording.length).toBeGreaterThan(0);
    expect(recording.filter((check) => !isAllowed(policies, check))).toEqual([]);
  });
});

/** The resources to import, as docs/operations.md describes: addresses with names, sorted by name. */
function importsFor(refusal: string): (readonly [address: string, name: string])[] {
  return refusal
    .split("Error:")
    .flatMap((error) => {
      const [, address] = /with(aws_[\w.-]+),/.exec(error) ?? [];
      const [, group] = /LogGroup\(([^)]+)\):.*ResourceAlreadyExistsException/.exec(error) ?? [];
      const [, endpoint] = /Cannotcreatealreadyexistingendpoint"([^"]+)"/.exec(error) ?? [];
      const name = group ?? endpoint;
      return address === undefined || name === undefined ? [] : [[address, name] as const];
    })
    .sort(([, left], [, right]) => (left < right ? -1 : 1));
}
