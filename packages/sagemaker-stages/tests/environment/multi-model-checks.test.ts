import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../support/app";
import { type Broken, environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const CREATE = "https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html";
const API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const ONE_CONTAINER = `a multi-model endpoint has one image, and a prefix in S3 with the archives of its models: ${CREATE}`;

/** A multi-model endpoint without a fault. */
const MULTI = {
  ...INSTANCES,
  artifact: "s3://amzn-s3-demo-bucket/loan-default/",
  image: { framework: "xgboost", version: "1.7-1" },
  multiModel: true,
  targetModels: ["shop-*.tar.gz"],
};

const { targetModels: _, ...WITHOUT_TARGET } = MULTI;
const { artifact: __, image: ___, ...WITHOUT_SOURCE } = MULTI;

const broken: Broken[] = [
  ...["s3://amzn-s3-demo-bucket/loan-default/model.tar.gz", "artifacts/first.tar.gz"].map((artifact) => ({
    what: `the artifact ${artifact}`,
    model: { ...MULTI, artifact },
    field: "artifact",
    got: JSON.stringify(artifact),
    allowed: "s3://<bucket>/<prefix>/ with a slash at its end, below which each model is an archive",
    because: `a multi-model endpoint loads its models from a prefix: ${CREATE}`,
  })),
  {
    what: "several containers",
    model: {
      ...WITHOUT_SOURCE,
      containers: ["first", "second"].map((name) => ({
        name,
        artifact: INSTANCES.artifact,
        image: INSTANCES.image,
      })),
    },
    field: "multiModel",
    got: "multiModel together with containers",
    allowed: "either multiModel or containers",
    because: ONE_CONTAINER,
  },
  {
    what: "a model package",
    model: {
      ...WITHOUT_SOURCE,
      modelPackage: {
        arn: "arn:aws:sagemaker:eu-central-1:111122223333:model-package/energy-demand/7",
        imageUris: ["492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1"],
        artifacts: ["s3://amzn-s3-demo-bucket/energy-demand/7/model.tar.gz"],
      },
    },
    field: "multiModel",
    got: "multiModel together with modelPackage",
    allowed: "either multiModel or modelPackage",
    because: ONE_CONTAINER,
  },
  {
    what: "asynchronous requests",
    model: { ...MULTI, instances: { ...MULTI.instances, async: { days: 1 } } },
    field: "instances.async",
    got: "async together with multiModel",
    allowed: "no async, or one model for each endpoint",
    because: `an asynchronous request cannot name a model: ${API}/API_runtime_InvokeEndpointAsync.html`,
  },
  {
    what: "no target",
    model: WITHOUT_TARGET,
    field: "targetModels",
    got: "multiModel without targetModel and targetModels",
    allowed:
      'targetModel: the archive below artifact that answers, e.g. "iris.tar.gz"; or targetModels: the archives from which the contract chooses, e.g. ["shop-*.tar.gz"]',
    because: `each request to a multi-model endpoint names a model, and the function's role may invoke only the models that the environment names: ${API}/API_runtime_InvokeEndpoint.html`,
  },
  {
    what: "an existing endpoint",
    model: { existingEndpoint: "shared", multiModel: true, targetModels: ["eu/*"] },
    field: "existingEndpoint",
    got: "existingEndpoint together with multiModel",
    allowed: "either existingEndpoint or multiModel",
    because: "the endpoint either exists or is created",
  },
];

describe("a multi-model endpoint with one invalid setting has exactly one fault", () => {
  it.each(broken)("$what", ({ model, field, got, allowed, because }) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).toEqual([
      { environment: "test", field: `models.loan-default.${field}`, got, allowed, because },
    ]);
  });

  it("multiModel of a serverless endpoint is a fault", () => {
    // Prepare
    const model = { ...SERVERLESS, multiModel: true, targetModels: ["eu/*"] };

    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults.map(({ got }) => got)).toContain("multiModel together with serverless");
  });
});

describe("a multi-model endpoint has no fault with", () => {
  it.each([
    ["models that the contract chooses", MULTI],
    ["one model", { ...WITHOUT_TARGET, targetModel: "eu/iris.tar.gz" }],
    ["a built-in algorithm", { ...MULTI, image: { algorithm: "linear-learner", tag: "1" } }],
    [
      "an existing function, whose code chooses the model",
      { ...WITHOUT_TARGET, existingFunction: "scoring" },
    ],
  ])("%s", (_what, model) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).toEqual([]);
  });
});
