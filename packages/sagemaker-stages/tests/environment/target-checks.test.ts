import { describe, expect, it } from "@jest/globals";
import { passThrough } from "../../src/contracts/pass-through";
import { rows } from "../../src/contracts/rows";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import { defineModels } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";
import { type Broken, environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const INVOKE = `${API}/API_runtime_InvokeEndpoint.html`;
const COMPONENT = `${API}/API_CreateInferenceComponent.html`;
const MULTI_MODEL = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html";
const NAME_ALLOWED = "1–63 letters, digits and -, the first and the last no -";
const MODEL_ALLOWED =
  "1–1024 printable ASCII characters without $" + "{ and %{, the first and the last no space";

const SHARED = { existingEndpoint: "shared" };

/** A value without a fault of each target. */
const TARGETS = {
  targetVariant: "challenger",
  targetModel: "eu/iris.tar.gz",
  targetModels: ["eu/*"],
  inferenceComponent: "iris",
  targetContainer: "second",
} as const;

const targets = Object.entries(TARGETS);

const brokenNames: Broken[] = ["targetVariant", "inferenceComponent", "targetContainer"].flatMap((field) =>
  ["", "-name", "name-", "my_name", "name\n", "*", "n".repeat(64)].map((name) => ({
    what: `the ${field} ${JSON.stringify(name.slice(0, 20))}`,
    model: { ...SHARED, [field]: name },
    field,
    got: JSON.stringify(name),
    allowed: NAME_ALLOWED,
    because: INVOKE,
  })),
);

const brokenModels: Broken[] = [
  "",
  " iris.tar.gz",
  "iris.tar.gz ",
  "iris\n.tar.gz",
  "größe.tar.gz",
  "$" + "{aws:username}.tar.gz",
  "%{if true}.tar.gz",
  "m".repeat(1025),
].flatMap((model) => [
  {
    what: `the targetModel ${JSON.stringify(model.slice(0, 20))}`,
    model: { ...SHARED, targetModel: model },
    field: "targetModel",
    got: JSON.stringify(model),
    allowed: MODEL_ALLOWED,
    because: INVOKE,
  },
  {
    what: `${JSON.stringify(model.slice(0, 20))} in targetModels`,
    model: { ...SHARED, targetModels: ["eu/*", model] },
    field: "targetModels",
    got: JSON.stringify(model),
    allowed: MODEL_ALLOWED,
    because: MULTI_MODEL,
  },
]);

const brokenLists: Broken[] = [
  ...[[], ["eu/*", "us/*", "eu/*"]].map((targetModels) => ({
    what: `${targetModels.length} targetModels`,
    model: { ...SHARED, targetModels },
    field: "targetModels",
    got: JSON.stringify(targetModels),
    allowed: "at least one model, and none twice",
    because: MULTI_MODEL,
  })),
  {
    what: "targetModels of 4,097 characters together",
    model: { ...SHARED, targetModels: ["a", "b", "c", "d", "e"].map((m) => m.repeat(m === "e" ? 1 : 1024)) },
    field: "targetModels",
    got: "4097 characters",
    allowed: "at most 4096 characters together",
    because: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  },
];

const brokenCombinations: Broken[] = [
  ...targets
    .filter(([name]) => name !== "inferenceComponent")
    .map(([name, value]) => ({
      what: `inferenceComponent beside ${name}`,
      model: { ...SHARED, inferenceComponent: "iris", [name]: value },
      field: "inferenceComponent",
      got: `inferenceComponent beside ${name}`,
      allowed: `either inferenceComponent or ${name}`,
      because: `an inference component has one model in one variant: ${COMPONENT}`,
    })),
  {
    what: "targetModel beside targetModels",
    model: { ...SHARED, targetModel: "eu/iris.tar.gz", targetModels: ["eu/*"] },
    field: "targetModel",
    got: "targetModel beside targetModels",
    allowed: "either targetModel or targetModels",
    because: `a request has one target model, the environment's or the contract's: ${INVOKE}`,
  },
  // A new endpoint of several containers can have targetContainer: model-source.test.ts.
  ...targets
    .filter(([name]) => name !== "targetContainer")
    .flatMap(([name, value]) => [
      {
        what: `${name} beside a new serverless endpoint`,
        model: { ...SERVERLESS, [name]: value },
        field: name,
        got: `${name} without existingEndpoint`,
        allowed: `no ${name}, or existingEndpoint beside it`,
        because: "a new endpoint has one variant with one model",
      },
      {
        what: `${name} beside a new endpoint on instances`,
        model: { ...INSTANCES, [name]: value },
        field: name,
        got: `${name} without existingEndpoint`,
        allowed: `no ${name}, or existingEndpoint beside it`,
        because: "a new endpoint has one variant with one model",
      },
    ]),
  ...targets.flatMap(([name, value]) => [
    {
      what: `${name} beside existingFunction`,
      model: { ...SHARED, existingFunction: "scoring", [name]: value },
      field: name,
      got: `${name} beside existingFunction`,
      allowed: `no ${name}, or no existingFunction`,
      because:
        "an existing function decides itself what of the endpoint it invokes, and its owner grants its role the permission",
    },
  ]),
];

describe("a model with one thing broken in its target has exactly that fault", () => {
  it.each([...brokenNames, ...brokenModels, ...brokenLists, ...brokenCombinations])(
    "$what",
    ({ model, field, got, allowed, because }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model)]);

      // Assess
      expect(faults).toEqual([
        { environment: "test", field: `models.loan-default.${field}`, got, allowed, because },
      ]);
    },
  );

  it("and every fault is in the list when a target breaks several rules", () => {
    // Prepare
    const model = {
      ...SERVERLESS,
      existingFunction: "scoring",
      targetModel: "",
      targetModels: [],
      inferenceComponent: "-",
    };

    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults.map(({ field, got }) => `${field}: ${got}`).sort()).toEqual([
      'models.loan-default.inferenceComponent: "-"',
      "models.loan-default.inferenceComponent: inferenceComponent beside existingFunction",
      "models.loan-default.inferenceComponent: inferenceComponent beside targetModel and targetModels",
      "models.loan-default.inferenceComponent: inferenceComponent without existingEndpoint",
      'models.loan-default.targetModel: ""',
      "models.loan-default.targetModel: targetModel beside existingFunction",
      "models.loan-default.targetModel: targetModel beside targetModels",
      "models.loan-default.targetModel: targetModel without existingEndpoint",
      "models.loan-default.targetModels: []",
      "models.loan-default.targetModels: targetModels beside existingFunction",
      "models.loan-default.targetModels: targetModels without existingEndpoint",
    ]);
  });
});

