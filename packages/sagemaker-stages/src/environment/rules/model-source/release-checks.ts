import { existsSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../../../lib/app-folder";
import { sha256Of } from "../../../lib/file-digest";
import { type FaultCollector, raw } from "../../fault-collector";
import { releasedSource } from "../../model-source";
import type { InstanceEndpoint, ServerlessEndpoint } from "../../settings/endpoint/endpoint";
import { SOURCE_FIELDS } from "../../settings/model-source/model-source";
import type { ReleaseContent, ReleasedArtifact } from "../../settings/model-source/release";
import { checkKey } from "../kms-key-checks";
import type { ContainerContext } from "./container-context";
import { checkSource } from "./source-checks";

/** The page about releases, as the source of rules that only this project has. */
export const RELEASES_SOURCE = "docs/releases.md";

/** The settings that a release replaces. The secrets stay settings of the environment, because their ARNs differ. */
const REPLACED = [
  ...SOURCE_FIELDS.filter((field) => field !== "secrets" && field !== "secretsKeyArn"),
  "containers",
] as const;

/** The settings of an endpoint with its source: a release, or the settings of one container or of several. */
type Sourced = Partial<ServerlessEndpoint & InstanceEndpoint>;

/**
 * Checks the source of an endpoint's model: the release, or the settings of the only container. The rules of several containers
 * are in `container-checks.ts`.
 *
 * @param collector - collects the faults of the settings of the endpoint
 */
export function checkRelease(settings: Sourced, context: ContainerContext, collector: FaultCollector): void {
  const { release, containers } = settings;
  if (release === undefined) {
    if (containers === undefined) checkSource(settings, context, collector);
    return;
  }
  const isExclusive = collector.requireExclusive(
    settings,
    "release",
    REPLACED,
    `a release names what the endpoint serves: ${RELEASES_SOURCE}`,
  );
  // A rule that knows the model's name reports the id of a release without a readable file.
  if (!isExclusive || typeof release === "string") return;
  const below = collector.in("release");
  checkContent(release, context, below);
  checkSource(releasedSource(settings, release), context, below);
}

function checkContent(
  { artifact, images, modelPackage }: ReleaseContent,
  { region }: ContainerContext,
  collector: FaultCollector,
): void {
  if (modelPackage === undefined) {
    collector.require(
      images === undefined || images[region] !== undefined,
      "images",
      raw(`no image for ${region}`),
      `an image for ${region}, by its digest: npx sagemaker-stages release <model> --image <uri>`,
      "an endpoint pulls its image in its region",
    );
  }
  if (artifact !== undefined) checkArtifact(artifact, region, collector.in("artifact"));
}

function checkArtifact(
  { uri, file, etag, keyArn, sha256 }: ReleasedArtifact,
  region: string,
  collector: FaultCollector,
): void {
  collector.require(
    (uri === undefined) !== (file === undefined),
    "uri",
    raw(uri === undefined ? "neither uri nor file" : "both uri and file"),
    "either uri or file",
    `a release pins one artifact: ${RELEASES_SOURCE}`,
  );
  collector.require(
    uri === undefined || etag !== undefined,
    "etag",
    undefined,
    "the ETag of the object, as npx sagemaker-stages release writes it",
    `S3 refuses to copy an object with another ETag: ${RELEASES_SOURCE}`,
  );
  checkKey(keyArn, "keyArn", region, collector);
  collector.require(
    keyArn === undefined || uri !== undefined,
    "keyArn",
    raw("keyArn without uri"),
    "no key, or an artifact in S3",
    "the key decrypts the object in S3",
  );
  // A missing file is a fault of another rule.
  if (file === undefined || !existsSync(join(appFolder(), file))) return;
  const found = sha256Of(join(appFolder(), file));
  collector.require(
    found === sha256,
    "sha256",
    raw(`${sha256}, but ${file} has the SHA-256 ${found}`),
    "the SHA-256 of the file: restore the released file, or make a new release",
    "the release pins the bytes",
  );
}
