import * as z from "zod";
import { raw } from "../../fault-collector";
import {
  byName,
  listOf,
  maxCharacters,
  oneOf,
  optional,
  type Rule,
  rule,
  settings,
  text,
  textLike,
} from "../setting";
import { frameworkImage } from "./framework-image";
import { byteLength, maxKeyBytes, policyText } from "./s3-location";

/** The source of the limits of a container. */
export const CONTAINER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";

/** The number of variables of one container (CONTAINER_SOURCE). */
export const MAX_VARIABLES = 100;
const MAX_BYTES = 1024;
/** The maximum size of a model's variables: the bytes of the names and values in all containers (CONTAINER_SOURCE). */
export const MAX_BYTES_TOGETHER = 32 * 1024;

/** An image of a SageMaker algorithm or framework. Terraform reads the image's account in each region. */
export const algorithmImage = settings({
  /**
   * Name of the image's repository, e.g. `linear-learner`, `sagemaker-xgboost`, `blazingtext`
   * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image).
   */
  algorithm: textLike(
    /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/,
    "a repository such as linear-learner or sagemaker-xgboost",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
  ),
  /** Tag of the image, e.g. `1`, or `1.7-1` for XGBoost. */
  tag: textLike(
    /^[\w][\w.-]{0,127}$/,
    "an image tag such as 1 or 1.7-1",
    "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html",
  ),
});

const imageUri = rule(text, maxCharacters(255, CONTAINER_SOURCE));

/** An image in a private ECR repository of this account, or of another account that permits this account to pull. */
export const ecrImage = settings({
  /** Address of the image: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `…@sha256:<digest>`. */
  uri: imageUri,
});

/**
 * The rule of a variable's length. Messages show the length instead of the value, because the value can be a secret.
 */
function maxBytes<Value>(max: number, bytesOf: (value: Value) => number): Rule<Value> {
  return {
    holds: (value) => bytesOf(value) <= max,
    allowed: `at most ${max} bytes`,
    source: `names and values have at most ${MAX_BYTES} bytes each, and ${MAX_BYTES_TOGETHER} in total: ${CONTAINER_SOURCE}`,
    got: (value) => raw(`${bytesOf(value)} bytes`),
  };
}

const variableName = rule(text, {
  holds: (name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && name.length <= MAX_BYTES,
  allowed: `a name of 1–${MAX_BYTES} letters, digits and _, not starting with a digit`,
  source: CONTAINER_SOURCE,
});

/** The number of bytes of the names and values of variables. */
export function bytesOfVariables(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables)
    .flat()
    .reduce((sum, part) => sum + byteLength(part), 0);
}

/** A bucket and a key of an archive, or a bucket and a prefix that ends with a slash. */
const KEY_OF_ARTIFACT = /^s3:\/\/([^/]+)\/(.+(?:\.tar\.gz|\/))$/s;

const artifact = rule(text, maxCharacters(1024, CONTAINER_SOURCE), policyText, maxKeyBytes(KEY_OF_ARTIFACT));

/**
 * A version of a model package in SageMaker's Model Registry. The package names its images and artifacts. Synthesis cannot
 * read the package: repeat the images and artifacts here, so that the endpoint's role may read only them.
 */
export const modelPackageSettings = settings({
  /**
   * ARN of the version, in the environment's region:
   * `arn:aws:sagemaker:<region>:<account>:model-package/<group>/<version>`. If the group is in another account, that
   * account must permit this account to use the group.
   */
  arn: text,
  /**
   * Addresses of the package's images in ECR (`InferenceSpecification.Containers[].Image`), 1–15. To list the images:
   * `aws sagemaker describe-model-package --model-package-name <arn>`.
   */
  imageUris: listOf(imageUri),
  /**
   * The package's artifacts (`…ModelDataUrl`, or `…ModelDataSource.S3DataSource.S3Uri`): `s3://bucket/key.tar.gz`, or a
   * prefix with a trailing slash.
   */
  artifacts: listOf(artifact),
  /**
   * Whether the version must be approved.
   * - `required`: Terraform deploys the environment only if the version has the status `Approved`.
   * - `any`: Terraform also deploys a version that is not approved, e.g. for a trial. SageMaker can still refuse the
   *   version.
   *
   * @default "required"
   */
  approval: optional(
    oneOf(["required", "any"], "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html"),
  ),
});

/** A version of a model package in SageMaker's Model Registry. */
export type ModelPackageSettings = z.input<typeof modelPackageSettings>;

