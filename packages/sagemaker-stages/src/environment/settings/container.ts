import * as z from "zod";
import { inWords } from "../report";
import { deploymentSettings } from "./deployment";
import { byteLength, maxKeyBytes, policyText } from "./s3-place";
import { byName, maxCharacters, optional, type Rule, rule, settings, text, textLike } from "./setting";

const CONTAINER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";

const MAX_VARIABLES = 100;
const MAX_BYTES = 1024;
const MAX_BYTES_TOGETHER = 32 * 1024;

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

/** An image in a private ECR repository, of this account or of another account that lets this account pull. */
const ecrImage = settings({
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `…@sha256:<digest>`. */
  uri: rule(text, maxCharacters(255, CONTAINER_SOURCE)),
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

/** Settings of the model of a new endpoint, on every kind of compute. */
export const containerSettings = settings({
  /**
   * The trained model: `s3://bucket/key.tar.gz` in the environment's region, or a file of the project such as
   * `models/iris.tar.gz`. A file is uploaded to a private bucket of the environment, under a key made of its SHA-256. A
   * file must be a gzip-compressed tar archive
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html).
   * In S3 a new artifact needs a new key: SageMaker's behaviour is undefined when the object behind a deployed model
   * changes. The key may have every character from U+0020 to U+00FF, e.g.
   * `models/name=churn/dt=2024-01-01/model.tar.gz`; IAM takes no others in policies.
   */
  artifact: rule(
    text,
    maxCharacters(1024, CONTAINER_SOURCE),
    policyText,
    maxKeyBytes(/^s3:\/\/([^/]+)\/(.+\.tar\.gz)$/s),
  ),

  /**
   * ARN of the KMS key that encrypts the artifact in S3 (SSE-KMS), not an alias. The endpoint's role may then decrypt
   * with the key through S3 only; the key's own policy must allow it. Name the key also where it is the bucket's
   * default. Not for a file of the project, which the environment's bucket encrypts.
   *
   * @default - none: S3 itself encrypts the object
   */
  artifactKeyArn: optional(text),

  /** The inference image. */
  image: z.union([algorithmImage, ecrImage]),

  /**
   * Environment variables of the container, at most 100; names of letters, digits and `_` that do not start with a
   * digit; names and values of at most 1,024 bytes each and 32 KB together
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html). Plans and SageMaker's
   * console show the variables: no secrets. Another value is another model, which rolls out.
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
      maxBytes(MAX_BYTES_TOGETHER, (variables) =>
        Object.entries(variables)
          .flat()
          .reduce((sum, part) => sum + byteLength(part), 0),
      ),
    ),
  ),

  /**
   * How an update takes over, and when SageMaker rolls it back. Not for `ml.inf1` instances, for which AWS ignores it
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
   *
   * @default - SageMaker's: blue/green, all traffic at once, rolled back where the new model does not start
   */
  deployment: optional(deploymentSettings),
});

/** The inference image of a new endpoint. */
export type ModelImageSettings = z.input<typeof containerSettings>["image"];
