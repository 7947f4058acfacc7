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
const NAME_ALLOWED = "1–63 letters, digits and -, not starting or ending with -";
const MODEL_ALLOWED =
  "1–1024 printable ASCII characters without $" + "{ and %{, without leading or trailing spaces";

const SHARED = { existingEndpoint: "shared" };

/** A valid value of each target. */
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
    allowed: "at least one model, each once",
    because: MULTI_MODEL,
  })),
  {
    what: "targetModels of 4,097 characters in total",
    model: { ...SHARED, targetModels: ["a", "b", "c", "d", "e"].map((m) => m.repeat(m === "e" ? 1 : 1024)) },
    field: "targetModels",
    got: "4097 characters",
    allowed: "at most 4096 characters in total",
    because: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  },
];

/** The fault of a target of a new endpoint. */
function withoutExistingEndpoint(name: string): Pick<Broken, "got" | "allowed" | "because"> {
  const got = `${name} without existingEndpoint`;
  return name.startsWith("targetModel")
    ? {
        got,
        allowed: `no ${name}; or existingEndpoint or multiModel as well`,
        because: "a new endpoint without multiModel has one variant with one model",
      }
    : {
        got,
        allowed: `no ${name}, or existingEndpoint as well`,
        because: "a new endpoint has one variant with one model",
      };
}

const brokenCombinations: Broken[] = [
  ...targets
    .filter(([name]) => name !== "inferenceComponent")
    .map(([name, value]) => ({
      what: `inferenceComponent together with ${name}`,
      model: { ...SHARED, inferenceComponent: "iris", [name]: value },
      field: "inferenceComponent",
      got: `inferenceComponent together with ${name}`,
      allowed: `either inferenceComponent or ${name}`,
      because: `an inference component has one model in one variant: ${COMPONENT}`,
    })),
  {
    what: "targetModel together with targetModels",
    model: { ...SHARED, targetModel: "eu/iris.tar.gz", targetModels: ["eu/*"] },
    field: "targetModel",
    got: "targetModel together with targetModels",
    allowed: "either targetModel or targetModels",
    because: `a request has one target model, which either the environment or the contract chooses: ${INVOKE}`,
  },
  // A new endpoint with several containers can have targetContainer, see model-source.test.ts.
  ...targets
    .filter(([name]) => name !== "targetContainer")
    .flatMap(([name, value]) => [
      {
        what: `${name} together with a new serverless endpoint`,
        model: { ...SERVERLESS, [name]: value },
        field: name,
        ...withoutExistingEndpoint(name),
      },
      {
        what: `${name} together with a new endpoint on instances`,
        model: { ...INSTANCES, [name]: value },
        field: name,
        ...withoutExistingEndpoint(name),
      },
    ]),
  ...targets.flatMap(([name, value]) => [
    {
      what: `${name} together with existingFunction`,
      model: { ...SHARED, existingFunction: "scoring", [name]: value },
      field: name,
      got: `${name} together with existingFunction`,
      allowed: `no ${name}, or no existingFunction`,
      because: "an existing function chooses the target itself, and its owner grants its role the permission",
    },
  ]),
];

describe("a model with one invalid target has exactly one fault", () => {
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

  it("and every fault when a target breaks several rules", () => {
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
      "models.loan-default.inferenceComponent: inferenceComponent together with existingFunction",
      "models.loan-default.inferenceComponent: inferenceComponent together with targetModel and targetModels",
      "models.loan-default.inferenceComponent: inferenceComponent without existingEndpoint",
      'models.loan-default.targetModel: ""',
      "models.loan-default.targetModel: targetModel together with existingFunction",
      "models.loan-default.targetModel: targetModel together with targetModels",
      "models.loan-default.targetModel: targetModel without existingEndpoint",
      "models.loan-default.targetModels: []",
      "models.loan-default.targetModels: targetModels together with existingFunction",
      "models.loan-default.targetModels: targetModels without existingEndpoint",
    ]);
  });
});

