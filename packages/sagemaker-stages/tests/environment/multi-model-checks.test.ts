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

const SUPPORT = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html";
const GPU = "https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html";
const TRITON = { algorithm: "sagemaker-tritonserver", tag: "24.09-py3" };
const OWN = { uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/many-models:1" };
const SCIKIT_LEARN_SERVING =
  "https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving_mms.py";
const XGBOOST_SERVING =
  "https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/serving_mms.py";

/** The same endpoint with the variables of a script. */
function scripted(image: object, variables: Readonly<Record<string, string>>, part: object = {}) {
  return { ...MULTI, image, containerEnvironment: variables, ...part };
}

const SKLEARN = { framework: "sklearn", version: "1.2-1" };
const SCRIPT = {
  SAGEMAKER_PROGRAM: "inference.py",
  SAGEMAKER_SUBMIT_DIRECTORY: "s3://amzn-s3-demo-bucket/loan-default/code/sourcedir.tar.gz",
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
  ...[
    { algorithm: "kmeans", tag: "1" },
    {
      framework: "huggingface",
      version: "4.49.0",
      pytorch: "2.6.0",
      python: "py312",
    },
  ].map((image) => ({
    what: `the image ${JSON.stringify(image)}, which serves one model`,
    model: { ...MULTI, image },
    field: "image",
    got: `the image ${"algorithm" in image ? "kmeans" : "huggingface-pytorch-inference"} together with multiModel`,
    allowed:
      "uri, the address of an image that serves many models; or one of knn, linear-learner, mxnet-inference, pytorch-inference, randomcutforest, sagemaker-scikit-learn, sagemaker-tritonserver, sagemaker-xgboost, tensorflow-inference",
    because: SUPPORT,
  })),
  ...["ml.g5.xlarge", "ml.gr6.4xlarge", "ml.p3.2xlarge", "ml.inf2.xlarge", "ml.trn1.2xlarge"].map(
    (instanceType) => ({
      what: `the instance type ${instanceType}`,
      model: { ...MULTI, instances: { instanceType, initialInstanceCount: 1 } },
      field: "instances.instanceType",
      got: JSON.stringify(instanceType),
      allowed:
        "an instance type for CPUs such as ml.m5.large, the image sagemaker-tritonserver, or an image by uri",
      because: `of SageMaker's images, only sagemaker-tritonserver serves many models on accelerated instances: ${GPU}`,
    }),
  ),
  ...[
    "/opt/ml/model/code",
    "s3://amzn-s3-demo-bucket/other/sourcedir.tar.gz",
    "s3://amzn-s3-demo-bucket/loan-default/code/",
    "",
  ].map((folder) => ({
    what: `a script of scikit-learn in ${JSON.stringify(folder)}`,
    model: scripted(SKLEARN, { ...SCRIPT, SAGEMAKER_SUBMIT_DIRECTORY: folder }),
    field: "containerEnvironment.SAGEMAKER_SUBMIT_DIRECTORY",
    got: JSON.stringify(folder),
    allowed:
      'an archive below artifact that contains the script, e.g. "s3://amzn-s3-demo-bucket/loan-default/sourcedir.tar.gz"',
    because: `a multi-model container imports the script before it loads a model, and the endpoint's role reads only artifact: ${SCIKIT_LEARN_SERVING}`,
  })),
  {
    what: "no script of scikit-learn",
    model: scripted(SKLEARN, { SAGEMAKER_SUBMIT_DIRECTORY: SCRIPT.SAGEMAKER_SUBMIT_DIRECTORY }),
    field: "containerEnvironment.SAGEMAKER_PROGRAM",
    got: "nothing",
    allowed: 'the script in SAGEMAKER_SUBMIT_DIRECTORY that defines model_fn, e.g. "inference.py"',
    because: `the image has no default, and its container does not start: ${SCIKIT_LEARN_SERVING}`,
  },
  {
    what: "a script of scikit-learn without a network",
    model: scripted(SKLEARN, SCRIPT, { networkIsolation: true }),
    field: "networkIsolation",
    got: "networkIsolation together with multiModel and a script",
    allowed: "no networkIsolation, or an image that needs no SAGEMAKER_SUBMIT_DIRECTORY",
    because: `the container downloads the script from S3: ${SCIKIT_LEARN_SERVING}`,
  },
  {
    what: "a script of XGBoost in the archive of a model",
    model: scripted(MULTI.image, { ...SCRIPT, SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code" }),
    field: "containerEnvironment.SAGEMAKER_SUBMIT_DIRECTORY",
    got: '"/opt/ml/model/code"',
    allowed:
      'an archive below artifact that contains the script, e.g. "s3://amzn-s3-demo-bucket/loan-default/sourcedir.tar.gz"',
    because: `a multi-model container imports the script before it loads a model, and the endpoint's role reads only artifact: ${XGBOOST_SERVING}`,
  },
  ...["s3://amzn-s3-demo-bucket/loan-default/iris.tar.gz", "/iris.tar.gz", "eu/../iris.tar.gz", ".."].flatMap(
    (key) => {
      const fault = {
        got: JSON.stringify(key),
        allowed:
          "the archive's key below the prefix of the endpoint, without s3://, / at its start and .. between slashes",
        because: CREATE,
      };
      return [
        {
          what: `the targetModel ${key}`,
          model: { ...WITHOUT_TARGET, targetModel: key },
          field: "targetModel",
          ...fault,
        },
        {
          what: `${key} in targetModels`,
          model: { ...MULTI, targetModels: ["eu/*", key] },
          field: "targetModels",
          ...fault,
        },
      ];
    },
  ),
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

  it("an image of a framework on GPUs has only the fault of multiModel, because its image for GPUs is refused, too", () => {
    // Prepare
    const image = { framework: "pytorch", version: "2.6.0", python: "py312" };
    const model = { ...MULTI, image, instances: { ...MULTI.instances, instanceType: "ml.g5.xlarge" } };

    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).not.toHaveLength(0);
    expect(faults.map(({ field }) => field)).not.toContain("models.loan-default.image.accelerator");
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
    ["dots in the name of an archive", { ...MULTI, targetModels: ["eu/iris..1.tar.gz", "eu/*"] }],
    ["a script of scikit-learn below the prefix", scripted(SKLEARN, SCRIPT)],
    ["a script of XGBoost below the prefix", scripted(MULTI.image, SCRIPT)],
    ["no network and no script", { ...MULTI, networkIsolation: true }],
    [
      "Triton on GPUs",
      { ...MULTI, image: TRITON, instances: { ...MULTI.instances, instanceType: "ml.g5.xlarge" } },
    ],
    [
      "an own image on GPUs",
      { ...MULTI, image: OWN, instances: { ...MULTI.instances, instanceType: "ml.g5.xlarge" } },
    ],
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
