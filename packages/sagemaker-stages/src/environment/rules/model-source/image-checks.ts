import { domainOf } from "../../../aws/partition";
import { type FaultCollector, raw } from "../../fault-collector";
import { imageAddress } from "../../model-source";
import { REGION } from "../../patterns";
import { keepsRules } from "../../settings/check-rules";
import { EXCLUSIONS_SOURCE } from "../../settings/endpoint/serverless";
import {
  type Accelerator,
  DEEP_LEARNING_IMAGES_SOURCE,
  FRAMEWORKS,
  type FrameworkImageSettings,
  frameworkImage,
  IMAGES_SOURCE,
} from "../../settings/model-source/framework-image";
import { CONTAINER_SOURCE, type ModelImageSettings } from "../../settings/model-source/model-source";
import { propertiesOf } from "../../settings/setting";
import type { ContainerContext } from "./container-context";

const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const INSTANCES_SOURCE = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html";
/** Families with GPUs: p and g of every generation (INSTANCES_SOURCE). */
const WITH_GPU = /^ml\.(?:p|gr?)\d/;
/** The tag of an image for GPUs (DEEP_LEARNING_IMAGES_SOURCE). */
const GPU_TAG = /(?:^|-)gpu(?:-|$)/;
/** The tag of an image for CPUs, and the repository of such images, e.g. `tei-cpu` (DEEP_LEARNING_IMAGES_SOURCE). */
const CPU_TAG = /(?:^|-)cpu(?:-|$)/;
const CPU_REPOSITORY = /-cpu$/;

/** Images of SageMaker that can serve without an artifact, because they can download their model. */
const WITHOUT_ARTIFACT = /^(?:huggingface-.*|tei(?:-cpu)?|djl-inference|sagemaker-tritonserver)$/;
/** Built-in algorithms (https://docs.aws.amazon.com/sagemaker/latest/dg/common-info-all-im-models.html). */
const BUILT_IN = new Set([
  "blazingtext",
  "factorization-machines",
  "forecasting-deepar",
  "image-classification",
  "ipinsights",
  "kmeans",
  "knn",
  "lda",
  "linear-learner",
  "ntm",
  "object-detection",
  "object2vec",
  "pca",
  "randomcutforest",
  "sagemaker-xgboost",
  "semantic-segmentation",
  "seq2seq",
]);

/** The regions for which Terraform's AWS provider contains the accounts of the frameworks' images. */
export const IMAGE_REGIONS: readonly string[] = [
  "af-south-1",
  "ap-east-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-south-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ca-central-1",
  "ca-west-1",
  "cn-north-1",
  "cn-northwest-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-gov-east-1",
  "us-gov-west-1",
  "us-west-1",
  "us-west-2",
];

/** The repository of an image of SageMaker; `undefined` for an image by address, and for no image. */
export function repositoryIn(image: ModelImageSettings | undefined): string | undefined {
  const address = image && imageAddress(image);
  return address !== undefined && "repository" in address ? address.repository : undefined;
}

/** Whether an image of a repository can serve without an artifact. */
export function servesWithoutArtifact(repository: string): boolean {
  return WITHOUT_ARTIFACT.test(repository);
}

/** Whether a repository contains a built-in algorithm of SageMaker. */
export function isBuiltIn(repository: string): boolean {
  return BUILT_IN.has(repository);
}

/** Checks the image of a container. @param collector - collects the faults of `image` */
export function checkImage(
  image: ModelImageSettings,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  if ("uri" in image) {
    checkImageUri(image.uri, "uri", context.region, collector);
    return;
  }
  if ("framework" in image) {
    checkFramework(image, collector);
    collector.require(
      // A text that is no region is a fault of the setting region.
      IMAGE_REGIONS.includes(context.region) || !REGION.test(context.region),
      "framework",
      raw(`${image.framework} in the region ${context.region}`),
      `uri, the image's address, or one of the regions ${IMAGE_REGIONS.join(", ")}`,
      "Terraform's AWS provider contains the accounts of the images only for these regions: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
    );
    checkAccelerator(image.accelerator ?? "cpu", "accelerator", context, collector);
    if (!isLibraryFramework(image.framework) && image.accelerator !== "gpu") {
      checkUnusedGpu("accelerator", 'accelerator: "gpu" with cuda, e.g. cu124', context, collector);
    }
    return;
  }
  checkAccelerator(GPU_TAG.test(image.tag) ? "gpu" : "cpu", "tag", context, collector);
  if (CPU_REPOSITORY.test(image.algorithm)) {
    const repository = image.algorithm.replace(CPU_REPOSITORY, "");
    checkUnusedGpu("algorithm", `the repository ${repository} for GPUs`, context, collector);
  } else if (CPU_TAG.test(image.tag)) {
    checkUnusedGpu("tag", "the tag of an image for GPUs", context, collector);
  }
}

