import * as z from "zod";
import { inWords } from "../report";
import { frameworkImage } from "./framework-image";
import { byteLength, maxKeyBytes, policyText } from "./s3-place";
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
} from "./setting";

/** Where limits of a container come from. */
export const CONTAINER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";

/** Variables of one container (CONTAINER_SOURCE). */
export const MAX_VARIABLES = 100;
const MAX_BYTES = 1024;
/** Names and values of the variables of all containers of a model (CONTAINER_SOURCE). */
export const MAX_BYTES_TOGETHER = 32 * 1024;

/** An image of SageMaker's own algorithms and frameworks. Terraform reads the image's account in each region. */
const algorithmImage = settings({
  /**
   * Repository name, e.g. `linear-learner`, `sagemaker-xgboost`, `blazingtext`
   * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image).
   */
  algorithm: textLike(
    /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/,
    "a repository such as linear-learner or sagemaker-xgboost",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
  ),
  /** Image tag, e.g. `1`, or `1.7-1` for XGBoost. */
  tag: textLike(
    /^[\w][\w.-]{0,127}$/,
    "an image tag such as 1 or 1.7-1",
    "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html",
  ),
});

const imageUri = rule(text, maxCharacters(255, CONTAINER_SOURCE));

/** An image in a private ECR repository, of this account or of another account that lets this account pull. */
const ecrImage = settings({
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `…@sha256:<digest>`. */
  uri: imageUri,
});

/** Messages show the length of a variable instead of its value, which may be a secret. */
function maxBytes<Value>(max: number, bytesOf: (value: Value) => number): Rule<Value> {
  return {
    holds: (value) => bytesOf(value) <= max,
    allowed: `at most ${max} bytes`,
    source: `names and values have at most ${MAX_BYTES} bytes each, and ${MAX_BYTES_TOGETHER} together: ${CONTAINER_SOURCE}`,
    got: (value) => inWords(`${bytesOf(value)} bytes`),
  };
}

const variableName = rule(text, {
  holds: (name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && name.length <= MAX_BYTES,
  allowed: `a name of 1–${MAX_BYTES} letters, digits and _, not starting with a digit`,
  source: CONTAINER_SOURCE,
});

/** Names and values of variables, in bytes. */
export function bytesOfVariables(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables)
    .flat()
    .reduce((sum, part) => sum + byteLength(part), 0);
}

/** A bucket and a key of an archive, or a bucket and a prefix that ends with a slash. */
const KEY_OF_ARTIFACT = /^s3:\/\/([^/]+)\/(.+(?:\.tar\.gz|\/))$/s;

const artifact = rule(text, maxCharacters(1024, CONTAINER_SOURCE), policyText, maxKeyBytes(KEY_OF_ARTIFACT));

/**
 * A version in SageMaker's Model Registry. The package names its images and its artifacts, which synthesis cannot read:
 * they stand here too, so that the endpoint's role may read these and no others.
 */
export const modelPackageSettings = settings({
  /**
   * ARN of the version, in the environment's region:
   * `arn:aws:sagemaker:<region>:<account>:model-package/<group>/<version>`. The group may belong to another account, which
   * must allow this account to use it.
   */
  arn: text,
  /**
   * The images of the package (`InferenceSpecification.Containers[].Image`), 1–15, by their addresses in ECR:
   * `aws sagemaker describe-model-package --model-package-name <arn>` shows them.
   */
  imageUris: listOf(imageUri),
  /**
   * The artifacts of the package (`…ModelDataUrl`, or `…ModelDataSource.S3DataSource.S3Uri`): `s3://bucket/key.tar.gz`,
   * or a prefix that ends with a slash.
   */
  artifacts: listOf(artifact),
  /**
   * - `required`: the environment is deployed only while the version has the status `Approved`.
   * - `any`: this environment also deploys a version that nobody has approved, e.g. for a trial. SageMaker may still
   *   refuse the version.
   *
   * @default "required"
   */
  approval: optional(
    oneOf(["required", "any"], "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html"),
  ),
});

