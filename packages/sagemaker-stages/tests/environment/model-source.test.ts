import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import type { ModelImageSettings, ModelPackageSettings } from "../../src/environment/model-settings";
import { checkEnvironments } from "../support/app";
import {
  type Broken,
  environmentOf,
  FILE,
  INSTANCES,
  KEY_ARN,
  NETWORK,
  SERVERLESS,
} from "./support/environments";

const API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const CONTAINER = `${API}/API_ContainerDefinition.html`;
const EXCLUSIONS = `${GUIDE}/serverless-endpoints.html`;
const DIRECT = `${GUIDE}/multi-container-direct.html`;
const ISOLATION = `${GUIDE}/mkt-algo-model-internet-free.html`;
const PREBUILT = `${GUIDE}-ecr-paths/sagemaker-algo-docker-registry-paths.html`;
const DEEP_LEARNING = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md";
const TOOLKIT =
  "https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/transformers_utils.py";
const TGI = "https://github.com/huggingface/text-generation-inference/blob/main/sagemaker-entrypoint.sh";
const DJL =
  "https://github.com/deepjavalibrary/djl-serving/blob/master/serving/docs/lmi/deployment_guide/configurations.md";

const { artifact: _artifact, ...SERVERLESS_WITHOUT } = SERVERLESS;
const { artifact: _other, ...INSTANCES_WITHOUT } = INSTANCES;
const PREFIX = "s3://amzn-s3-demo-bucket/loan-default/1/";
const SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub/token-a1B2c3";
const OWN_IMAGE = { uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/loan-default:1" };
const HUGGING_FACE: ModelImageSettings = {
  framework: "huggingface",
  version: "4.49.0",
  pytorch: "2.6.0",
  python: "py312",
  os: "ubuntu22.04",
};
const SKLEARN: ModelImageSettings = { framework: "sklearn", version: "1.2-1" };
/** The script that an image of scikit-learn requires. */
const SCRIPT = {
  containerEnvironment: {
    SAGEMAKER_PROGRAM: "inference.py",
    SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
  },
};
const HUB = {
  HF_MODEL_ID: "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
  HF_MODEL_REVISION: "714eb0fa89d2f80546fda750413ed43d93601a13",
  HF_TASK: "text-classification",
};
const PACKAGE: ModelPackageSettings = {
  arn: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/loan-default/7",
  imageUris: [OWN_IMAGE.uri],
  artifacts: ["s3://amzn-s3-demo-bucket/loan-default/7/model.tar.gz"],
};

/** A model of the Hub on a serverless endpoint. */
function hub(containerEnvironment: Record<string, string>, part: object = {}): object {
  return { ...SERVERLESS_WITHOUT, image: HUGGING_FACE, containerEnvironment, ...part };
}

/** The team's own image with secrets, on a serverless endpoint. */
function secret(secrets: Record<string, string>, part: object = {}): object {
  return { ...SERVERLESS_WITHOUT, image: OWN_IMAGE, secrets, ...part };
}

function imageOf(image: object, part: object = {}): object {
  return { ...SERVERLESS, image, ...part };
}

function packaged(part: Partial<ModelPackageSettings>, endpoint: object = SERVERLESS_WITHOUT): object {
  const { image: _image, ...compute } = endpoint as typeof SERVERLESS_WITHOUT;
  return { ...compute, modelPackage: { ...PACKAGE, ...part } };
}

const FIRST = {
  name: "features",
  image: SKLEARN,
  artifact: "s3://amzn-s3-demo-bucket/features.tar.gz",
  ...SCRIPT,
};
const SECOND = {
  name: "predictor",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  artifact: "s3://amzn-s3-demo-bucket/predictor.tar.gz",
};

function several(containers: readonly object[], part: object = {}): object {
  return { instances: INSTANCES.instances, containers, ...part };
}

/** A model in the image `djl-inference` on instances. The image's own variables name the model. */
function djl(containerEnvironment: Record<string, string>, part: object = {}): object {
  const image = { algorithm: "djl-inference", tag: "0.32.0-lmi14.0.0" };
  return { ...INSTANCES_WITHOUT, image, containerEnvironment, ...part };
}

const DJL_HUB = { OPTION_MODEL_ID: HUB.HF_MODEL_ID, OPTION_REVISION: HUB.HF_MODEL_REVISION };

const brokenHubModels: Broken[] = [
  {
    what: "OPTION_MODEL_ID without a revision",
    model: djl({ OPTION_MODEL_ID: HUB.HF_MODEL_ID }),
    field: "containerEnvironment.OPTION_REVISION",
    got: "nothing",
    allowed: 'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    because: `otherwise each start of a container can download a different model: ${DJL}`,
  },
  {
    what: "OPTION_MODEL_ID without a revision in the team's own image",
    model: { ...INSTANCES_WITHOUT, image: OWN_IMAGE, containerEnvironment: { OPTION_MODEL_ID: "org/m" } },
    field: "containerEnvironment.HF_MODEL_REVISION",
    got: "nothing",
    allowed: 'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    because: `otherwise each start of a container can download a different model: ${TGI}`,
  },
  {
    what: "OPTION_MODEL_ID with a location in S3",
    model: djl({ OPTION_MODEL_ID: PREFIX }),
    field: "containerEnvironment.OPTION_MODEL_ID",
    got: JSON.stringify(PREFIX),
    allowed: 'a model of the Hugging Face Hub; for a model in S3, artifact: "s3://<bucket>/<prefix>/"',
    because: "the endpoint's role may read only the artifact",
  },
  {
    what: "OPTION_MODEL_ID with a location in S3 together with HF_MODEL_ID",
    model: djl({ ...DJL_HUB, HF_MODEL_ID: HUB.HF_MODEL_ID, OPTION_MODEL_ID: PREFIX }),
    field: "containerEnvironment.OPTION_MODEL_ID",
    got: JSON.stringify(PREFIX),
    allowed: 'a model of the Hugging Face Hub; for a model in S3, artifact: "s3://<bucket>/<prefix>/"',
    because: "the endpoint's role may read only the artifact",
  },
  {
    what: "OPTION_MODEL_ID in an isolated container",
    model: djl(DJL_HUB, { networkIsolation: true }),
    field: "networkIsolation",
    got: `networkIsolation together with the model ${HUB.HF_MODEL_ID} of the Hugging Face Hub`,
    allowed: "no networkIsolation, or an artifact instead of OPTION_MODEL_ID",
    because: `an isolated container cannot download its model: ${ISOLATION}`,
  },
  {
    what: "OPTION_MODEL_ID in a VPC of the environment",
    model: djl(DJL_HUB, { inNetwork: true }),
    environment: { network: NETWORK },
    field: "inNetwork",
    got: `inNetwork together with the model ${HUB.HF_MODEL_ID} of the Hugging Face Hub`,
    allowed:
      "no inNetwork, an existing network with access to the Hub, or an artifact instead of OPTION_MODEL_ID",
    because: "endpoints in a new VPC can reach only S3",
  },
  {
    what: "a model of the Hub without a revision",
    model: hub({ HF_MODEL_ID: HUB.HF_MODEL_ID }),
    field: "containerEnvironment.HF_MODEL_REVISION",
    got: "nothing",
    allowed: 'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    because: `otherwise each start of a container can download a different model: ${TOOLKIT}`,
  },
  {
    what: "a branch as the revision",
    model: hub({ ...HUB, HF_MODEL_REVISION: "main" }),
    field: "containerEnvironment.HF_MODEL_REVISION",
    got: '"main"',
    allowed: 'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    because: `otherwise each start of a container can download a different model: ${TOOLKIT}`,
  },
  {
    what: "a revision in a variable that the image does not read",
    model: hub(HUB, { image: { algorithm: "djl-inference", tag: "0.32.0-lmi14.0.0" } }),
    field: "containerEnvironment.OPTION_REVISION",
    got: "nothing",
    allowed: 'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    because: `otherwise each start of a container can download a different model: ${DJL}`,
  },
  {
    what: "a pinned model that is unpinned",
    model: hub(HUB, { hubRevision: "unpinned" }),
    field: "hubRevision",
    got: "unpinned together with containerEnvironment.HF_MODEL_REVISION",
    allowed: "either hubRevision or HF_MODEL_REVISION",
    because: "the revision is either pinned or unpinned",
  },
  {
    what: "hubRevision without a model of the Hub",
    model: { ...SERVERLESS, hubRevision: "unpinned" },
    field: "hubRevision",
    got: "hubRevision without a model of the Hub in containerEnvironment.HF_MODEL_ID or OPTION_MODEL_ID",
    allowed: "no hubRevision",
    because: "there is no revision to pin",
  },
  {
    what: "an image of Hugging Face without a model",
    model: hub({}),
    field: "containerEnvironment.HF_MODEL_ID",
    got: "nothing",
    allowed: "the name of a model of the Hugging Face Hub, or an artifact",
    because: `the image downloads the model that the variable names: ${TOOLKIT}`,
  },
  {
    what: "a location in S3 in HF_MODEL_ID",
    model: { ...INSTANCES_WITHOUT, image: OWN_IMAGE, containerEnvironment: { HF_MODEL_ID: PREFIX } },
    field: "containerEnvironment.HF_MODEL_ID",
    got: JSON.stringify(PREFIX),
    allowed: 'a model of the Hugging Face Hub; for a model in S3, artifact: "s3://<bucket>/<prefix>/"',
    because: "the endpoint's role may read only the artifact",
  },
  {
    what: "a model of the Hub in an isolated container",
    model: {
      ...INSTANCES_WITHOUT,
      image: HUGGING_FACE,
      containerEnvironment: HUB,
      networkIsolation: true,
    },
    field: "networkIsolation",
    got: `networkIsolation together with the model ${HUB.HF_MODEL_ID} of the Hugging Face Hub`,
    allowed: "no networkIsolation, or an artifact instead of HF_MODEL_ID",
    because: `an isolated container cannot download its model: ${ISOLATION}`,
  },
  {
    what: "a model of the Hub in a VPC of the environment",
    model: { ...INSTANCES_WITHOUT, image: HUGGING_FACE, containerEnvironment: HUB, inNetwork: true },
    environment: { network: NETWORK },
    field: "inNetwork",
    got: `inNetwork together with the model ${HUB.HF_MODEL_ID} of the Hugging Face Hub`,
    allowed:
      "no inNetwork, an existing network with access to the Hub, or an artifact instead of HF_MODEL_ID",
    because: "endpoints in a new VPC can reach only S3",
  },
];

const CLEAR_TEXT = `plans, Terraform's state and SageMaker's console show variables: ${CONTAINER}`;
const NO_SECRET = "no secret; if the container reads the secret itself, add the secret's ARN to secrets";

const brokenSecrets: Broken[] = [
  ...[
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_API_TOKEN",
    "OPTION_HF_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "DB_PASSWORD",
    "NGC_API_KEY",
    "WANDB_API_KEY",
    "CLIENT_SECRET",
    "SIGNING_KEY",
    "PGPASSWORD",
    "dbPassword",
  ].map((variable) => ({
    what: `a value of ${variable}`,
    model: hub({ ...HUB, [variable]: "x" }),
    field: `containerEnvironment.${variable}`,
    got: "a value in clear text",
    allowed: NO_SECRET,
    because: CLEAR_TEXT,
  })),
  ...(
    [
      ["of Hugging Face", `hf_${"x".repeat(34)}`, "a token"],
      ["of AWS", `AKIA${"X".repeat(16)}`, "a token"],
      ["of GitHub", `github_pat_${"x".repeat(30)}`, "a token"],
      ["of NVIDIA", `nvapi-${"aB3xY9_zQ-kL2mN8".repeat(4)}`, "a token"],
      ["of GitLab", `glpat-${"aB3x_9Yz7Q"}${"k".repeat(10)}`, "a token"],
      ["of OpenAI", `sk-proj-${"aB3xY9".repeat(8)}`, "a token"],
      ["of an identity provider", `eyJ${"hbGciOi".repeat(3)}.eyJ${"zdWIiOi".repeat(3)}.c2ln`, "a token"],
      ["in PEM", `-----BEGIN ${"RSA "}PRIVATE KEY-----`, "a private key"],
      ["of a database", "postgresql://scorer:hunter2@db.example.com/features", "a password in an address"],
    ] as const
  ).map(([whose, value, what]) => ({
    what: `a variable with ${what} ${whose}`,
    model: hub({ ...HUB, EXTRA: `--auth ${value}` }),
    field: "containerEnvironment.EXTRA",
    got: `a value with ${what}`,
    allowed: NO_SECRET,
    because: CLEAR_TEXT,
  })),
  {
    what: "a token in place of a secret's ARN",
    model: secret({ HUB_TOKEN: `hf_${"x".repeat(34)}` }),
    field: "secrets.HUB_TOKEN",
    got: "a string that is not an ARN",
    allowed: "arn:aws:secretsmanager:eu-central-1:<account>:secret:<name>-<6 characters>",
    because:
      "the role's policy names the secret by its full ARN: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html",
  },
  {
    what: "a secret of another region",
    model: secret({ HUB_TOKEN: SECRET.replace("eu-central-1", "eu-west-1") }),
    field: "secrets.HUB_TOKEN",
    got: JSON.stringify(SECRET.replace("eu-central-1", "eu-west-1")),
    allowed: "arn:aws:secretsmanager:eu-central-1:<account>:secret:<name>-<6 characters>",
    because:
      "the role's policy names the secret by its full ARN: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html",
  },
  {
    what: "a variable that is set twice",
    model: secret({ HUB_TOKEN: SECRET }, { containerEnvironment: { HUB_TOKEN: "/run/token" } }),
    field: "secrets.HUB_TOKEN",
    got: "HUB_TOKEN, which containerEnvironment also has",
    allowed: "each variable in either secrets or containerEnvironment",
    because: "a variable has one value",
  },
  {
    what: "101 variables in total",
    model: secret(
      { HUB_TOKEN: SECRET },
      {
        containerEnvironment: Object.fromEntries(
          Array.from({ length: 100 }, (_, index) => [`V${index}`, "1"]),
        ),
      },
    ),
    field: "secrets",
    got: "1 secrets and 100 variables of containerEnvironment",
    allowed: "at most 100 variables in total",
    because: CONTAINER,
  },
  {
    what: "secretsKeyArn without secrets",
    model: { ...SERVERLESS, secretsKeyArn: KEY_ARN },
    field: "secretsKeyArn",
    got: "secretsKeyArn without secrets",
    allowed: "no secretsKeyArn, or secrets as well",
    because: "the key decrypts the secrets",
  },
  {
    what: "secrets in an isolated container",
    model: {
      ...INSTANCES_WITHOUT,
      image: OWN_IMAGE,
      secrets: { HUB_TOKEN: SECRET },
      networkIsolation: true,
    },
    field: "secrets",
    got: "secrets together with networkIsolation",
    allowed: "either secrets or networkIsolation",
    because: `an isolated container reaches neither Secrets Manager nor the role's credentials: ${ISOLATION}`,
  },
  {
    what: "secrets in a VPC of the environment",
    model: { ...INSTANCES_WITHOUT, image: OWN_IMAGE, secrets: { HUB_TOKEN: SECRET }, inNetwork: true },
    environment: { network: NETWORK },
    field: "secrets",
    got: "secrets together with inNetwork in a new VPC",
    allowed: "no inNetwork, or an existing network with access to Secrets Manager",
    because: "endpoints in a new VPC can reach only S3",
  },
];

const brokenArtifacts: Broken[] = [
  {
    what: "a prefix together with serverless",
    model: { ...SERVERLESS, image: OWN_IMAGE, artifact: PREFIX },
    field: "artifact",
    got: JSON.stringify(PREFIX),
    allowed: "s3://<bucket>/<key>.tar.gz, or instances instead of serverless",
    because: `a serverless endpoint supports no uncompressed artifact (ModelDataSource): ${CONTAINER}`,
  },
  {
    what: "a prefix for a built-in algorithm",
    model: { ...INSTANCES, artifact: PREFIX },
    field: "artifact",
    got: JSON.stringify(PREFIX),
    allowed: "s3://<bucket>/<key>.tar.gz for the built-in algorithm linear-learner",
    because: `a built-in algorithm needs an archive in ModelDataUrl: ${CONTAINER}`,
  },
  {
    what: "a bucket without a prefix",
    model: { ...INSTANCES, image: OWN_IMAGE, artifact: "s3://amzn-s3-demo-bucket/" },
    field: "artifact",
    got: '"s3://amzn-s3-demo-bucket/"',
    allowed:
      "s3://<bucket>/<key>.tar.gz, s3://<bucket>/<prefix>/, or a file of the project such as models/<name>.tar.gz",
    because: CONTAINER,
  },
  {
    what: "no artifact for an image without a model",
    model: { ...SERVERLESS_WITHOUT, image: SKLEARN, ...SCRIPT },
    field: "artifact",
    got: "no artifact for the image sagemaker-scikit-learn",
    allowed: "an artifact, or an image that contains or downloads its model",
    because: `the image contains no model: ${CONTAINER}`,
  },
  {
    what: "artifactKeyArn without an artifact",
    model: { ...SERVERLESS_WITHOUT, image: OWN_IMAGE, artifactKeyArn: KEY_ARN },
    field: "artifactKeyArn",
    got: "artifactKeyArn without artifact",
    allowed: "no key, or an artifact in S3",
    because: "the key decrypts the artifact",
  },
];

const PYTORCH = { framework: "pytorch", version: "2.6.0", python: "py312", os: "ubuntu22.04" };
const FOR_GPUS = { ...PYTORCH, accelerator: "gpu", cuda: "cu124" };

const brokenImages: Broken[] = [
  {
    what: "an unknown framework",
    model: imageOf({ framework: "caffe", version: "1.2-1" }),
    field: "image.framework",
    got: '"caffe"',
    allowed: "huggingface, pytorch, sklearn, tensorflow, xgboost",
    because: PREBUILT,
  },
  ...[SKLEARN, { algorithm: "sagemaker-scikit-learn", tag: "1.2-1-cpu-py3" }].map((image) => ({
    what: `the image ${JSON.stringify(image)} without the script that loads the model`,
    model: imageOf(image, { containerEnvironment: { SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code" } }),
    field: "containerEnvironment.SAGEMAKER_PROGRAM",
    got: "nothing",
    allowed: 'the script in the artifact that defines model_fn, e.g. "inference.py"',
    because:
      "the image has no default, and its container does not start: https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving.py",
  })),
  {
    what: "an image of sklearn with an empty folder of the script",
    model: imageOf(SKLEARN, {
      containerEnvironment: { SAGEMAKER_PROGRAM: "inference.py", SAGEMAKER_SUBMIT_DIRECTORY: "" },
    }),
    field: "containerEnvironment.SAGEMAKER_SUBMIT_DIRECTORY",
    got: '""',
    allowed:
      'the folder of the script in the container, e.g. "/opt/ml/model/code" for a script in code/ of the artifact',
    because:
      "the default is an empty folder of the image: https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_env.py",
  },
  {
    what: "a version of sklearn without its build",
    model: imageOf({ framework: "sklearn", version: "1.2" }, SCRIPT),
    field: "image.version",
    got: '"1.2"',
    allowed: "a version of sklearn such as 1.2-1",
    because: PREBUILT,
  },
  {
    what: "a version of pytorch with a build",
    model: imageOf({ ...PYTORCH, version: "2.6-1" }),
    field: "image.version",
    got: '"2.6-1"',
    allowed: "a version of pytorch such as 2.6.0",
    because: DEEP_LEARNING,
  },
  {
    what: "pytorch without the setting python",
    model: imageOf({ framework: "pytorch", version: "2.6.0" }),
    field: "image.python",
    got: "nothing",
    allowed: "the Python version in the image's tag, e.g. py312",
    because: DEEP_LEARNING,
  },
  {
    what: "huggingface without the setting pytorch",
    model: hub(HUB, {
      image: { framework: "huggingface", version: "4.49.0", python: "py312", os: "ubuntu22.04" },
    }),
    field: "image.pytorch",
    got: "nothing",
    allowed: "the version of PyTorch in the image",
    because: DEEP_LEARNING,
  },
  {
    what: "pytorch with the setting pytorch",
    model: imageOf({ ...PYTORCH, pytorch: "2.6.0" }),
    field: "image.pytorch",
    got: '"2.6.0"',
    allowed: "no pytorch, which only images of huggingface have",
    because: DEEP_LEARNING,
  },
  {
    what: "xgboost with the setting python",
    model: imageOf({ framework: "xgboost", version: "1.7-1", python: "py312" }),
    field: "image.python",
    got: '"py312"',
    allowed: "no python",
    because: `tags of xgboost have no such part: ${PREBUILT}`,
  },
  {
    what: "an unknown accelerator",
    model: imageOf({ ...PYTORCH, accelerator: "tpu" }),
    field: "image.accelerator",
    got: '"tpu"',
    allowed: "cpu, gpu",
    because: DEEP_LEARNING,
  },
  {
    what: "accelerator gpu without cuda",
    model: {
      ...INSTANCES,
      instances: { ...INSTANCES.instances, instanceType: "ml.g5.xlarge" },
      image: { ...PYTORCH, accelerator: "gpu" },
    },
    field: "image.cuda",
    got: "nothing",
    allowed: "the CUDA version of the image's tag, e.g. cu124",
    because: DEEP_LEARNING,
  },
  {
    what: "cuda without accelerator gpu",
    model: imageOf({ ...PYTORCH, cuda: "cu124" }),
    field: "image.cuda",
    got: '"cu124"',
    allowed: "no cuda, or accelerator gpu",
    because: DEEP_LEARNING,
  },
  {
    what: "an image for GPUs on a serverless endpoint",
    model: imageOf(FOR_GPUS),
    field: "image.accelerator",
    got: "an image for GPUs together with serverless",
    allowed: "an image for CPUs, or instances with GPUs",
    because: `serverless endpoints have no GPU: ${EXCLUSIONS}`,
  },
  {
    what: "a tag for GPUs on a serverless endpoint",
    model: imageOf({ algorithm: "pytorch-inference", tag: "2.6.0-gpu-py312-cu124-ubuntu22.04-sagemaker" }),
    field: "image.tag",
    got: "an image for GPUs together with serverless",
    allowed: "an image for CPUs, or instances with GPUs",
    because: `serverless endpoints have no GPU: ${EXCLUSIONS}`,
  },
  {
    what: "an image for GPUs on instances without GPUs",
    model: { ...INSTANCES, image: FOR_GPUS },
    field: "image.accelerator",
    got: "an image for GPUs together with instances.instanceType ml.m5.large",
    allowed: "an image for CPUs, or an instance type with GPUs such as ml.g5.xlarge",
    because: "the instance has no GPU: https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html",
  },
  ...["ml.g5.xlarge", "ml.p3.2xlarge", "ml.gr6.4xlarge"].map((instanceType) => ({
    what: `a framework's image for CPUs, the default, on ${instanceType}`,
    model: { ...INSTANCES, image: PYTORCH, instances: { instanceType, initialInstanceCount: 1 } },
    field: "image.accelerator",
    got: `an image for CPUs together with instances.instanceType ${instanceType}`,
    allowed:
      'accelerator: "gpu" with cuda, e.g. cu124, or an instance type without GPUs such as ml.m5.xlarge',
    because: `the image has no CUDA, so that the model cannot use the GPU: ${DEEP_LEARNING}`,
  })),
  {
    what: "a tag for CPUs on an instance with GPUs",
    model: {
      ...INSTANCES,
      image: { algorithm: "pytorch-inference", tag: "2.6.0-cpu-py312-ubuntu22.04-sagemaker" },
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
    },
    field: "image.tag",
    got: "an image for CPUs together with instances.instanceType ml.g5.xlarge",
    allowed: "the tag of an image for GPUs, or an instance type without GPUs such as ml.m5.xlarge",
    because: `the image has no CUDA, so that the model cannot use the GPU: ${DEEP_LEARNING}`,
  },
  {
    what: "a repository for CPUs on an instance with GPUs",
    model: {
      ...INSTANCES,
      image: { algorithm: "tei-cpu", tag: "2.0.1-tei1.8.2-cpu-py310-ubuntu22.04" },
      instances: { instanceType: "ml.g6.xlarge", initialInstanceCount: 1 },
    },
    field: "image.algorithm",
    got: "an image for CPUs together with instances.instanceType ml.g6.xlarge",
    allowed: "the repository tei for GPUs, or an instance type without GPUs such as ml.m5.xlarge",
    because: `the image has no CUDA, so that the model cannot use the GPU: ${DEEP_LEARNING}`,
  },
];

const REGISTRY = `${GUIDE}/model-registry-models.html`;
const VERSION = {
  field: "modelPackage.arn",
  allowed: "arn:aws:sagemaker:eu-central-1:<account>:model-package/<group>/<version>",
  because: `the ARN of a versioned model package in the environment's region: ${REGISTRY}; packages of AWS Marketplace are not versioned, and serverless endpoints refuse these packages: ${EXCLUSIONS}`,
};

const brokenPackages: Broken[] = [
  ...[
    PACKAGE.arn.replace("eu-central-1", "eu-west-1"),
    PACKAGE.arn.replace("/7", ""),
    PACKAGE.arn.replace("/7", "/0"),
    "loan-default/7",
  ].map((arn) => ({
    what: `the package ${arn}`,
    model: packaged({ arn }),
    got: JSON.stringify(arn),
    ...VERSION,
  })),
  {
    what: "a package together with an image and an artifact",
    model: { ...SERVERLESS, modelPackage: PACKAGE },
    field: "modelPackage",
    got: "modelPackage together with artifact and image",
    allowed: "either modelPackage or artifact and image",
    because: `a package names its images and artifacts: ${CONTAINER}`,
  },
  {
    what: "a package without images",
    model: packaged({ imageUris: [] }),
    field: "modelPackage.imageUris",
    got: "0 images",
    allowed: "1–15 images, as the package lists them",
    because: "the endpoint's role may pull only the listed images",
  },
  {
    what: "an image of another region in a package",
    model: packaged({ imageUris: [OWN_IMAGE.uri.replace("eu-central-1", "eu-west-1")] }),
    field: "modelPackage.imageUris",
    got: JSON.stringify(OWN_IMAGE.uri.replace("eu-central-1", "eu-west-1")),
    allowed: "<account>.dkr.ecr.eu-central-1.amazonaws.com/<repository>:<tag> or …@sha256:<digest>",
    because: CONTAINER,
  },
  {
    what: "a file as the artifact of a package",
    model: packaged({ artifacts: [FILE] }),
    field: "modelPackage.artifacts",
    got: JSON.stringify(FILE),
    allowed: "s3://<bucket>/<key>.tar.gz or s3://<bucket>/<prefix>/",
    because: CONTAINER,
  },
  {
    what: "a package with a prefix together with serverless",
    model: packaged({ artifacts: [PREFIX] }),
    field: "modelPackage.artifacts",
    got: JSON.stringify(PREFIX),
    allowed: "s3://<bucket>/<key>.tar.gz, or instances instead of serverless",
    because: `a serverless endpoint supports no uncompressed artifact (ModelDataSource): ${CONTAINER}`,
  },
  {
    what: "a package with several images together with serverless",
    model: packaged({ imageUris: [OWN_IMAGE.uri, OWN_IMAGE.uri.replace(":1", ":2")] }),
    field: "modelPackage.imageUris",
    got: "2 images together with serverless",
    allowed: "one image, or instances instead of serverless",
    because: `a serverless endpoint supports no inference pipeline: ${EXCLUSIONS}`,
  },
  {
    what: "an unknown value of approval",
    model: packaged({ approval: "none" as "any" }),
    field: "modelPackage.approval",
    got: '"none"',
    allowed: "required, any",
    because: `${GUIDE}/model-registry-approve.html`,
  },
];

const CREATE_MODEL = `${API}/API_CreateModel.html`;

const brokenContainers: Broken[] = [
  {
    what: "containers together with serverless",
    model: { serverless: SERVERLESS.serverless, containers: [FIRST, SECOND] },
    field: "containers",
    got: "containers together with serverless",
    allowed: "either containers or serverless",
    because: `a serverless endpoint has only one container: ${EXCLUSIONS}`,
  },
  {
    what: "one container in a list",
    model: several([FIRST]),
    field: "containers",
    got: "1",
    allowed: "2–15 containers",
    because: CREATE_MODEL,
  },
  {
    what: "16 containers",
    model: several(Array.from({ length: 16 }, (_, index) => ({ ...FIRST, name: `c${index}` }))),
    field: "containers",
    got: "16",
    allowed: "2–15 containers",
    because: CREATE_MODEL,
  },
  {
    what: "two containers with one name",
    model: several([FIRST, { ...SECOND, name: "features" }]),
    field: "containers",
    got: '["features","features"]',
    allowed: "each name once",
    because: CONTAINER,
  },
  {
    what: "a container's name with an underscore",
    model: several([FIRST, { ...SECOND, name: "the_predictor" }]),
    field: "containers.1.name",
    got: '"the_predictor"',
    allowed: "letters, digits and -, not starting or ending with -",
    because: CONTAINER,
  },
  {
    what: "containers together with an image",
    model: several([FIRST, SECOND], { image: OWN_IMAGE }),
    field: "containers",
    got: "containers together with image",
    allowed: "either containers or image",
    because: "each of several containers has its own image, artifact and variables",
  },
  {
    what: "a secret in clear text in the second container",
    model: several([FIRST, { ...SECOND, containerEnvironment: { HF_TOKEN: "x" } }]),
    field: "containers.1.containerEnvironment.HF_TOKEN",
    got: "a value in clear text",
    allowed: NO_SECRET,
    because: CLEAR_TEXT,
  },
  {
    what: "more than 32 KB of variables in all containers",
    model: several(
      [FIRST, SECOND].map((container) => ({
        ...container,
        image: OWN_IMAGE,
        containerEnvironment: Object.fromEntries(
          Array.from({ length: 20 }, (_, index) => [`V${String(index).padStart(2, "0")}`, "x".repeat(1000)]),
        ),
      })),
    ),
    field: "containers",
    got: "40120 bytes of variables in total",
    allowed: "at most 32768 bytes in all containers",
    because: CONTAINER,
  },
  {
    what: "the setting invocation without containers",
    model: { ...INSTANCES, invocation: "series" },
    field: "invocation",
    got: "invocation without containers",
    allowed: "no invocation, or containers as well",
    because: "one container answers every request",
  },
  {
    what: "the setting targetContainer without containers",
    model: { ...INSTANCES, targetContainer: "features" },
    field: "targetContainer",
    got: "targetContainer without containers",
    allowed: "no targetContainer, or containers as well",
    because: "one container answers every request",
  },
  {
    what: "targetContainer in a series",
    model: several([FIRST, SECOND], { targetContainer: "features" }),
    field: "targetContainer",
    got: "targetContainer without invocation direct",
    allowed: 'no targetContainer, or invocation: "direct"',
    because: `SageMaker refuses a target in a series: ${DIRECT}`,
  },
  {
    what: "direct invocation without a target",
    model: several([FIRST, SECOND], { invocation: "direct" }),
    field: "targetContainer",
    got: "nothing",
    allowed: "features, predictor",
    because: `SageMaker refuses a direct invocation without a target: ${DIRECT}`,
  },
  {
    what: "direct invocation of a container that the endpoint does not have",
    model: several([FIRST, SECOND], { invocation: "direct", targetContainer: "third" }),
    field: "targetContainer",
    got: '"third"',
    allowed: "features, predictor",
    because: `SageMaker refuses a direct invocation without a target: ${DIRECT}`,
  },
];

describe("a model with one invalid setting of its source has exactly one fault", () => {
  describe.each([
    ["a model of the Hub", brokenHubModels],
    ["secrets", brokenSecrets],
    ["an artifact", brokenArtifacts],
    ["an image of a framework", brokenImages],
    ["a package", brokenPackages],
    ["several containers", brokenContainers],
  ])("%s", (_, broken) => {
    it.each(broken.map((one) => [one.what, one] as const))("%s", (_what, one) => {
      // Prepare
      const { model, environment, field, got, allowed, because } = one;

      // Act
      const faults = checkEnvironments([environmentOf(model, environment)]);

      // Assess
      expect(faults).toEqual([
        { environment: "test", field: `models.loan-default.${field}`, got, allowed, because },
      ]);
    });
  });

  it("names the regions of the images when Terraform does not support the region", () => {
    // Prepare
    const environment = environmentOf(imageOf(SKLEARN, SCRIPT), { region: "ap-southeast-7" });

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults.map(({ field, got }) => [field, got])).toEqual([
      ["models.loan-default.image.framework", "sklearn in the region ap-southeast-7"],
    ]);
  });

  it("never shows a secret in a message", () => {
    // Prepare
    const token = `hf_${"k".repeat(34)}`;
    const models = [
      hub({ ...HUB, HF_TOKEN: token, OTHER: token }),
      hub({ ...HUB, DB_PASSWORD: token }),
      secret({ HUB_TOKEN: token }),
      several([{ ...FIRST, secrets: { HUB_TOKEN: token } }, SECOND]),
    ];

    // Act
    const faults = checkEnvironments(
      models.map((model, index) => environmentOf(model, { name: `test-${index}` })),
    );

    // Assess
    expect(faults.filter(({ field }) => /TOKEN|OTHER|PASSWORD/.test(field))).toHaveLength(5);
    expect(JSON.stringify(faults)).not.toContain(token);
  });
});

describe("a model from a valid source has no fault", () => {
  it.each<[string, object, Partial<Environment>?]>([
    ["of the Hub at one commit", hub(HUB)],
    [
      "of the Hub with hubRevision: unpinned",
      hub({ HF_MODEL_ID: HUB.HF_MODEL_ID }, { hubRevision: "unpinned" }),
    ],
    [
      "of the Hub with the variable of djl-inference",
      {
        ...INSTANCES_WITHOUT,
        image: { algorithm: "djl-inference", tag: "0.32.0-lmi14.0.0" },
        containerEnvironment: { HF_MODEL_ID: HUB.HF_MODEL_ID, OPTION_REVISION: HUB.HF_MODEL_REVISION },
      },
    ],
    [
      "in a folder of the container",
      hub({ HF_MODEL_ID: "/opt/ml/model" }, { artifact: SERVERLESS.artifact }),
    ],
    [
      "of the Hub in an existing network",
      { ...INSTANCES_WITHOUT, image: HUGGING_FACE, containerEnvironment: HUB, inNetwork: true },
      {
        network: {
          existing: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
        },
      },
    ],
    ["of the Hub in OPTION_MODEL_ID at one commit", djl(DJL_HUB)],
    [
      "of the Hub in OPTION_MODEL_ID with hubRevision: unpinned",
      djl({ OPTION_MODEL_ID: "org/m" }, { hubRevision: "unpinned" }),
    ],
    ["in its image", { ...SERVERLESS_WITHOUT, image: OWN_IMAGE }],
    ["with a secret and its key", secret({ HUB_TOKEN: SECRET }, { secretsKeyArn: KEY_ARN })],
    ["with an empty variable for a token", hub({ ...HUB, HF_TOKEN: "" })],
    ...Object.entries({
      // Settings whose names are similar to names of secrets.
      TOKENIZERS_PARALLELISM: "false",
      MAX_TOKENS: "512",
      MAX_BATCH_PREFILL_TOKENS: "4096",
      OPTION_MAX_NUM_BATCHED_TOKENS: "8192",
      HF_HUB_DISABLE_IMPLICIT_TOKEN: "1",
      EOS_TOKEN: "</s>",
      PAD_TOKEN: "[PAD]",
      OPTION_ADD_BOS_TOKEN: "true",
      SAGEMAKER_PROGRAM: "inference.py",
      SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      SAGEMAKER_MODEL_SERVER_WORKERS: "1",
      // Locations of secrets.
      DB_SECRET_ARN: SECRET,
      DB_SECRET: SECRET,
      DB_SECRET_NAME: "prod/features",
      HF_TOKEN_PATH: "/opt/ml/model/token",
      TLS_KEY: "/etc/ssl/private/tls.key",
      INIT_SCRIPT: "code/start.sh",
      AWS_ACCESS_KEY_FILE: "/run/keys",
      // Values that begin like secrets.
      RERANKER: "re_ranker_multilingual_large",
      MODELS: "/mnt/hf_models/Llama-3.1-8B-Instruct-GPTQ-Int4",
      CONFIG: "hf_transformers_pipeline_config.json",
      WEIGHTS: "xai-org/grok-1-finetuned-for-classification-20260131",
      ENCODER: "sk-learn-pipeline-v2-multilingual",
      IMAGE: "docker://registry:5000/team@latest",
    }).map(([variable, value]): [string, object] => [
      `with the variable ${variable}: ${value}`,
      { ...SERVERLESS, image: OWN_IMAGE, containerEnvironment: { [variable]: value } },
    ]),
    ["in a prefix", { ...INSTANCES, image: OWN_IMAGE, artifact: PREFIX, artifactKeyArn: KEY_ARN }],
    ["in an image of sklearn with its script", imageOf(SKLEARN, SCRIPT)],
    [
      "in an image of sklearn in the team's own registry, which can set the script itself",
      imageOf({ uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1" }),
    ],
    ["in an image of xgboost", imageOf({ framework: "xgboost", version: "3.0-5" })],
    ["in an image of tensorflow", imageOf({ ...PYTORCH, framework: "tensorflow", version: "2.19.0" })],
    [
      "in an image for GPUs, on instances with GPUs",
      {
        ...INSTANCES,
        image: FOR_GPUS,
        instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      },
    ],
    [
      "in an image for CPUs beside an image for GPUs, in a series on instances with GPUs",
      {
        instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
        containers: [
          { name: "features", image: PYTORCH, artifact: SERVERLESS.artifact },
          { name: "predictor", image: FOR_GPUS, artifact: SERVERLESS.artifact },
        ],
      },
    ],
    ["in a package", packaged({})],
    [
      "in a package without artifacts, with variables",
      { ...packaged({ artifacts: [] }), containerEnvironment: { LEVEL: "1" } },
    ],
    ["in a package with approval: any", packaged({ approval: "any" })],
    ["in a series", several([FIRST, SECOND])],
    [
      "in one of several containers",
      several([FIRST, SECOND], { invocation: "direct", targetContainer: "predictor" }),
    ],
    [
      "in containers that an existing function names",
      several([FIRST, SECOND], { invocation: "direct", existingFunction: "scoring" }),
    ],
    [
      "in a series with a package and a prefix",
      several([
        { name: "a", modelPackage: PACKAGE },
        { name: "b", image: OWN_IMAGE, artifact: PREFIX },
      ]),
    ],
  ])("%s", (_, model, environment = {}) => {
    // Act
    const faults = checkEnvironments([environmentOf(model, environment)]);

    // Assess
    expect(faults).toEqual([]);
  });
});
