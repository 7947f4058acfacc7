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

/** What AWS's services write to once they run, of a model and a stage that Terraform has not made yet. */
const LOG_GROUPS = [
  "/aws/apigateway/dev-inference/access",
  "/aws/lambda/dev-language-check",
  "/aws/sagemaker/Endpoints/dev-language-check",
];

// Each test goes on where the one before it ended.
describe("an apply that is killed", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it.each([
    ["the first, half-way", first, ["lambda:CreateFunction", "sagemaker:CreateEndpointConfig"]],
    ["a rollout, before the endpoint moves over", second, ["sagemaker:UpdateEndpoint"]],
    ["a rollout, after it, before the old configuration goes", third, ["sagemaker:DeleteEndpointConfig"]],
  ])(
    "%s, is completed by the next one, and nothing is orphaned",
    async (_, environment, operations) => {
      // Prepare
      deployment.project.setEnvironments(environment);
      await killApply(deployment, operations, "not executed");
      expect(await deployment.made()).toEqual(await deployment.remembered());

      // Act
      succeeded(await deployment.project.deploy("dev"));

      // Assess
      expect(await deployment.made()).toEqual(await deployment.remembered());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan("dev")).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  describe("while it waits for a new endpoint, in an account that has log groups of the environment", () => {
    let refusal = "";

    it(
      "leaves what the next one does not know, and says so",
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
        const remembered = await deployment.remembered();
        expect((await deployment.made()).filter((entry) => !remembered.includes(entry))).toEqual([
          "endpoint dev-energy-demand",
          ...LOG_GROUPS.map((name) => `log group ${name}`),
        ]);
      },
      TIMEOUT_IN_MS,
    );

    it(
      "is completed once the endpoint and the log groups are imported, as the refusal names them",
      async () => {
        // Prepare
        for (const [address, name] of importsFor(refusal)) {
          await deployment.project.terraform("dev", "import", address, name);
        }

        // Act
        succeeded(await deployment.project.deploy("dev"));

        // Assess
        expect(await deployment.made()).toEqual(await deployment.remembered());
        expect(await deployment.project.plan("dev")).toEqual([]);
      },
      TIMEOUT_IN_MS,
    );
  });

  it("asked nothing of IAM that the deployer may not do", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    const policies = Object.values(deployerPolicies(fourth, deployment.emulator.accountId));
    expect(recording.length).toBeGreaterThan(0);
    expect(recording.filter((asked) => !isAllowed(policies, asked))).toEqual([]);
  });
});

/** What must be imported, as the README says: addresses with names, sorted by name. */
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
