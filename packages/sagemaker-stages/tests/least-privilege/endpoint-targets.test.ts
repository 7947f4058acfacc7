import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src";
import type { ModelSettings } from "../../src/environment/model-settings";
import { proveLeastPrivilege } from "../../src/testing";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { copyApp } from "../local/support/project";
import { example } from "../stacks/support/environments";

/** Seconds on an idle machine; a busy machine takes longer. */
const TIMEOUT_IN_MS = 180_000;

/** A handler whose contract chooses the model of a multi-model endpoint. */
const CHOOSING = `import { createHandler } from "sagemaker-stages/model";
import { contract } from "./contract";

export const handler = createHandler({
  ...contract,
  encode: (request, caller) => ({
    ...contract.encode(request, caller),
    headers: { targetModel: "eu/loan-default.tar.gz" },
  }),
});
`;

const before = process.cwd();
const app = realpathSync(makeTempFolder());

beforeAll(() => {
  copyApp(app);
  const file = join(app, "functions/loan-default/handler.ts");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, CHOOSING);
  process.chdir(app);
});

afterAll(() => {
  process.chdir(before);
  removeFolder(app);
});

/** Every kind of target; two models share each endpoint. */
const targets: Environment = {
  ...example,
  network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  models: {
    "loan-default": { existingEndpoint: "many", targetModels: ["eu/*", "*/fallback-?.tar.gz"] },
    "energy-demand": { existingEndpoint: "many", targetModel: "eu/energy-demand.tar.gz" },
    "ticket-urgency": { existingEndpoint: "texts", inferenceComponent: "ticket-urgency" },
    "language-check": { existingEndpoint: "texts", inferenceComponent: "language-check" },
  },
  callers: {
    shop: {
      mayInvoke: [
        { model: "loan-default", by: "endpoint" },
        { model: "energy-demand", by: "endpoint" },
        { model: "language-check", by: "endpoint" },
      ],
      roles: ["shop"],
    },
  },
};

async function messagesOf(settings: ModelSettings): Promise<string[]> {
  const environment = { ...example, models: { "loan-default": settings } };
  const { findings } = await proveLeastPrivilege({ models, environments: [environment] }, { mutants: false });
  return findings.map(({ message }) => message);
}

describe("the proof of endpoints with targets", () => {
  it(
    "has no finding and kills each mutant",
    async () => {
      // Act
      const { findings, survivors, counts } = await proveLeastPrivilege({ models, environments: [targets] });

      // Assess
      expect(findings.map(({ message }) => message)).toEqual([]);
      expect(survivors).toEqual([]);
      expect(counts.mutants.killed).toBe(counts.mutants.made);
      expect(counts.mutants.made).toBeGreaterThan(300);
    },
    TIMEOUT_IN_MS,
  );

  it("has a finding when the contract chooses a model outside of targetModels", async () => {
    // Act
    const messages = await messagesOf({ existingEndpoint: "many", targetModels: ["us/*"] });

    // Assess
    expect(messages).toEqual([
      expect.stringContaining(
        "used, not granted: arn:aws:iam::111122223333:role/test-loan-default-function is not authorized to perform sagemaker:InvokeEndpoint on arn:aws:sagemaker:eu-central-1:111122223333:endpoint/many",
      ),
    ]);
  });

  it("has no finding when the function sends targetModel in place of the contract's model", async () => {
    // Act
    const messages = await messagesOf({ existingEndpoint: "many", targetModel: "us/loan-default.tar.gz" });

    // Assess
    expect(messages).toEqual([]);
  });

  it.each([
    [["eu/loan-default.tar.gz"]],
    [["eu*"]],
    [["*"]],
    [["e?/*.tar.gz"]],
    [["eu/*", "ex/*"]],
    [["eu/*", "eu/loan-*", "eu/loan-default.tar.gz"]],
  ])("has no finding when targetModels are %j and the contract chooses one of them", async (targetModels) => {
    // Act
    const messages = await messagesOf({ existingEndpoint: "many", targetModels });

    // Assess
    expect(messages).toEqual([]);
  });

  it.each([
    ["the whole endpoint and some of its models", ["eu/loan-*"], {}],
    ["a model that the patterns of another model match", ["eu/*"], { targetModel: "eu/tickets.tar.gz" }],
    ["the same model twice", ["eu/loan-*"], { targetModel: "eu/loan-1.tar.gz" }],
    ["a variant of the endpoint and some of its models", ["eu/loan-*"], { targetVariant: "blue" }],
  ])("has no finding when a caller may invoke %s", async (_, targetModels, target) => {
    // Prepare
    const environment: Environment = {
      ...example,
      models: {
        "loan-default": { existingEndpoint: "many", targetModels },
        "energy-demand": { existingEndpoint: "many", targetModel: "eu/loan-1.tar.gz" },
        "ticket-urgency": { existingEndpoint: "many", ...target },
      },
      callers: {
        shop: {
          mayInvoke: [
            { model: "loan-default", by: "endpoint" },
            { model: "energy-demand", by: "endpoint" },
            { model: "ticket-urgency", by: "endpoint" },
          ],
        },
      },
    };

    // Act
    const { findings } = await proveLeastPrivilege(
      { models, environments: [environment] },
      { mutants: false },
    );

    // Assess
    expect(findings.map(({ message }) => message)).toEqual([]);
  });

  it("has no finding when a model without a target has the permission on the whole endpoint", async () => {
    // Act
    const messages = await messagesOf({ existingEndpoint: "many" });

    // Assess
    expect(messages).toEqual([]);
  });
});
