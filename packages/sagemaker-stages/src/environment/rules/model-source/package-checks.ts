import { regionalArnPrefix } from "../../../aws/arn";
import { isPrefix } from "../../model-source";
import { inWords, type Report } from "../../report";
import { CONTAINER_SOURCE, type ModelPackageSettings } from "../../settings/model-source";
import { EXCLUSIONS_SOURCE } from "../../settings/serverless";
import { isArtifactInS3 } from "./artifact-checks";
import type { ContainerPlace } from "./container-place";
import { checkImageUri } from "./image-checks";

const REGISTRY_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-models.html";
/** What stands behind the region: a version of a group, of at most 9 digits (CONTAINER_SOURCE, `ModelPackageName`). */
const VERSION = /^\d{12}:model-package\/[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}\/[1-9]\d{0,8}$/;
const MAX_IMAGES = 15;

/** Rules of a version in the Model Registry. @param report - below `modelPackage` */
export function checkModelPackage(
  { arn, imageUris, artifacts }: ModelPackageSettings,
  { region, isServerless }: ContainerPlace,
  report: Report,
): void {
  const prefix = regionalArnPrefix("sagemaker", region);
  report.require(
    arn.startsWith(prefix) && VERSION.test(arn.slice(prefix.length)),
    "arn",
    arn,
    `${prefix}<account>:model-package/<group>/<version>`,
    `a version of the Model Registry in the environment's region: ${REGISTRY_SOURCE}; packages of AWS Marketplace have no version, and serverless endpoints refuse them: ${EXCLUSIONS_SOURCE}`,
  );
  report.require(
    imageUris.length >= 1 && imageUris.length <= MAX_IMAGES,
    "imageUris",
    inWords(`${imageUris.length} images`),
    `1–${MAX_IMAGES} images, those of the package`,
    "the endpoint's role may pull the images that stand here and no others",
  );
  for (const uri of imageUris) checkImageUri(uri, "imageUris", region, report);
  for (const artifact of artifacts) {
    report.require(
      isArtifactInS3(artifact),
      "artifacts",
      artifact,
      "s3://<bucket>/<key>.tar.gz or s3://<bucket>/<prefix>/",
      CONTAINER_SOURCE,
    );
    report.require(
      !isServerless || !isPrefix(artifact),
      "artifacts",
      artifact,
      "s3://<bucket>/<key>.tar.gz beside serverless, or instances",
      `SageMaker takes no uncompressed artifact (ModelDataSource) for a serverless endpoint: ${CONTAINER_SOURCE}`,
    );
  }
  report.require(
    !isServerless || imageUris.length <= 1,
    "imageUris",
    inWords(`${imageUris.length} images beside serverless`),
    "one image beside serverless, or instances",
    `SageMaker takes no inference pipeline for a serverless endpoint: ${EXCLUSIONS_SOURCE}`,
  );
}