describe("a target at its limit is no fault", () => {
  it.each([
    ...targets.map(([name, value]) => [name, { [name]: value }] as const),
    ["a variant of 63 characters", { targetVariant: `v${"-".repeat(61)}V` }],
    ["a component of one character", { inferenceComponent: "c" }],
    ["a model of one character", { targetModel: "m" }],
    ["a model of 1,024 characters", { targetModel: "m".repeat(1024) }],
    ["a model with wildcards, which are no wildcards in one name", { targetModel: "*/iris?.tar.gz" }],
    ["a model with spaces and signs", { targetModel: "eu/my model $5 (1)!.tar.gz" }],
    ["models of 4,096 characters", { targetModels: ["a", "b", "c", "d"].map((m) => m.repeat(1024)) }],
    ["every model", { targetModels: ["*"] }],
    ["a variant with a model", { targetVariant: "blue", targetModel: "eu/iris.tar.gz" }],
    ["a variant with a container", { targetVariant: "blue", targetContainer: "second" }],
  ])("%s", (_, target) => {
    // Act
    const faults = checkEnvironments([environmentOf({ ...SHARED, ...target })]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("several models of one environment name the same endpoint with different targets", () => {
    // Prepare
    const environment = environmentOf(
      { ...SHARED, targetVariant: "blue" },
      {
        models: {
          "loan-default": { ...SHARED, targetVariant: "blue" },
          "energy-demand": { ...SHARED, targetVariant: "green" },
          "ticket-urgency": { ...SHARED, targetModel: "eu/tickets.tar.gz" },
          "language-check": { ...SHARED },
        },
      },
    );

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("targetModels beside a contract", () => {
  const targetModels = ["eu/*"];
  const { churn, iris, raw } = defineModels({
    churn: { contract: models["loan-default"], about: models["loan-default"] },
    iris: rows({ features: ["x"], answer: "json" }),
    raw: passThrough({ takes: "application/json", example: { request: 1, answer: 2 } }),
  });

  it.each([
    { what: "a ready-made contract", model: iris, beside: "a ready-made contract" },
    { what: "passThrough()", model: raw, beside: "a contract with passThrough" },
    {
      what: "a contract in functions/ with passThrough",
      model: models["house-price"],
      beside: "a contract with passThrough",
    },
  ])("are a fault beside $what, which sets no target", ({ model, beside }) => {
    // Prepare
    const environment = environmentOf({}, { models: { churn: { ...SHARED, targetModels } } });

    // Act
    const faults = checkEnvironmentsOf([environment], { models: { churn: model } });

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "models.churn.targetModels",
        got: `targetModels beside ${beside}`,
        allowed:
          "targetModel, or a contract of its own in functions/, whose encode() sets headers.targetModel",
        because: `no request would have a target model, and the function's role may invoke these models only: ${INVOKE}`,
      },
    ]);
  });

  it.each([
    { what: "targetModels beside a contract of its own", model: churn, settings: { targetModels } },
    { what: "targetModel beside a ready-made contract", model: iris, settings: { targetModel: "eu/iris" } },
  ])("$what is no fault", ({ model, settings }) => {
    // Prepare
    const environment = environmentOf({}, { models: { churn: { ...SHARED, ...settings } } });

    // Act
    const faults = checkEnvironmentsOf([environment], { models: { churn: model } });

    // Assess
    expect(faults).toEqual([]);
  });
});
