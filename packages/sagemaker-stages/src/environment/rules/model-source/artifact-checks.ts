import { existsSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../../../lib/app-folder";
import { describeWrongArtifact } from "../../artifact-file";
import { type FaultCollector, raw } from "../../fault-collector";
import { type ContainerSource, isPrefix } from "../../model-source";
import { isProjectFile } from "../../paths";
import { CONTAINER_SOURCE } from "../../settings/model-source/model-source";
import { isInBucket } from "../../settings/model-source/s3-location";
import type { ContainerContext } from "./container-context";
import { isBuiltIn, repositoryIn, servesWithoutArtifact } from "./image-checks";

/**
 * A bucket and a key. The key becomes a part of a policy's resource, and can contain every character of `policy-text.ts`:
 * characters that IAM or Terraform interprets are escaped (`aws/wildcards.ts`, `constructs/terraform/terraform-json.ts`).
 */
const ARTIFACT = /^s3:\/\/([^/]+)\/(.+(?:\.tar\.gz|\/))$/s;

/** Whether an artifact is an archive or a prefix in S3. */
export function isArtifactInS3(artifact: string): boolean {
  return isInBucket(artifact, ARTIFACT);
}

/** Checks the artifact of a container with an image. @param collector - collects the faults of the settings of the container */
export function checkArtifact(
  source: ContainerSource,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  const { artifact } = source;
  if (artifact === undefined) {
    checkNoArtifact(source, collector);
    return;
  }
  checkLocation(artifact, source, collector);
  if (isPrefix(artifact)) checkPrefix(artifact, source, context, collector);
}

function checkNoArtifact({ image, artifactKeyArn }: ContainerSource, collector: FaultCollector): void {
  const repository = repositoryIn(image);
  collector.require(
    repository === undefined || servesWithoutArtifact(repository),
    "artifact",
    raw(`no artifact for the image ${repository}`),
    "an artifact, or an image that contains or downloads its model",
    `the image contains no model: ${CONTAINER_SOURCE}`,
  );
  collector.require(
    artifactKeyArn === undefined,
    "artifactKeyArn",
    raw("artifactKeyArn without artifact"),
    "no key, or an artifact in S3",
    "the key decrypts the artifact",
  );
}

function checkLocation(
  artifact: string,
  { artifactKeyArn }: ContainerSource,
  collector: FaultCollector,
): void {
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  collector.require(
    isFile || isArtifactInS3(artifact),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, s3://<bucket>/<prefix>/, or a file of the project such as models/<name>.tar.gz",
    CONTAINER_SOURCE,
  );
  if (isFile) checkArtifactFile(artifact, collector);
  collector.require(
    !isFile || artifactKeyArn === undefined,
    "artifactKeyArn",
    raw(`artifactKeyArn together with the file ${artifact} as artifact`),
    "no key, or an artifact in S3",
    "the environment's bucket encrypts a file of the project",
  );
}

function checkPrefix(
  artifact: string,
  { image, multiModel }: ContainerSource,
  { isServerless }: ContainerContext,
  collector: FaultCollector,
): void {
  // The archives of the models are below the prefix of a multi-model endpoint.
  if (multiModel === true) return;
  collector.require(
    !isServerless,
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, or instances instead of serverless",
    `a serverless endpoint supports no uncompressed artifact (ModelDataSource): ${CONTAINER_SOURCE}`,
  );
  const repository = repositoryIn(image);
  collector.require(
    repository === undefined || !isBuiltIn(repository),
    "artifact",
    artifact,
    `s3://<bucket>/<key>.tar.gz for the built-in algorithm ${repository}`,
    `a built-in algorithm needs an archive in ModelDataUrl: ${CONTAINER_SOURCE}`,
  );
}

function checkArtifactFile(artifact: string, collector: FaultCollector): void {
  const file = join(appFolder(), artifact);
  if (!existsSync(file)) {
    collector.require(
      false,
      "artifact",
      artifact,
      "an existing file of the app, or s3://<bucket>/<key>.tar.gz",
      "the path begins at the app's folder, and Terraform uploads the file",
    );
    return;
  }
  const wrong = describeWrongArtifact(file);
  collector.require(
    wrong === undefined,
    "artifact",
    raw(`${artifact}, which is ${wrong}`),
    "a gzip-compressed tar archive, as made by: tar -czf model.tar.gz -C <folder of the model> .",
    CONTAINER_SOURCE,
  );
}
