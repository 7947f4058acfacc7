import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../lib/app-folder";
import { isObject, parseJson } from "../lib/json";
import { omitUndefined } from "../lib/omit-undefined";
import type { Environment } from "./environment";
import type { ModelSettings } from "./model-settings";
import { isReleaseId, type ReleaseContent } from "./settings/model-source/release";

/** The file of a release, from the app's folder. */
export function releasePath(model: string, id: string): string {
  return `${releaseFolder(model)}/${id}.json`;
}

/** The folder of a model's releases, from the app's folder. */
export function releaseFolder(model: string): string {
  return `functions/${model}/releases`;
}

/** The ids of a model's releases, in the order of their names. */
export function releaseIds(model: string): string[] {
  const folder = join(appFolder(), releaseFolder(model));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -".json".length)] : []))
    .sort();
}

/** Why a release cannot be read; `undefined` for a file that contains a JSON object. */
export function describeUnreadable(model: string, id: string): string | undefined {
  const read = readRelease(model, id);
  return "content" in read ? undefined : read.fault;
}

/**
 * An environment whose ids of releases are replaced by the content of their files, with only the image of the environment's
 * region. An id without a readable file stays, and a rule reports the id. The environment can have faults. The function changes
 * nothing when it is called again.
 */
export function withReleases(environment: Environment): Environment {
  const models: unknown = environment?.models;
  if (!isObject(models)) return environment;
  const entries = Object.entries(models);
  if (!entries.some(([, settings]) => isObject(settings) && typeof settings.release === "string")) {
    return environment;
  }
  const read = entries.map(([model, settings]) => [
    model,
    isObject(settings) && typeof settings.release === "string"
      ? { ...settings, release: contentOf(model, settings.release, environment.region) }
      : settings,
  ]);
  return { ...environment, models: Object.fromEntries(read) };
}

function contentOf(model: string, id: string, region: string): unknown {
  const read = readRelease(model, id);
  if (!("content" in read)) return id;
  const { images, ...content } = read.content;
  if (!isObject(images)) return read.content;
  return {
    ...content,
    images: Object.fromEntries(Object.entries(images).filter(([name]) => name === region)),
  };
}

/** The parsed file of a release, or the reason why the file has no JSON object. */
type ReadRelease = { readonly content: Readonly<Record<string, unknown>> } | { readonly fault: string };

/** Reads the file of a release, without a check of its content. */
export function readRelease(model: string, id: string): ReadRelease {
  const path = releasePath(model, id);
  if (!isReleaseId(id)) return { fault: "no id of a release" };
  const file = join(appFolder(), path);
  if (!existsSync(file)) return { fault: `${path} does not exist` };
  const content = parseJson(readFileSync(file, "utf8"));
  if (!isObject(content)) return { fault: `${path} contains no JSON object` };
  for (const [name, expected] of Object.entries({ model, id })) {
    if (content[name] !== expected) {
      return { fault: `${path} has the ${name} ${JSON.stringify(content[name])}, and not ${expected}` };
    }
  }
  return { content };
}

/** The release of a model with a new endpoint: its content; `undefined` without a release, or if its file cannot be read. */
export function releaseOf(settings: ModelSettings): ReleaseContent | undefined {
  const release = "existingEndpoint" in settings ? undefined : settings.release;
  return typeof release === "object" ? release : undefined;
}

/**
 * Digest of a release: the artifact with its location, the image, the model package, the variables and the metrics. Keys and the
 * history are not part of the digest: a deployed release does not change in another way. The artifact's bytes, the image and the
 * variables of two environments with equal digests are equal.
 *
 * @param release - with the image of one region, see {@link withReleases}
 */
export function releaseDigest({
  artifact,
  images = {},
  modelPackage,
  containerEnvironment = {},
  metrics = {},
}: ReleaseContent): string {
  const { uri, file, versionId, etag, sha256 } = artifact ?? {};
  const identity = [
    ["artifact", [uri, file, versionId, etag, sha256].map((part) => part ?? null)],
    ["images", Object.values(images).map(digestOfImage).sort()],
    [
      "modelPackage",
      modelPackage === undefined
        ? null
        : [modelPackage.arn, modelPackage.imageUris, [...modelPackage.artifacts].sort()],
    ],
    ["variables", sortedByName(containerEnvironment)],
    ["metrics", sortedByName(metrics).map(([name, { value, source }]) => [name, value, source])],
  ];
  return `sha256:${createHash("sha256").update(JSON.stringify(identity)).digest("hex")}`;
}

function sortedByName<Value>(values: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The digest of an image, `sha256:…`; the address for an image without a digest. */
export function digestOfImage(uri: string): string {
  return /@(sha256:[0-9a-f]{64})$/.exec(uri)?.[1] ?? uri;
}

/** The name of the stack's output with the deployed releases. */
export const RELEASES_OUTPUT = "releases";

/** The name of the `terraform_data` with the deployed releases: no model can have a name with an underscore. */
export const RELEASES_RESOURCE = "deployed_releases";

/** A deployed release in the outputs of a stack: what reviews show, and what `promote` compares. */
export const deployedRelease = z.object({
  /** The id of the release. */
  release: z.string(),
  /** {@link releaseDigest} */
  digest: z.string(),
  /** The name of the environment. */
  environment: z.string(),
  /** The account of the environment. */
  account: z.string(),
  /** The region of the environment. */
  region: z.string(),
  /** What the release pins: `bytes`; `package` for a model package, because SageMaker does not pin the objects of its artifacts. */
  promotes: z.enum(["bytes", "package"]),
  /** SHA-256 of the artifact, the digests of the images, the model package, or the commit of a model of the Hub. */
  serves: z.string(),
  /** The environment that deployed the release before. */
  promotedFrom: z.optional(z.string()),
  /** The day on which `promote` read that `promotedFrom` has deployed the release. */
  seen: z.optional(z.string()),
  /** Metrics by name. */
  metrics: z.record(z.string(), z.number()),
});

/** A deployed release in the outputs of a stack. */
export type DeployedRelease = z.infer<typeof deployedRelease>;

/** What a release pins: {@link DeployedRelease.promotes}. */
export function pinsOf({ modelPackage }: ReleaseContent): DeployedRelease["promotes"] {
  return modelPackage === undefined ? "bytes" : "package";
}

/**
 * A release in the outputs of the stack of an environment.
 *
 * @param account - the account of the stack: 12 digits, or a token that Terraform replaces
 */
export function describeRelease(
  release: ReleaseContent,
  { name, region, promotedFrom }: Pick<Environment, "name" | "region" | "promotedFrom">,
  account: string,
): DeployedRelease {
  const { artifact, images = {}, modelPackage, containerEnvironment = {}, metrics = {} } = release;
  const seen = promotedFrom === undefined ? undefined : release.deployedIn?.[promotedFrom]?.seen;
  const serves = [
    artifact === undefined ? [] : `artifact sha256:${artifact.sha256}`,
    Object.values(images).map((uri) => `image ${digestOfImage(uri)}`),
    modelPackage?.arn ?? [],
    Object.entries(containerEnvironment).flatMap(([name, value]) =>
      /^(?:HF|OPTION)_MODEL_ID$|REVISION$/.test(name) ? `${name} ${value}` : [],
    ),
  ].flat();
  return {
    release: release.id,
    digest: releaseDigest(release),
    environment: name,
    account,
    region,
    promotes: pinsOf(release),
    serves: serves.join(", "),
    ...omitUndefined({ promotedFrom, seen }),
    metrics: Object.fromEntries(sortedByName(metrics).map(([metric, { value }]) => [metric, value])),
  };
}
