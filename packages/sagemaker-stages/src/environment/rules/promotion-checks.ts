import type { Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import type { ModelSettings } from "../model-settings";
import {
  describeUnreadable,
  releaseDigest,
  releaseFolder,
  releaseIds,
  releaseOf,
  releasePath,
} from "../releases";
import type { ReleaseContent } from "../settings/model-source/release";
import { RELEASES_SOURCE } from "./model-source/release-checks";

/** Checks that the files of an environment's releases exist and name themselves. @param collector - collects the faults of `models` */
export function checkReleaseFiles({ models }: Environment, collector: FaultCollector): void {
  for (const [model, settings] of Object.entries<ModelSettings>(models)) {
    if ("existingEndpoint" in settings || settings.release === undefined) continue;
    const below = collector.in(model);
    const { release } = settings;
    if (typeof release === "string") {
      const known = releaseIds(model);
      below.require(
        false,
        "release",
        raw(`${JSON.stringify(release)}: ${describeUnreadable(model, release) ?? "not readable"}`),
        known.length === 0
          ? `a release of ${releaseFolder(model)}: npx sagemaker-stages release ${model}`
          : known.join(", "),
        releaseFolder(model),
      );
      continue;
    }
    const path = releasePath(model, release.id);
    below.require(
      release.model === model,
      "release.model",
      release.model,
      model,
      `the file ${path} belongs to this model`,
    );
  }
}

/**
 * Checks that environments with `promotedFrom` serve only releases that the preceding environment has deployed.
 *
 * @param collectorOf - makes a collector for the faults of an environment
 */
export function checkPromotions(
  environments: readonly Environment[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  for (const [index, environment] of environments.entries()) {
    const { name, promotedFrom, models } = environment;
    if (promotedFrom === undefined) continue;
    const collector = collectorOf(name);
    const earlier = environments.slice(0, index).map((other) => other.name);
    collector.require(
      earlier.includes(promotedFrom),
      "promotedFrom",
      promotedFrom,
      earlier.join(", ") || "no promotedFrom in the first environment",
      "an environment that environments/index.ts lists before this environment",
    );
    for (const [model, settings] of Object.entries<ModelSettings>(models)) {
      const preceding = environments.find((other) => other.name === promotedFrom);
      checkPromoted(model, settings, environment, preceding, collector.in(`models.${model}`));
    }
  }
}

/** @param preceding - the environment of `promotedFrom`, if it exists */
function checkPromoted(
  model: string,
  settings: ModelSettings,
  { name, region, promotedFrom: from = "" }: Environment,
  preceding: Environment | undefined,
  collector: FaultCollector,
): void {
  const command = `npx sagemaker-stages promote ${model} ${from} ${name}`;
  const reason = `the environment accepts only releases that ${from} has deployed: ${RELEASES_SOURCE}`;
  if ("existingEndpoint" in settings) {
    collector.require(
      false,
      "existingEndpoint",
      settings.existingEndpoint,
      "a new endpoint with a release, or no promotedFrom",
      reason,
    );
    return;
  }
  if (settings.release === undefined) {
    collector.require(
      false,
      "release",
      undefined,
      `a release that ${from} has deployed: run ${command}. Until the first promotion, remove promotedFrom from ${name}`,
      reason,
    );
    return;
  }
  const release = releaseOf(settings);
  if (release === undefined) return;
  checkPackage(release, collector);
  const digest = releaseDigest(release);
  const evidence = release.deployedIn?.[from];
  const seen = evidence?.digest;
  const otherRegion =
    evidence === undefined || evidence.region === region
      ? ""
      : `. ${from} is in ${evidence.region}, and ${name} in ${region}: the images of both regions must have one digest`;
  collector.require(
    seen === digest,
    "release",
    raw(
      seen === undefined
        ? `${release.id}, which ${from} has not deployed`
        : `${release.id} with the digest ${digest}, but ${from} deployed ${seen}`,
    ),
    `a release that ${from} has deployed unchanged: deploy the release to ${from}, then run ${command}${otherRegion}`,
    reason,
  );
  if (evidence === undefined || preceding === undefined) return;
  const { accountId = evidence.account } = preceding;
  collector.require(
    evidence.account === accountId && evidence.region === preceding.region,
    "release",
    raw(`${release.id}, which was deployed in the account ${evidence.account} in ${evidence.region}`),
    `a release that ${from} has deployed in the account ${accountId} in ${preceding.region}: deploy the release to ${from}, then run ${command}`,
    reason,
  );
}

/** A package can name its images by tags, and nothing pins the objects of its artifacts. */
function checkPackage({ modelPackage }: ReleaseContent, collector: FaultCollector): void {
  for (const uri of modelPackage?.imageUris ?? []) {
    collector.require(
      uri.includes("@sha256:"),
      "release.modelPackage.imageUris",
      uri,
      "an image by its digest: …@sha256:<digest>. Register the package with the digest, or release its artifact and image",
      `a tag can move to another image: ${RELEASES_SOURCE}`,
    );
  }
}