/** A version in SageMaker's Model Registry. */
export type ModelPackageSettings = z.input<typeof modelPackageSettings>;

/** Where the model of one container comes from, as the properties of a group of settings. */
export const modelSource = settings({
  /**
   * The trained model:
   * - `s3://bucket/key.tar.gz` in the environment's region. The key may have every character from U+0020 to U+00FF, e.g.
   *   `models/name=churn/dt=2024-01-01/model.tar.gz`; IAM takes no others in policies.
   * - `s3://bucket/prefix/`, with a slash at its end: all objects below the prefix, not compressed, for endpoints on
   *   instances. SageMaker places them in `/opt/ml/model`
   *   (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html).
   * - a file of the project such as `models/iris.tar.gz`. A file is uploaded to a private bucket of the environment,
   *   under a key made of its SHA-256. A file must be a gzip-compressed tar archive
   *   (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html).
   *
   * In S3 a new artifact needs a new key or prefix: SageMaker's behaviour is undefined when the object behind a deployed
   * model changes.
   *
   * @default - none: the image contains the model, or downloads it (`HF_MODEL_ID` in `containerEnvironment`)
   */
  artifact: optional(artifact),

  /**
   * ARN of the KMS key that encrypts the artifact in S3 (SSE-KMS), not an alias. The endpoint's role may then decrypt
   * with the key through S3 only; the key's own policy must allow it. Name the key also where it is the bucket's
   * default. Not for a file of the project, which the environment's bucket encrypts.
   *
   * @default - none: S3 itself encrypts the object
   */
  artifactKeyArn: optional(text),

  /** The inference image. Required, unless `modelPackage` or `containers` names the images. */
  image: optional(z.union([algorithmImage, ecrImage, frameworkImage])),

  /**
   * A version in SageMaker's Model Registry, in place of `image` and `artifact`.
   *
   * @default - none
   */
  modelPackage: optional(modelPackageSettings),

  /**
   * Environment variables of the container, at most 100 with those of `secrets`; names of letters, digits and `_` that do
   * not start with a digit; names and values of at most 1,024 bytes each and 32 KB together
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html). Plans and SageMaker's
   * console show the variables: no secrets, see `secrets`. Another value is another model, which rolls out.
   *
   * A model of the Hugging Face Hub: `HF_MODEL_ID`, the model's commit in `HF_MODEL_REVISION` (`OPTION_REVISION` for
   * `djl-inference`, which takes `OPTION_MODEL_ID` too), and `HF_TASK` where the image needs it.
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
   * `unpinned`: accept a model of the Hub without a commit. Each start of a container then downloads what the Hub has at
   * that time, so that two instances of one endpoint can serve different models.
   *
   * @default - a model of the Hub needs the commit in `containerEnvironment`
   */
  hubRevision: optional(oneOf(["unpinned"], "https://huggingface.co/docs/huggingface_hub/guides/download")),

  /**
   * Secrets that the container reads itself from Secrets Manager, with the endpoint's role: the ARN of each secret, by the
   * variable in which the container finds the ARN. SageMaker has no way to write a secret's value into a variable of a
   * container (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html), and images of
   * AWS and Hugging Face read no secret: this is for own images, or own code in the artifact
   * (`code/inference.py`).
   *
   * @default - none
   *
   * @example { HF_TOKEN_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-token-a1B2c3" }
   */
  secrets: optional(byName(text, variableName)),

  /**
   * ARN of the KMS key that encrypts the secrets, not an alias. The endpoint's role may then decrypt with the key through
   * Secrets Manager only.
   *
   * @default - none: Secrets Manager's own key `aws/secretsmanager`
   */
  secretsKeyArn: optional(text),
});

/** Where the model of one container comes from. */
export type ModelSourceSettings = z.input<typeof modelSource>;

/** The inference image of a new endpoint. */
export type ModelImageSettings = NonNullable<ModelSourceSettings["image"]>;

/** The properties of {@link modelSource} that say where a model comes from: `containers` has them for each container. */
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
