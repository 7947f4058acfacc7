import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { prod } from "../fixtures/app/environments/prod";
import { Deployment } from "./support/deployment";
import { withModel } from "./support/environments";
import { requireRecordedPlan } from "./support/plans";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;

const { "ticket-urgency": ticketUrgency, "language-check": languageCheck } = prod.models;
if (ticketUrgency === undefined || languageCheck === undefined)
  throw new Error("prod serves ticket-urgency and language-check");
const signed: Environment = {
  name: "prod",
  region: prod.region,
  accountId: "444455556666",
  tags: { Project: "sagemaker-stages" },
  state: { local: { path: "terraform.prod.tfstate" } },
  stage: { ...prod.stage, corsAllowOrigin: "https://www.example.com" },
  models: { "ticket-urgency": ticketUrgency, "language-check": languageCheck },
  protected: true,
};
const deployed = withModel(signed, "ticket-urgency", { access: "AWS_IAM" });
const newArtifact = withModel(deployed, "ticket-urgency", {
  artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-21/model.tar.gz",
});
const opened = withModel(deployed, "ticket-urgency", { access: "PUBLIC" });
const unprotected: Environment = { ...deployed, protected: false };

/** The end of the app's `main.ts`. */
const SYNTH = ".synth();";

/** A statement that replaces a text in the synthesized Terraform, as a new version of the engine can do. */
function replacement(stack: string, from: string, to: string): string {
  return `
  const { readFileSync, writeFileSync } = require("node:fs");
  const file = "cdktf.out/stacks/${stack}/cdk.tf.json";
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(${JSON.stringify(from)}, ${JSON.stringify(to)}));`;
}

// Each plan is for one change of the deployed environment. Only the first plan is applied.
describe("Terraform's plan is the recorded plan for", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(deployed);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "a new environment, and for no change after the apply",
    async () => {
      // Act
      const before = await deployment.project.shownPlan("prod");
      succeeded(await deployment.project.deploy("prod"));
      const after = await deployment.project.shownPlan("prod");

      // Assess
      requireRecordedPlan("new-environment", before, deployment.project.synthesized("prod"));
      requireRecordedPlan("nothing", after, deployment.project.synthesized("prod"));
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["new-artifact", newArtifact],
    ["opened", opened],
  ] as const)(
    "%s",
    async (name, environment) => {
      // Prepare
      deployment.project.setEnvironments(environment);

      // Act
      const plan = await deployment.project.shownPlan("prod");

      // Assess
      requireRecordedPlan(name, plan, deployment.project.synthesized("prod"));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the destruction of an environment that is not protected",
    async () => {
      // Prepare
      deployment.project.setEnvironments(unprotected);

      // Act
      const plan = await deployment.project.shownPlan("prod", "-destroy");

      // Assess
      requireRecordedPlan("destroyed", plan, deployment.project.synthesized("prod"));
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    [
      "widened",
      String.raw`\"sagemaker:InvokeEndpoint\"`,
      String.raw`\"sagemaker:InvokeEndpoint\",\"sagemaker:InvokeEndpointAsync\"`,
    ],
    ["renamed", "prod-ticket-urgency", "prod-ticket-urgency-v2"],
  ] as const)(
    "%s",
    async (name, from, to) => {
      // Prepare
      deployment.project.setEnvironments(unprotected);
      deployment.project.edit("main.ts", SYNTH, `${SYNTH}${replacement("prod", from, to)}`);

      // Act
      const plan = await deployment.project.shownPlan("prod");

      // Assess
      deployment.project.edit("main.ts", `${SYNTH}${replacement("prod", from, to)}`, SYNTH);
      requireRecordedPlan(name, plan, deployment.project.synthesized("prod"));
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
