import { omitUndefined } from "../lib/omit-undefined";
import type { NewEndpoint, ParsedNewEndpoint } from "./model-settings";
import { repositoryOf, tagOf } from "./settings/model-source/framework-image";
import type { ModelImageSettings, ModelSourceSettings } from "./settings/model-source/model-source";
import type { ReleaseContent, ReleasedArtifact } from "./settings/model-source/release";

/** One container of a new endpoint's model. */
export interface ContainerSource extends ModelSourceSettings {
  /** Name of the container, if the model has several containers. */
  readonly name?: string;
  /** Whether the artifact is the prefix of the archives of a multi-model endpoint. @default false */
  readonly multiModel?: boolean | undefined;
  /** The pinned artifact, if the model has a release with an artifact. */
  readonly pinned?: ReleasedArtifact;
}

/** The containers of a new endpoint's model: the containers of `containers` in their order, or one container. */
export function containersOf(settings: NewEndpoint | ParsedNewEndpoint): readonly ContainerSource[] {
  const several = "containers" in settings ? settings.containers : undefined;
  if (several !== undefined) return several;
  return [typeof settings.release === "object" ? releasedSource(settings, settings.release) : settings];
}

/** The container of a release. The environment adds only its own secrets. */
export function releasedSource(
  { secrets, secretsKeyArn }: Pick<ModelSourceSettings, "secrets" | "secretsKeyArn">,
  { artifact: pinned, images = {}, modelPackage, containerEnvironment }: ReleaseContent,
): ContainerSource {
  // Only the image of the environment's region is left (releases.ts).
  const [uri] = Object.values(images);
  return omitUndefined({
    artifact: pinned?.uri ?? pinned?.file,
    image: uri === undefined ? undefined : { uri },
    modelPackage,
    containerEnvironment,
    secrets,
    secretsKeyArn,
    pinned,
  });
}

/**
 * Whether the environment's bucket contains the artifact of a container: Terraform uploads a file of the project, and copies the
 * artifact of a release.
 */
export function needsArtifactBucket(source: ContainerSource): boolean {
  return source.pinned !== undefined || artifactsOf(source).some((artifact) => !isInS3(artifact));
}

/** A location in S3: an object, or all objects below a prefix. */
export interface S3Location {
  /** `s3://<bucket>/<key>`; a prefix ends with a slash. */
  readonly url: string;
  readonly bucket: string;
  /** Whether the location consists of all objects below the key. */
  readonly isPrefix: boolean;
}

/** Whether an artifact is in S3, and not a file of the project. */
export function isInS3(artifact: string): boolean {
  return artifact.startsWith("s3://");
}

/** Whether an artifact is an uncompressed prefix in S3. */
export function isPrefix(artifact: string): boolean {
  return isInS3(artifact) && artifact.endsWith("/");
}

/**
 * The location of an artifact. @returns `undefined` for a file of the project: Terraform uploads the file to the
 * environment's bucket
 */
export function s3LocationOf(artifact: string): S3Location | undefined {
  const [, bucket] = /^s3:\/\/([^/]+)\//.exec(artifact) ?? [];
  return bucket === undefined ? undefined : { url: artifact, bucket, isPrefix: isPrefix(artifact) };
}

/** The artifacts that SageMaker reads for a container: the container's artifact, or the artifacts of its package. */
export function artifactsOf({ artifact, modelPackage }: ContainerSource): readonly string[] {
  if (modelPackage !== undefined) return modelPackage.artifacts;
  return artifact === undefined ? [] : [artifact];
}

/** The images that SageMaker pulls for a container: the container's image, or the images of its package. */
export function imagesOf({ image, modelPackage }: ContainerSource): readonly ModelImageSettings[] {
  if (modelPackage !== undefined) return modelPackage.imageUris.map((uri) => ({ uri }));
  return image === undefined ? [] : [image];
}

/** An image: its address, or its repository and tag. Terraform reads the account of a repository in each region. */
export type ImageAddress = { readonly uri: string } | { readonly repository: string; readonly tag: string };

/** The address of an image. */
export function imageAddress(image: ModelImageSettings): ImageAddress {
  if ("uri" in image) return { uri: image.uri };
  if ("framework" in image) return { repository: repositoryOf(image), tag: tagOf(image) };
  return { repository: image.algorithm, tag: image.tag };
}

/** All variables of a container, including the variables with the ARNs of secrets. */
export function variablesOf({
  containerEnvironment = {},
  secrets = {},
}: ContainerSource): Record<string, string> {
  return { ...containerEnvironment, ...secrets };
}
