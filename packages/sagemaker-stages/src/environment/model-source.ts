import type { NewEndpoint, ParsedNewEndpoint } from "./model-settings";
import { repositoryOf, tagOf } from "./settings/framework-image";
import type { ModelImageSettings, ModelSourceSettings } from "./settings/model-source";

/** One container of a new endpoint's model. */
export interface ContainerSource extends ModelSourceSettings {
  /** Name of the container, where there are several. */
  readonly name?: string;
}

/** The containers of a new endpoint's model: one, or those of `containers` in their order. */
export function containersOf(settings: NewEndpoint | ParsedNewEndpoint): readonly ContainerSource[] {
  const several = "containers" in settings ? settings.containers : undefined;
  return several ?? [settings];
}

/** A place in S3: an object, or all objects below a prefix. */
export interface S3Place {
  /** `s3://<bucket>/<key>`; a prefix ends with a slash. */
  readonly url: string;
  readonly bucket: string;
  /** Whether all objects below the key are meant. */
  readonly isPrefix: boolean;
}

/** Whether an artifact is in S3, and no file of the project. */
export function isInS3(artifact: string): boolean {
  return artifact.startsWith("s3://");
}

/** Whether an artifact is an uncompressed prefix in S3. */
export function isPrefix(artifact: string): boolean {
  return isInS3(artifact) && artifact.endsWith("/");
}

/** Where an artifact is. @returns `undefined` for a file of the project, which goes to the environment's bucket */
export function s3PlaceOf(artifact: string): S3Place | undefined {
  const [, bucket] = /^s3:\/\/([^/]+)\//.exec(artifact) ?? [];
  return bucket === undefined ? undefined : { url: artifact, bucket, isPrefix: isPrefix(artifact) };
}

/** The artifacts that SageMaker reads for a container: its own, or those of its package. */
export function artifactsOf({ artifact, modelPackage }: ContainerSource): readonly string[] {
  if (modelPackage !== undefined) return modelPackage.artifacts;
  return artifact === undefined ? [] : [artifact];
}

/** The images that SageMaker pulls for a container: its own, or those of its package. */
export function imagesOf({ image, modelPackage }: ContainerSource): readonly ModelImageSettings[] {
  if (modelPackage !== undefined) return modelPackage.imageUris.map((uri) => ({ uri }));
  return image === undefined ? [] : [image];
}

/** An image by its address, or by the repository whose account Terraform knows in each region. */
export type ImageAddress = { readonly uri: string } | { readonly repository: string; readonly tag: string };

/** The address of an image. */
export function imageAddress(image: ModelImageSettings): ImageAddress {
  if ("uri" in image) return { uri: image.uri };
  if ("framework" in image) return { repository: repositoryOf(image), tag: tagOf(image) };
  return { repository: image.algorithm, tag: image.tag };
}

/** All variables of a container, with those that hold the ARNs of secrets. */
export function variablesOf({
  containerEnvironment = {},
  secrets = {},
}: ContainerSource): Record<string, string> {
  return { ...containerEnvironment, ...secrets };
}
