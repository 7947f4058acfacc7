import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type AppProps, createApp, type Environment } from "../../src";
import { passThrough } from "../../src/contracts/pass-through";
import { accountName } from "../../src/environment/account";
import { PURPOSE_VARIABLE } from "../../src/lib/synthesis-purpose";
import { defineModels, type ModelDefinition } from "../../src/models";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { inTempFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models as fixtureModels } from "../fixtures/app/functions";
import { example, exampleModel } from "../stacks/support/environments";
import { HUB_MODEL } from "./support/hub-model";

function create(
  models: Record<string, ModelDefinition>,
  environment: Environment,
  options: Pick<AppProps, "placeholders"> = {},
): void {
  inTempFolder((outdir) => {
    createApp({
      models: { ...fixtureModels, ...defineModels(models) },
      environments: [environment],
      now: BEFORE_EVERY_END,
      outdir,
      ...options,
    });
  });
}

const HUB: Environment = {
  ...example,
  models: {
    topics: HUB_MODEL,
  },
};

const topics = passThrough({ takes: "application/json", example: { request: 1, answer: 2 } });

function rawVia(via: "gateway" | "lambda"): Environment {
  return { ...example, models: { raw: { ...exampleModel, via } } };
}

function rawWith(schema: object): Record<string, ModelDefinition> {
  const example = { request: { x: "ab", list: [1, 2, 3, 4] }, answer: 1 };
  return { raw: passThrough({ takes: "application/json", schema, example }) };
}

afterEach(() => {
  delete process.env[PURPOSE_VARIABLE];
});

function setPurpose(purpose: string | undefined): void {
  if (purpose !== undefined) process.env[PURPOSE_VARIABLE] = purpose;
}

describe("createApp", () => {
  it("refuses the placeholder of a commit", () => {
    // Act
    const act = () => create({ topics }, HUB);

    // Assess
    expect(act).toThrow(
      `test: models.topics.containerEnvironment.HF_MODEL_REVISION: got "${"0".repeat(40)}"; allowed: the commit of the model`,
    );
  });

  it("refuses the placeholder of a model of the Hub when its commit is no placeholder", () => {
    // Prepare
    const HF_MODEL_REVISION = "714eb0fa89d2f80546fda750413ed43d93601a13";
    const containerEnvironment = { ...HUB_MODEL.containerEnvironment, HF_MODEL_REVISION };
    const environment: Environment = {
      ...HUB,
      models: { topics: { ...HUB_MODEL, containerEnvironment } },
    };

    // Act
    const act = () => create({ topics }, environment);

    // Assess
    expect(act).toThrow(
      'test: models.topics.containerEnvironment.HF_MODEL_ID: got "my-organization/topics"; allowed: the name of the model on the Hugging Face Hub: <owner>/<model>',
    );
    expect(act).not.toThrow("HF_MODEL_REVISION");
    expect(() => create({ topics }, environment, { placeholders: true })).not.toThrow();
  });

  it("accepts the placeholder of a commit for the local stage", () => {
    // Act
    const act = () => create({ topics }, HUB, { placeholders: true });

    // Assess
    expect(act).not.toThrow();
  });

  it.each([
    ["environments", { accounts: false, pages: true }],
    ["providers", { accounts: true, pages: false }],
    [undefined, { accounts: true, pages: false }],
  ])("with the purpose %s, makes stacks of accounts, and pages: %j", (purpose, expected) => {
    // Prepare
    setPurpose(purpose);
    const props = { models: fixtureModels, environments, accounts, now: BEFORE_EVERY_END };

    // Act
    const made = inTempFolder((outdir) => {
      const stacks = createApp({ ...props, outdir }).node.children.map(({ node }) => node.id);
      return {
        accounts: accounts.every((account) => stacks.includes(accountName(account))),
        pages: existsSync(join(outdir, "pages")),
      };
    });

    // Assess
    expect(made).toEqual(expected);
  });

  it.each(["environments", "providers"])(
    "accepts the placeholder of a commit with the purpose %s",
    (purpose) => {
      // Prepare
      setPurpose(purpose);

      // Act
      const act = () => create({ topics }, HUB);

      // Assess
      expect(act).not.toThrow();
    },
  );

  it.each([
    ["minItems", { minItems: 4, type: "array" }],
    ["maxItems", { maxItems: 4, type: "array" }],
    ["exclusiveMinimum", { exclusiveMinimum: 0, type: "number" }],
    ["exclusiveMaximum", { exclusiveMaximum: 9, type: "number" }],
    ["pattern", { pattern: "^a", type: "string" }],
    ["null", { type: ["string", "null"] }],
  ])(
    "refuses %s in the schema of a route without a function, because nothing checks it",
    (rule, property) => {
      // Prepare
      const models = rawWith({ type: "object", properties: { y: property } });

      // Act
      const act = () => create(models, rawVia("gateway"));
      const withFunction = () => create(models, rawVia("lambda"));

      // Assess
      expect(act).toThrow(
        `test: models.raw.via: got "gateway" with a contract whose schema.y has ${rule}; allowed: "lambda", or a schema without this rule`,
      );
      expect(withFunction).not.toThrow();
    },
  );

  it("accepts the rules that API Gateway checks in the schema of a route without a function", () => {
    // Prepare
    const models = rawWith({
      type: "object",
      properties: {
        x: { type: "string", minLength: 1, maxLength: 9 },
        y: { type: "integer", minimum: 1, maximum: 9 },
        z: { type: "number", multipleOf: 0.1 },
        any: {},
        list: { type: "array", items: { anyOf: [{ enum: ["a", 1] }, { const: true }, { type: "number" }] } },
      },
      required: ["x", "list"],
      additionalProperties: false,
    });

    // Act
    const act = () => create(models, rawVia("gateway"));

    // Assess
    expect(act).not.toThrow();
  });
});
