import { existsSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../../../lib/app-folder";
import { describeWrongArtifact } from "../../artifact-file";
import { type ContainerSource, isPrefix } from "../../model-source";
import { isProjectFile } from "../../paths";
import { inWords, type Report } from "../../report";
import { CONTAINER_SOURCE } from "../../settings/model-source";
import { isInBucket } from "../../settings/s3-place";
import type { ContainerPlace } from "./container-place";
import { isBuiltIn, repositoryIn, servesWithoutArtifact } from "./image-checks";

/**
 * A bucket and a key. The key becomes the resource of a policy, which holds every character of `policy-text.ts`:
 * characters that IAM or Terraform interprets are escaped (`aws/wildcards.ts`, `constructs/terraform/terraform-json.ts`).
 */
const ARTIFACT = /^s3:\/\/([^/]+)\/(.+(?:\.tar\.gz|\/))$/s;

/** Whether an artifact is an archive or a prefix in S3. */
export function isArtifactInS3(artifact: string): boolean {
  return isInBucket(artifact, ARTIFACT);
}

/** Rules of the artifact of a container that has an image. @param report - above its settings */
export function checkArtifact(source: ContainerSource, place: ContainerPlace, report: Report): void {
  const { artifact } = source;
  if (artifact === undefined) {
    checkNoArtifact(source, report);
    return;
  }
  checkForm(artifact, source, report);
  if (isPrefix(artifact)) checkPrefix(artifact, source, place, report);
}

function checkNoArtifact({ image, artifactKeyArn }: ContainerSource, report: Report): void {
  const repository = repositoryIn(image);
  report.require(
    repository === undefined || servesWithoutArtifact(repository),
    "artifact",
    inWords(`nothing beside the image ${repository}`),
    "an artifact, or an image that contains its model or downloads it",
    `the image has no model: ${CONTAINER_SOURCE}`,
  );
  report.require(
    artifactKeyArn === undefined,
    "artifactKeyArn",
    inWords("artifactKeyArn without artifact"),
    "no key, or an artifact in S3",
    "the key decrypts the artifact",
  );
}

function checkForm(artifact: string, { artifactKeyArn }: ContainerSource, report: Report): void {
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  report.require(
    isFile || isArtifactInS3(artifact),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, s3://<bucket>/<prefix>/, or a file of the project such as models/<name>.tar.gz",
    CONTAINER_SOURCE,
  );
  if (isFile) checkArtifactFile(artifact, report);
  report.require(
    !isFile || artifactKeyArn === undefined,
    "artifactKeyArn",
    inWords(`artifactKeyArn beside the file ${artifact} as artifact`),
    "no key, or an artifact in S3",
    "a file of the project is encrypted by the environment's bucket",
  );
}

function checkPrefix(
  artifact: string,
  { image }: ContainerSource,
  { isServerless }: ContainerPlace,
  report: Report,
): void {
  report.require(
    !isServerless,
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz beside serverless, or instances",
    `SageMaker takes no uncompressed artifact (ModelDataSource) for a serverless endpoint: ${CONTAINER_SOURCE}`,
  );
  const repository = repositoryIn(image);
  report.require(
    repository === undefined || !isBuiltIn(repository),
    "artifact",
    artifact,
    `s3://<bucket>/<key>.tar.gz for the built-in algorithm ${repository}`,
    `a built-in algorithm needs an archive in ModelDataUrl: ${CONTAINER_SOURCE}`,
  );
}

function checkArtifactFile(artifact: string, report: Report): void {
  const file = join(appFolder(), artifact);
  if (!existsSync(file)) {
    report.require(
      false,
      "artifact",
      artifact,
      "a file that is there",
      "it is uploaded from the project's folder",
    );
    return;
  }
  const wrong = describeWrongArtifact(file);
  report.require(
    wrong === undefined,
    "artifact",
    inWords(`${artifact}, which is ${wrong}`),
    "a gzip-compressed tar archive, as made by: tar -czf model.tar.gz -C <folder of the model> .",
    CONTAINER_SOURCE,
  );
}
