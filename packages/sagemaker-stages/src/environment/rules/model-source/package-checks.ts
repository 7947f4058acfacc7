import { regionalArnPrefix } from "../../../aws/arn";
import { type FaultCollector, raw } from "../../fault-collector";
import { isPrefix } from "../../model-source";
import { EXCLUSIONS_SOURCE } from "../../settings/endpoint/serverless";
import { CONTAINER_SOURCE, type ModelPackageSettings } from "../../settings/model-source/model-source";
import { isArtifactInS3 } from "./artifact-checks";
import type { ContainerContext } from "./container-context";
import { checkImageUri } from "./image-checks";

const REGISTRY_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-models.html";
/** The part of the ARN after the region: a version of a group, of at most 9 digits (CONTAINER_SOURCE, `ModelPackageName`). */
const VERSION = /^\d{12}:model-package\/[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}\/[1-9]\d{0,8}$/;
const MAX_IMAGES = 15;

/** Checks a version of the Model Registry. @param collector - collects the faults of `modelPackage` */
export function checkModelPackage(
  { arn, imageUris, artifacts }: ModelPackageSettings,
  { region, isServerless }: ContainerContext,
  collector: FaultCollector,
): void {
  const prefix = regionalArnPrefix("sagemaker", region);
  collector.require(
    arn.startsWith(prefix) && VERSION.test(arn.slice(prefix.length)),
    "arn",
    arn,
    `${prefix}<account>:model-package/<group>/<version>`,
    `the ARN of a versioned model package in the environment's region: ${REGISTRY_SOURCE}; packages of AWS Marketplace are not versioned, and serverless endpoints refuse these packages: ${EXCLUSIONS_SOURCE}`,
  );
  collector.require(
    imageUris.length >= 1 && imageUris.length <= MAX_IMAGES,
    "imageUris",
    raw(`${imageUris.length} images`),
    `1–${MAX_IMAGES} images, as the package lists them`,
    "the endpoint's role may pull only the listed images",
  );
  for (const uri of imageUris) checkImageUri(uri, "imageUris", region, collector);
  for (const artifact of artifacts) {
    collector.require(
      isArtifactInS3(artifact),
      "artifacts",
      artifact,
      "s3://<bucket>/<key>.tar.gz or s3://<bucket>/<prefix>/",
      CONTAINER_SOURCE,
    );
    collector.require(
      !isServerless || !isPrefix(artifact),
      "artifacts",
      artifact,
      "s3://<bucket>/<key>.tar.gz, or instances instead of serverless",
      `a serverless endpoint supports no uncompressed artifact (ModelDataSource): ${CONTAINER_SOURCE}`,
    );
  }
  collector.require(
    !isServerless || imageUris.length <= 1,
    "imageUris",
    raw(`${imageUris.length} images together with serverless`),
    "one image, or instances instead of serverless",
    `a serverless endpoint supports no inference pipeline: ${EXCLUSIONS_SOURCE}`,
  );
}
