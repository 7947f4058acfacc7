import type { FaultCollector } from "../../fault-collector";
import type { ContainerSource } from "../../model-source";
import { CONTAINER_SOURCE } from "../../settings/model-source/model-source";
import { checkKey } from "../kms-key-checks";
import { checkArtifact } from "./artifact-checks";
import type { ContainerContext } from "./container-context";
import { checkHubModel } from "./hub-checks";
import { checkImage, repositoryIn } from "./image-checks";
import { checkModelPackage } from "./package-checks";
import { checkScript } from "./script-checks";
import { checkSecrets, checkVariables } from "./secret-checks";

/** Checks the source of the model of one container. @param collector - collects the faults of the settings of the container */
export function checkSource(
  source: ContainerSource,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  const { artifactKeyArn, image, modelPackage } = source;
  if (modelPackage === undefined) {
    collector.require(
      image !== undefined,
      "image",
      image,
      "the image of a new endpoint, modelPackage, or existingEndpoint",
      "a new endpoint needs an image",
    );
    checkArtifact(source, context, collector);
  } else {
    collector.requireExclusive(
      source,
      "modelPackage",
      ["artifact", "image"],
      `a package names its images and artifacts: ${CONTAINER_SOURCE}`,
    );
    checkModelPackage(modelPackage, context, collector.in("modelPackage"));
  }
  checkKey(artifactKeyArn, "artifactKeyArn", context.region, collector);
  if (image !== undefined) checkImage(image, context, collector.in("image"));
  checkVariables(source, collector);
  checkHubModel(source, context, collector);
  checkScript(source, repositoryIn(image), context, collector);
  checkSecrets(source, context, collector);
}