/** The source of the model of one container: the image and the artifact, or a model package. */
export const modelSource = settings({
  /**
   * The trained model:
   * - `s3://bucket/key.tar.gz` in the environment's region. A bucket is in one region, so environments in two regions need two
   *   buckets. The key can contain the characters that IAM accepts in
   *   policies (U+0020 to U+00FF), e.g. `models/name=churn/dt=2024-01-01/model.tar.gz`.
   * - `s3://bucket/prefix/`, with a trailing slash: all objects below the prefix, uncompressed, for endpoints on instances.
   *   SageMaker copies the objects to `/opt/ml/model`
   *   (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html). With `multiModel`, the
   *   objects below the prefix are the archives of the models.
   * - A file of the project, e.g. `models/iris.tar.gz`. Terraform uploads the file to a private bucket of the environment,
   *   with the file's SHA-256 in the key. The file must be a gzip-compressed tar archive
   *   (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html).
   *
   * In S3, a new artifact requires a new key or prefix: SageMaker's behavior is undefined if the object of a deployed model
   * changes.
   *
   * @default - none: the image contains or downloads the model (`HF_MODEL_ID` in `containerEnvironment`)
   */
  artifact: optional(artifact),

  /**
   * ARN of the KMS key that encrypts the artifact in S3 (SSE-KMS), not an alias. The endpoint's role may then use the
   * key to decrypt, but only through S3; the key's policy must permit this. Set the key even if it is the bucket's
   * default key. Not for a file of the project: the environment's bucket encrypts such a file.
   *
   * @default - none: the object is encrypted with SSE-S3
   */
  artifactKeyArn: optional(text),

  /**
   * The inference image: by `framework`, by `algorithm`, or by `uri`. Required, unless `modelPackage` or `containers` names
   * the images.
   */
  image: optional(z.union([algorithmImage, ecrImage, frameworkImage])),

  /**
   * A version of a model package in SageMaker's Model Registry, instead of `image` and `artifact`.
   *
   * @default - none
   */
  modelPackage: optional(modelPackageSettings),

  /**
   * Environment variables of the container: at most 100, including the variables of `secrets`. Names consist of letters,
   * digits and `_`, and do not start with a digit. Names and values have at most 1,024 bytes each, and 32 KB in total
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html). Plans and SageMaker's
   * console show the variables: do not write secrets here, see `secrets`. A changed value creates a new model, and updates
   * the endpoint.
   *
   * For a model of the Hugging Face Hub: set `HF_MODEL_ID`, the model's commit in `HF_MODEL_REVISION`, and `HF_TASK` if the
   * image requires the task. `djl-inference` reads `OPTION_REVISION`, and also accepts `OPTION_MODEL_ID`.
   *
   * @default - none
   */
  containerEnvironment: optional(
    rule(
      byName(rule(text, maxBytes(MAX_BYTES, byteLength)), variableName),
      {
        holds: (variables) => Object.keys(variables).length <= MAX_VARIABLES,
        allowed: `at most ${MAX_VARIABLES} variables`,
        source: CONTAINER_SOURCE,
        got: (variables) => Object.keys(variables).length,
      },
      maxBytes(MAX_BYTES_TOGETHER, bytesOfVariables),
    ),
  ),

  /**
   * `unpinned`: accept a model of the Hugging Face Hub without a commit. Each start of a container then downloads the newest
   * version, so that two instances of one endpoint can serve different models.
   *
   * @default - none: a model of the Hub requires its commit in `containerEnvironment`
   */
  hubRevision: optional(oneOf(["unpinned"], "https://huggingface.co/docs/huggingface_hub/guides/download")),

  /**
   * Secrets that the container reads from Secrets Manager with the endpoint's role. The key is the variable that contains
   * the secret's ARN, and the value is the ARN. SageMaker cannot write the value of a secret into a variable of a container
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html). Images of AWS and Hugging Face
   * read no secrets: use this setting with your own image, or with your own code in the artifact (`inference.py` in the folder `code`).
   *
   * @default - none
   *
   * @example { HF_TOKEN_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-token-a1B2c3" }
   */
  secrets: optional(byName(text, variableName)),

  /**
   * ARN of the KMS key that encrypts the secrets, not an alias. The endpoint's role may then use the key to decrypt,
   * but only through Secrets Manager.
   *
   * @default - none: the secrets are encrypted with the AWS managed key `aws/secretsmanager`
   */
  secretsKeyArn: optional(text),
});

/** The source of the model of one container. */
export type ModelSourceSettings = z.input<typeof modelSource>;

/** The inference image of a new endpoint. */
export type ModelImageSettings = NonNullable<ModelSourceSettings["image"]>;

/** The names of the settings in {@link modelSource}. Each container of `containers` can have these settings. */
export const SOURCE_FIELDS = [
  "artifact",
  "artifactKeyArn",
  "image",
  "modelPackage",
  "containerEnvironment",
  "hubRevision",
  "secrets",
  "secretsKeyArn",
] as const satisfies readonly (keyof ModelSourceSettings)[];
