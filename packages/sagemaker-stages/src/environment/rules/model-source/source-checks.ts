import type { ContainerSource } from "../../model-source";
import type { Report } from "../../report";
import { CONTAINER_SOURCE } from "../../settings/model-source";
import { checkKey } from "../kms-key-checks";
import { checkArtifact } from "./artifact-checks";
import type { ContainerPlace } from "./container-place";
import { checkHubModel } from "./hub-checks";
import { checkImage } from "./image-checks";
import { checkModelPackage } from "./package-checks";
import { checkSecrets, checkVariables } from "./secret-checks";

/** Rules of where the model of one container comes from. @param report - above the container's settings */
export function checkSource(source: ContainerSource, place: ContainerPlace, report: Report): void {
  const { artifactKeyArn, image, modelPackage } = source;
  if (modelPackage === undefined) {
    report.require(
      image !== undefined,
      "image",
      image,
      "the image of a new endpoint, modelPackage, or existingEndpoint instead",
      "an endpoint is there, or is made",
    );
    checkArtifact(source, place, report);
  } else {
    report.requireApart(
      source,
      "modelPackage",
      ["artifact", "image"],
      `a package names its images and artifacts: ${CONTAINER_SOURCE}`,
    );
    checkModelPackage(modelPackage, place, report.in("modelPackage"));
  }
  checkKey(artifactKeyArn, "artifactKeyArn", place.region, report);
  if (image !== undefined) checkImage(image, place, report.in("image"));
  checkVariables(source, report);
  checkHubModel(source, place, report);
  checkSecrets(source, place, report);
}
