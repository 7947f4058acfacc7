import { describe, expect, it } from "@jest/globals";
import { frameworkImages } from "../../examples/framework-images";
import { hubModels } from "../../examples/hub-models";
import { prefix } from "../../examples/prefix";
import { registry } from "../../examples/registry";
import { series } from "../../examples/series";
import type { Environment } from "../../src/environment/environment";
import type {
  ModelImageSettings,
  ModelPackageSettings,
  ModelSettings,
} from "../../src/environment/model-settings";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import type { PolicyDocument, Statement } from "../../src/iam/policy-document";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, type SynthesizedStack, synthesize, synthesizeOne } from "./support/synthesized";

const ACCOUNT = "111122223333";
const BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket";
const REPOSITORY = /^arn:aws:ecr:eu-central-1:\$\{[^}]+\.registry_id\}:repository\/(.+)$/;

const { serverless } = exampleModel;
const INSTANCES = { instanceType: "ml.m5.large", initialInstanceCount: 1 };
const OWN_IMAGE = { uri: "444455556666.dkr.ecr.eu-central-1.amazonaws.com/team/scoring:1" };
const SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:license-a1B2c3";
const KEYS = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890a";

/** `example` with another model. */
function withModel(model: ModelSettings): Environment {
  return { ...example, models: { "loan-default": model } };
}

/** The model of an endpoint. */
function modelOf(stack: SynthesizedStack, model: string) {
  const found = stack.find("aws_sagemaker_model").find(({ address }) => address.includes(`.${model}_`));
  if (found === undefined) throw new Error(`${stack.name} has no model of ${model}`);
  return found.values;
}

/** The statements of the role of an endpoint, by their Sids. */
function statementsOf(stack: SynthesizedStack, model: string): Map<string, Statement> {
  const found = stack
    .find("aws_iam_role_policy")
    .find(({ address }) => address.includes(`.${model}_endpoint_`));
  const { Statement: statements } = parseEmbedded(
    String(found?.values.policy),
    "the policy",
  ) as unknown as PolicyDocument;
  return new Map(statements.map((statement) => [statement.Sid, statement]));
}

describe("a model without an artifact", () => {
  const stack = synthesizeOne(hubModels);

  it("has the image of Hugging Face and the model's commit, and reads nothing from S3", () => {
    // Act
    const model = modelOf(stack, "ticket-urgency");

    // Assess
    expect(model.primary_container).toEqual({
      image: expect.stringMatching(/^\$\{data\.aws_sagemaker_prebuilt_ecr_image\..+\.registry_path\}$/),
      environment: {
        HF_MODEL_ID: "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        HF_MODEL_REVISION: "714eb0fa89d2f80546fda750413ed43d93601a13",
        HF_TASK: "text-classification",
      },
    });
    const actions = [...statementsOf(stack, "ticket-urgency").values()].flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith("s3:"))).toEqual([]);
  });

  it("passes the ARN of a secret to the container, and the role may read and decrypt the secret", () => {
    // Act
    const { primary_container: container } = modelOf(stack, "language-check");
    const statements = statementsOf(stack, "language-check");

    // Assess
    const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:language-check/license-a1B2c3";
    expect(container).toEqual({
      image: expect.stringContaining("444455556666.dkr.ecr"),
      environment: { LICENSE_SECRET_ARN: arn },
    });
    expect(statements.get("ReadSecrets")).toEqual({
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue"],
      Resource: [arn],
    });
    expect(statements.get("DecryptSecrets")).toEqual({
      Sid: "DecryptSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: [`${KEYS}e`],
      Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com" } },
    });
  });
});

describe("a prefix in S3", () => {
  const stack = synthesizeOne(prefix);

  it("is the model's data source, and is not compressed", () => {
    // Act
    const { primary_container: container } = modelOf(stack, "ticket-urgency");

    // Assess
    expect(container).toEqual({
      image: expect.any(String),
      model_data_source: {
        s3_data_source: [
          {
            s3_uri: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/",
            s3_data_type: "S3Prefix",
            compression_type: "None",
          },
        ],
      },
    });
  });

  it("is the only part of the bucket that the role may read and list", () => {
    // Act
    const statements = statementsOf(stack, "ticket-urgency");

    // Assess
    expect(statements.get("ReadArtifacts")?.Resource).toEqual([`${BUCKET}/ticket-urgency/2026-11-20/*`]);
    expect(statements.get("ListArtifacts")).toEqual({
      Sid: "ListArtifacts",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [BUCKET],
      Condition: { StringLike: { "s3:prefix": "ticket-urgency/2026-11-20/*" } },
    });
  });

  it("is allowed by the VPC endpoint for S3 of a new VPC", () => {
    // Act
    const gateway = stack
      .find("aws_vpc_endpoint")
      .find(({ values }) => String(values.service_name).endsWith(".s3"));
    const { Statement: statements } = parseEmbedded(
      String(gateway?.values.policy),
      "the policy",
    ) as unknown as PolicyDocument;

    // Assess
    expect(statements.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
      ["ReadTicketUrgencyArtifacts", ["s3:GetObject"], [`${BUCKET}/*`]],
      ["ListTicketUrgencyArtifacts", ["s3:ListBucket"], [BUCKET]],
    ]);
  });
});

