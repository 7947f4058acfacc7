import type * as z from "zod";
import { oneOf, optional, settings, textLike, textOf } from "../setting";

/** The list of the images of SageMaker's frameworks, with their repositories and tags. */
export const IMAGES_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html";
/** The list of the images of the deep-learning frameworks, with their tags. */
export const DEEP_LEARNING_IMAGES_SOURCE =
  "https://github.com/aws/deep-learning-containers/blob/master/available_images.md";

/** Every value of {@link Framework}. */
export const FRAMEWORKS = ["huggingface", "pytorch", "sklearn", "tensorflow", "xgboost"] as const;

/** A framework for which SageMaker has inference images. */
export type Framework = (typeof FRAMEWORKS)[number];

/** The processor that an image requires. */
export type Accelerator = "cpu" | "gpu";

/**
 * An inference image of SageMaker for a framework. The settings determine the repository and the tag. Terraform reads the
 * image's account in each region.
 *
 * @example
 * { framework: "sklearn", version: "1.2-1" }
 * { framework: "huggingface", version: "4.49.0", pytorch: "2.6.0", python: "py312", os: "ubuntu22.04" }
 * { framework: "pytorch", version: "2.6.0", python: "py312", os: "ubuntu22.04", accelerator: "gpu", cuda: "cu124" }
 */
export const frameworkImage = settings({
  /** The framework: `huggingface`, `pytorch`, `sklearn`, `tensorflow` or `xgboost`. */
  framework: oneOf(FRAMEWORKS, IMAGES_SOURCE),
  /**
   * Version of the framework, e.g. `2.6.0`. For `huggingface`, the version of Transformers. For `sklearn` and `xgboost`,
   * the version in the image's tag, e.g. `1.2-1`.
   */
  version: textLike(
    /^\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?:-\d{1,3})?$/,
    "a version such as 2.6.0, or 1.2-1 for sklearn and xgboost",
    IMAGES_SOURCE,
  ),
  /**
   * Version of PyTorch in an image of `huggingface`, e.g. `2.6.0`. Required for `huggingface`, and refused for other
   * frameworks.
   */
  pytorch: optional(
    textLike(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, "a version such as 2.6.0", DEEP_LEARNING_IMAGES_SOURCE),
  ),
  /** Python version of a deep-learning image, e.g. `py312`. Required for `huggingface`, `pytorch` and `tensorflow`. */
  python: optional(textLike(/^py3\d{1,2}$/, "a Python version such as py312", DEEP_LEARNING_IMAGES_SOURCE)),
  /**
   * Operating system of a deep-learning image, e.g. `ubuntu20.04`.
   *
   * @default "ubuntu22.04"
   */
  os: optional(
    textLike(/^ubuntu\d\d\.04$/, "an operating system such as ubuntu22.04", DEEP_LEARNING_IMAGES_SOURCE),
  ),
  /**
   * The processor of a deep-learning image: `cpu`, or `gpu` for instances with GPUs. `gpu` requires `cuda`. An
   * instance with GPUs requires `gpu`, unless the model has several containers.
   *
   * @default "cpu"
   */
  accelerator: optional(textOf<Accelerator>()),
  /** CUDA version of an image for GPUs, e.g. `cu124`. */
  cuda: optional(textLike(/^cu\d{2,3}$/, "a CUDA version such as cu124", DEEP_LEARNING_IMAGES_SOURCE)),
});

/** An inference image of SageMaker for a framework. */
export type FrameworkImageSettings = z.input<typeof frameworkImage>;

/** The repository of each framework, as `aws_sagemaker_prebuilt_ecr_image` names the repositories. */
const REPOSITORIES: Readonly<Record<Framework, string>> = {
  huggingface: "huggingface-pytorch-inference",
  pytorch: "pytorch-inference",
  sklearn: "sagemaker-scikit-learn",
  tensorflow: "tensorflow-inference",
  xgboost: "sagemaker-xgboost",
};

/** The repository of a framework's images. */
export function repositoryOf({ framework }: FrameworkImageSettings): string {
  return REPOSITORIES[framework];
}

/**
 * The tag of a framework's image, in the format of AWS:
 * - `huggingface`: `2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04`
 * - `pytorch` and `tensorflow`: `2.6.0-cpu-py312-ubuntu22.04-sagemaker`
 * - `sklearn`: `1.2-1-cpu-py3`
 * - `xgboost`: `1.7-1`
 *
 * For GPUs, the CUDA version follows the Python version: `2.6.0-gpu-py312-cu124-ubuntu22.04-sagemaker`.
 */
export function tagOf(image: FrameworkImageSettings): string {
  const { framework, version, pytorch, python, os = "ubuntu22.04", accelerator = "cpu", cuda } = image;
  const platform = [accelerator, python, cuda, os];
  switch (framework) {
    case "sklearn":
      return `${version}-cpu-py3`;
    case "xgboost":
      return version;
    case "huggingface":
      return joined([pytorch, `transformers${version}`, ...platform]);
    default:
      return joined([version, ...platform, "sagemaker"]);
  }
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("-");
}