describe("a target at a limit has no fault", () => {
  it.each([
    ...targets.map(([name, value]) => [name, { [name]: value }] as const),
    ["a variant of 63 characters", { targetVariant: `v${"-".repeat(61)}V` }],
    ["a component of one character", { inferenceComponent: "c" }],
    ["a model of one character", { targetModel: "m" }],
    ["a model of 1,024 characters", { targetModel: "m".repeat(1024) }],
    ["a model whose name has * and ?", { targetModel: "*/iris?.tar.gz" }],
    ["a model whose name has spaces and symbols", { targetModel: "eu/my model $5 (1)!.tar.gz" }],
    [
      "models of 4,096 characters in total",
      { targetModels: ["a", "b", "c", "d"].map((m) => m.repeat(1024)) },
    ],
    ["every model", { targetModels: ["*"] }],
    ["a variant with a model", { targetVariant: "blue", targetModel: "eu/iris.tar.gz" }],
    ["a variant with a container", { targetVariant: "blue", targetContainer: "second" }],
  ])("%s", (_, target) => {
    // Act
    const faults = checkEnvironments([environmentOf({ ...SHARED, ...target })]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("several models of one environment with one endpoint and different targets", () => {
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

describe("targetModels together with a contract", () => {
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
  ])("are a fault together with $what, because the contract sets no target", ({ model, beside }) => {
    // Prepare
    const environment = environmentOf({}, { models: { churn: { ...SHARED, targetModels } } });

    // Act
    const faults = checkEnvironmentsOf([environment], { models: { churn: model } });

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "models.churn.targetModels",
        got: `targetModels together with ${beside}`,
        allowed:
          "targetModel, rows() with the option targetModel, or a hand-written contract in functions/, whose encode() sets headers.targetModel",
        because: `no request would have a target model, and the function's role may invoke only these models: ${INVOKE}`,
      },
    ]);
  });

  it.each([
    { what: "targetModels together with a hand-written contract", model: churn, settings: { targetModels } },
    {
      what: "targetModel together with a ready-made contract",
      model: iris,
      settings: { targetModel: "eu/iris" },
    },
  ])("are accepted: $what", ({ model, settings }) => {
    // Prepare
    const environment = environmentOf({}, { models: { churn: { ...SHARED, ...settings } } });

    // Act
    const faults = checkEnvironmentsOf([environment], { models: { churn: model } });

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("a contract whose callers name the model", () => {
  const { forecasts } = defineModels({
    forecasts: rows({
      features: ["x"],
      answer: "csv",
      targetModel: { archive: "eu/shop-*.tar.gz", example: "17" },
    }),
  });
  const faultsOf = (settings: object) =>
    checkEnvironmentsOf([environmentOf({}, { models: { forecasts: settings as never } })], {
      models: { forecasts },
    }).map(({ field, got, allowed }) => ({ field, got, allowed }));
  const multi = { ...INSTANCES, artifact: "s3://amzn-s3-demo-bucket/forecasts/", multiModel: true };

  it.each([
    ["an existing function, whose owner limits its role", { ...INSTANCES, existingFunction: "scoring" }],
    ["an existing function and an existing endpoint", { ...SHARED, existingFunction: "scoring" }],
    ["every archive of an existing endpoint", { ...SHARED, targetModels: ["*"] }],
    ["the same archives", { ...SHARED, targetModels: ["eu/shop-*.tar.gz"] }],
    ["more archives", { ...SHARED, targetModels: ["us/iris.tar.gz", "eu/*"] }],
    ["a new multi-model endpoint", { ...multi, targetModels: ["eu/shop-*.tar.gz"] }],
  ])("has no fault together with %s", (_, settings) => {
    // Act
    const faults = faultsOf(settings);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    [
      "a new endpoint with one model",
      INSTANCES,
      "multiModel",
      "a new endpoint with one model, for a contract whose callers name the model",
      "multiModel: true, existingEndpoint, or a contract without targetModel",
    ],
    [
      "an existing endpoint without targetModels",
      SHARED,
      "targetModels",
      "no targetModels for a contract whose callers name the model",
      'targetModels: ["eu/shop-*.tar.gz"]',
    ],
    [
      "the target of the environment",
      { ...SHARED, targetModel: "eu/shop-17.tar.gz" },
      "targetModel",
      "targetModel together with a contract whose callers name the model",
      'targetModels: ["eu/shop-*.tar.gz"], or a contract without targetModel',
    ],
    [
      "other archives",
      { ...SHARED, targetModels: ["eu/shop-1*.tar.gz"] },
      "targetModels",
      '["eu/shop-1*.tar.gz"]',
      'a pattern that includes "eu/shop-*.tar.gz", the archives from which callers choose',
    ],
  ])("has a fault together with %s", (_, settings, field, got, allowed) => {
    // Act
    const faults = faultsOf(settings);

    // Assess
    expect(faults).toEqual([{ field: `models.forecasts.${field}`, got, allowed }]);
  });
});