describe("an image of a framework", () => {
  it("has the repository and the tag that AWS documents", () => {
    // Act
    const images = synthesizeOne(frameworkImages).all("data.aws_sagemaker_prebuilt_ecr_image", 4);

    // Assess
    expect(images.map(({ values }) => `${values.repository_name}:${values.image_tag}`).sort()).toEqual([
      "pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-sagemaker",
      "sagemaker-scikit-learn:1.2-1-cpu-py3",
      "sagemaker-xgboost:1.7-1",
      "tensorflow-inference:2.19.0-cpu-py312-ubuntu22.04-sagemaker",
    ]);
  });

  it("has ubuntu22.04 in the tag when the environment names no operating system", () => {
    // Prepare
    const image = { framework: "pytorch", version: "2.6.0", python: "py312" } as const;

    // Act
    const { values } = synthesizeOne(withModel({ ...exampleModel, image })).one(
      "data.aws_sagemaker_prebuilt_ecr_image",
    );

    // Assess
    expect(values.image_tag).toBe("2.6.0-cpu-py312-ubuntu22.04-sagemaker");
  });

  it.each<[string, ModelImageSettings]>([
    [
      "huggingface-pytorch-inference:2.6.0-transformers4.49.0-gpu-py312-cu124-ubuntu22.04",
      {
        framework: "huggingface",
        version: "4.49.0",
        pytorch: "2.6.0",
        python: "py312",
        os: "ubuntu22.04",
        accelerator: "gpu",
        cuda: "cu124",
      },
    ],
    [
      "pytorch-inference:2.6.0-gpu-py312-cu124-ubuntu22.04-sagemaker",
      {
        framework: "pytorch",
        version: "2.6.0",
        python: "py312",
        os: "ubuntu22.04",
        accelerator: "gpu",
        cuda: "cu124",
      },
    ],
  ])("has gpu and the version of CUDA in the tag: %s", (address, image) => {
    // Prepare
    const instances = { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 };
    const environment = withModel({ artifact: exampleModel.artifact, image, instances });

    // Act
    const { values } = synthesizeOne(environment).one("data.aws_sagemaker_prebuilt_ecr_image");

    // Assess
    expect(`${values.repository_name}:${values.image_tag}`).toBe(address);
  });
});

