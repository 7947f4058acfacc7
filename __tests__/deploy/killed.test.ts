import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { dev } from "../../environments/dev";
import type { Environment } from "../../environments/environment";
import { deployerPolicies } from "../../stacks/policies/deployer";
import { Deployment } from "./support/deployment";
import { withModel } from "./support/environments";
import { isAllowed } from "./support/evaluation";
import { killApply } from "./support/killing";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 240_000;

const { "breast-cancer": breastCancer, sentiment } = dev.models;
if (breastCancer === undefined || sentiment === undefined) throw new Error("dev lacks a model of this test");

/** dev with two of its models. */
const first: Environment = {
  ...dev,
  models: { "breast-cancer": { ...breastCancer, artifact: "models/first.tar.gz" }, sentiment },
};
const second = withModel(first, "breast-cancer", { artifact: "models/second.tar.gz" });
const third = withModel(second, "sentiment", {
  artifact: "s3://amzn-s3-demo-bucket/sentiment/2026-11-21/model.tar.gz",
});
const bike = dev.models["bike-rental"];
const fourth: Environment = { ...third, models: { ...third.models, ...(bike && { "bike-rental": bike }) } };

// Each test goes on where the one before it ended.
describe("an apply that is killed", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop());

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

  describe("while it waits for a new endpoint", () => {
    it(
      "leaves an endpoint that the next one does not know, and says so",
      async () => {
        // Prepare
        deployment.project.setEnvironments(fourth);
        await killApply(deployment, ["sagemaker:CreateEndpoint"], "executed");

        // Act
        const { status, output } = await deployment.project.deploy("dev");

        // Assess
        expect(status).not.toBe(0);
        expect(output).toMatch(/Cannot create already existing endpoint/);
        const remembered = await deployment.remembered();
        expect((await deployment.made()).filter((entry) => !remembered.includes(entry))).toEqual([
          "endpoint dev-bike-rental",
        ]);
      },
      TIMEOUT_IN_MS,
    );

    it(
      "is completed once the endpoint is imported",
      async () => {
        // Prepare
        const [address = "(none)"] = (await deployment.project.plan("dev"))
          .filter(({ type }) => type === "aws_sagemaker_endpoint")
          .map((change) => change.address);
        await deployment.project.terraform("dev", "import", address, "dev-bike-rental");

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