/** Checks the address of an image in ECR. */
export function checkImageUri(uri: string, field: string, region: string, collector: FaultCollector): void {
  const [, imageRegion, domain] = ECR_IMAGE.exec(uri) ?? [];
  collector.require(
    imageRegion === region && domain === domainOf(region),
    field,
    uri,
    `<account>.dkr.ecr.${region}.${domainOf(region)}/<repository>:<tag> or …@sha256:<digest>`,
    CONTAINER_SOURCE,
  );
}

function checkAccelerator(
  accelerator: Accelerator,
  field: string,
  { isServerless, instanceType }: ContainerContext,
  collector: FaultCollector,
): void {
  if (accelerator !== "gpu") return;
  collector.require(
    !isServerless,
    field,
    raw("an image for GPUs together with serverless"),
    "an image for CPUs, or instances with GPUs",
    `serverless endpoints have no GPU: ${EXCLUSIONS_SOURCE}`,
  );
  collector.require(
    instanceType === undefined || WITH_GPU.test(instanceType),
    field,
    raw(`an image for GPUs together with instances.instanceType ${instanceType}`),
    "an image for CPUs, or an instance type with GPUs such as ml.g5.xlarge",
    `the instance has no GPU: ${INSTANCES_SOURCE}`,
  );
}

/**
 * Refuses an image for CPUs on an instance with GPUs: the endpoint would start and answer, but the model would run on the CPU of an
 * expensive instance. In a series of containers, only one container needs the GPU. A multi-model endpoint has its own rule, which
 * refuses the frameworks' images on GPUs.
 *
 * @param allowed - the image for GPUs
 */
function checkUnusedGpu(
  field: string,
  allowed: string,
  { instanceType, isSeries, isMultiModel }: ContainerContext,
  collector: FaultCollector,
): void {
  collector.require(
    instanceType === undefined || isSeries || isMultiModel || !WITH_GPU.test(instanceType),
    field,
    raw(`an image for CPUs together with instances.instanceType ${instanceType}`),
    `${allowed}, or an instance type without GPUs such as ml.m5.xlarge`,
    `the image has no CUDA, so that the model cannot use the GPU: ${DEEP_LEARNING_IMAGES_SOURCE}`,
  );
}

/** The settings that only images of deep-learning frameworks have. */
const DEEP_LEARNING_FIELDS = ["python", "os", "accelerator", "cuda"] as const;

/** Whether a framework is a library with images of SageMaker, which have no variants for GPUs. */
function isLibraryFramework(framework: string): boolean {
  return framework === "sklearn" || framework === "xgboost";
}

function checkFramework(image: FrameworkImageSettings, collector: FaultCollector): void {
  const { framework, version, accelerator, cuda } = image;
  if (!FRAMEWORKS.includes(framework)) return;
  const isLibrary = isLibraryFramework(framework);
  const source = isLibrary ? IMAGES_SOURCE : DEEP_LEARNING_IMAGES_SOURCE;
  collector.require(
    version.includes("-") === isLibrary || !keepsRules(propertiesOf(frameworkImage).version, version),
    "version",
    version,
    isLibrary ? `a version of ${framework} such as 1.2-1` : `a version of ${framework} such as 2.6.0`,
    source,
  );
  const refused = isLibrary ? DEEP_LEARNING_FIELDS : [];
  collector.require(
    isLibrary || image.python !== undefined,
    "python",
    undefined,
    "the Python version in the image's tag, e.g. py312",
    source,
  );
  for (const field of refused) {
    const why = `tags of ${framework} have no such part: ${source}`;
    collector.require(image[field] === undefined, field, image[field], `no ${field}`, why);
  }
  const hasPytorch = framework === "huggingface";
  collector.require(
    hasPytorch === (image.pytorch !== undefined),
    "pytorch",
    image.pytorch,
    hasPytorch ? "the version of PyTorch in the image" : "no pytorch, which only images of huggingface have",
    source,
  );
  if (isLibrary) return;
  collector.require(
    accelerator === undefined || ["cpu", "gpu"].includes(accelerator),
    "accelerator",
    accelerator,
    "cpu, gpu",
    source,
  );
  collector.require(
    (accelerator === "gpu") === (cuda !== undefined),
    "cuda",
    cuda,
    accelerator === "gpu" ? "the CUDA version of the image's tag, e.g. cu124" : "no cuda, or accelerator gpu",
    source,
  );
}