describe("several containers", () => {
  const stack = synthesizeOne(series);

  it("run in series, in their order", () => {
    // Act
    const model = modelOf(stack, "loan-default");

    // Assess
    expect(model.primary_container).toBeUndefined();
    expect(model.inference_execution_config).toEqual({ mode: "Serial" });
    expect(model.container).toEqual([
      {
        container_hostname: "features",
        image: expect.stringContaining("features"),
        model_data_url: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/features/model.tar.gz",
        environment: { SAGEMAKER_PROGRAM: "features.py", SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code" },
      },
      {
        container_hostname: "predictor",
        image: expect.stringContaining("predictor"),
        model_data_url: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/predictor/model.tar.gz",
      },
    ]);
  });

  it("allow the role to pull each image and read each artifact", () => {
    // Act
    const statements = statementsOf(stack, "loan-default");

    // Assess
    const repositories = statements.get("PullImages")?.Resource?.map((arn) => REPOSITORY.exec(arn)?.[1]);
    expect(repositories).toEqual(["sagemaker-scikit-learn", "sagemaker-xgboost"]);
    expect(statements.get("ReadArtifacts")?.Resource).toEqual([
      `${BUCKET}/loan-default/2026-11-20/features/model.tar.gz`,
      `${BUCKET}/loan-default/2026-11-20/predictor/model.tar.gz`,
    ]);
  });

  it("are invoked by the name that the function sends", () => {
    // Act
    const model = modelOf(stack, "ticket-urgency");
    const fn = stack
      .find("aws_lambda_function")
      .find(({ address }) => address.includes(".ticket-urgency_function"));

    // Assess
    expect(model.inference_execution_config).toEqual({ mode: "Direct" });
    expect(fn?.values.environment).toMatchObject({
      variables: { ENDPOINT_NAME: "series-ticket-urgency", ENDPOINT_TARGET_CONTAINER: "english" },
    });
  });

  it("with a shared image have one permission to pull the image, and a permission to list each prefix", () => {
    // Act
    const statements = statementsOf(stack, "ticket-urgency");

    // Assess
    expect(statements.get("PullImages")?.Resource).toHaveLength(1);
    const listed = ["ListArtifacts", "ListArtifacts2"].map((sid) => statements.get(sid)?.Condition);
    expect(listed).toEqual([
      { StringLike: { "s3:prefix": "ticket-urgency/2026-11-20/english/*" } },
      { StringLike: { "s3:prefix": "ticket-urgency/2026-11-20/german/*" } },
    ]);
  });

  it("upload a shared file once", () => {
    // Prepare
    const container = { image: OWN_IMAGE, artifact: "artifacts/first.tar.gz" };
    const containers = [
      { name: "one", ...container },
      { name: "two", ...container },
    ];

    // Act
    const uploading = synthesizeOne(withModel({ containers, instances: INSTANCES }));

    // Assess
    uploading.all("aws_s3_object", 1);
    const urls = modelOf(uploading, "loan-default").container?.map(({ model_data_url: url }) => url);
    expect(new Set(urls).size).toBe(1);
  });
});

describe("a package of the Model Registry", () => {
  const stack = synthesizeOne(registry);

  it("is named by the ARN of its version, with the container's variables", () => {
    // Act
    const { primary_container: container } = modelOf(stack, "energy-demand");

    // Assess
    expect(container).toEqual({
      model_package_name: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7",
      environment: { SAGEMAKER_CONTAINER_LOG_LEVEL: "20" },
    });
  });

  it("allows the role to pull its images and read its artifacts in every account", () => {
    // Act
    const statements = statementsOf(stack, "energy-demand");

    // Assess
    expect(statements.get("PullImages")?.Resource).toEqual([
      "arn:aws:ecr:eu-central-1:492215442770:repository/sagemaker-xgboost",
    ]);
    expect(statements.get("ReadArtifacts")?.Resource).toEqual([
      "arn:aws:s3:::amzn-s3-demo-bucket-of-training/energy-demand/7/model.tar.gz",
    ]);
  });
});

describe("the approval of a package", () => {
  const withApproval = (approval?: "any" | "required"): SynthesizedStack => {
    const { modelPackage } = registry.models["energy-demand"] as { modelPackage: ModelPackageSettings };
    return synthesizeOne(
      withModel({
        modelPackage: { ...modelPackage, ...(approval === undefined ? {} : { approval }) },
        serverless,
      }),
    );
  };

  it.each([undefined, "required"] as const)("is read with each plan: %s", (approval) => {
    // Act
    const stack = withApproval(approval);

    // Assess
    const { values, address } = stack.one("data.aws_cloudcontrolapi_resource");
    expect(values).toEqual({
      type_name: "AWS::SageMaker::ModelPackage",
      identifier: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7",
    });
    expect(stack.one("aws_sagemaker_model").values.lifecycle).toEqual({
      create_before_destroy: true,
      precondition: [
        {
          condition: `\${try(jsondecode(${address}.properties).ModelApprovalStatus, "none") == "Approved"}`,
          error_message: expect.stringContaining("is not approved"),
        },
      ],
    });
  });

  it("is not read when the environment accepts every version", () => {
    // Act
    const stack = withApproval("any");

    // Assess
    expect(stack.find("data.aws_cloudcontrolapi_resource")).toEqual([]);
    expect(stack.one("aws_sagemaker_model").values.lifecycle).toEqual({ create_before_destroy: true });
  });

  it("allows deployer and planner to read the version, and the deployer to create a model from it", () => {
    // Act
    const deployer = deployerPolicies(registry, ACCOUNT).endpoints.Statement;
    const planner = plannerPolicies(registry, ACCOUNT).endpoints.Statement;
    const none = deployerPolicies(series, ACCOUNT).endpoints.Statement;

    // Assess
    const arn = "arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7";
    const of = (statements: readonly Statement[]) =>
      statements
        .filter(({ Sid }) => ["UseModelPackages", "GetResources"].includes(Sid))
        .map(({ Action, Resource }) => [Action, Resource]);
    expect(of(deployer)).toEqual([
      [["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListTags"], [arn]],
      [["cloudformation:GetResource"], ["*"]],
    ]);
    expect(of(planner)).toEqual([
      [["sagemaker:DescribeModelPackage", "sagemaker:ListTags"], [arn]],
      [["cloudformation:GetResource"], ["*"]],
    ]);
    expect(of(none)).toEqual([]);
  });
});

describe("a change of the source", () => {
  const hub = {
    image: OWN_IMAGE,
    containerEnvironment: { HF_MODEL_ID: "team/model", HF_MODEL_REVISION: "a".repeat(40) },
    serverless,
  };
  const modelPackage = {
    arn: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/loan-default/7",
    imageUris: [OWN_IMAGE.uri],
    artifacts: ["s3://amzn-s3-demo-bucket/7/model.tar.gz"],
  };
  const container = { image: OWN_IMAGE, artifact: "s3://amzn-s3-demo-bucket/1/model.tar.gz" };
  const [one, two] = [
    { name: "one", ...container },
    { name: "two", ...container },
  ];
  const containers = { containers: [one, two], instances: INSTANCES };

  it.each<[string, ModelSettings, ModelSettings]>([
    [
      "another commit",
      hub,
      { ...hub, containerEnvironment: { ...hub.containerEnvironment, HF_MODEL_REVISION: "b".repeat(40) } },
    ],
    [
      "another secret",
      { ...hub, secrets: { A: SECRET } },
      { ...hub, secrets: { A: `${SECRET.slice(0, -1)}4` } },
    ],
    [
      "another prefix",
      { artifact: "s3://amzn-s3-demo-bucket/1/", image: OWN_IMAGE, instances: INSTANCES },
      { artifact: "s3://amzn-s3-demo-bucket/2/", image: OWN_IMAGE, instances: INSTANCES },
    ],
    [
      "another version of a package",
      { modelPackage, serverless },
      { modelPackage: { ...modelPackage, arn: modelPackage.arn.replace("/7", "/8") }, serverless },
    ],
    ["another order of containers", containers, { ...containers, containers: [two, one] }],
    ["a third container", containers, { ...containers, containers: [one, two, { ...one, name: "three" }] }],
    [
      "another artifact of a container",
      containers,
      { ...containers, containers: [one, { ...two, artifact: "s3://amzn-s3-demo-bucket/2/model.tar.gz" }] },
    ],
    [
      "direct invocation of containers",
      containers,
      { ...containers, invocation: "direct", targetContainer: "one" },
    ],
  ])("creates a new model, and the endpoint rolls out the new model: %s", (_, before, after) => {
    // Prepare
    const contentOf = (stack: SynthesizedStack): unknown => {
      const reference = String(stack.one("aws_sagemaker_model").values.name);
      return stack.find("terraform_data").find(({ address }) => reference.includes(`${address}.id`))?.values
        .triggers_replace;
    };

    // Act
    const synthesized = synthesize([named("before", withModel(before)), named("after", withModel(after))]);
    const [old, next] = ["before", "after"].map((name) => contentOf(synthesized.stack(name)));

    // Assess
    expect(old).toBeDefined();
    expect(next).not.toEqual(old);
  });
});

describe("the permissions boundary", () => {
  it("allows only the sources of the environment", () => {
    // Act
    const [ofHub, ofPrefix, ofRegistry, ofSeries] = [hubModels, prefix, registry, series].map(
      (environment) => {
        const { Statement: statements } = boundaryPolicy(environment, ACCOUNT);
        return new Map(statements.map(({ Sid, Resource }) => [Sid, Resource]));
      },
    );

    // Assess
    expect(ofHub?.has("ReadArtifacts")).toBe(false);
    expect(ofHub?.get("ReadSecrets")).toEqual([
      "arn:aws:secretsmanager:eu-central-1:111122223333:secret:language-check/license-a1B2c3",
    ]);
    expect(ofHub?.get("DecryptSecrets")).toEqual([`${KEYS}e`]);
    expect(ofPrefix?.get("ReadArtifacts")).toEqual([`${BUCKET}/*`]);
    expect(ofPrefix?.get("ListArtifacts")).toEqual([BUCKET]);
    expect(ofRegistry?.get("ReadArtifacts")).toEqual(["arn:aws:s3:::amzn-s3-demo-bucket-of-training/*"]);
    expect(ofRegistry?.get("PullImages")).toEqual([
      "arn:aws:ecr:eu-central-1:492215442770:repository/sagemaker-xgboost",
    ]);
    expect(ofSeries?.get("PullImages")).toEqual(
      ["sagemaker-scikit-learn", "sagemaker-xgboost", "pytorch-inference"].map(
        (repository) => `arn:aws:ecr:eu-central-1:*:repository/${repository}`,
      ),
    );
  });
});
