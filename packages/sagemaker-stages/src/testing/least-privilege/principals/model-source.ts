import { ecrRepositoryArn, parseArn } from "../../../aws/arn";
import { namePrefix } from "../../../environment/environment";
import type { ModelSourceSettings } from "../../../environment/model-settings";
import type { JsonObject } from "../../terraform";
import { requireMembers } from "../policy";
import { Refused } from "../refused";
import { type Exactly, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import type { EndpointInStack } from "./endpoint-in-stack";
import type { Sources } from "./principal";

const IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)[:@]/;

/** An object below a prefix, as SageMaker finds it when it lists the prefix. */
export const OBJECT_OF_PREFIX = "weights/model.safetensors";

/** What a container of a model may say. */
const CONTAINER = [
  "container_hostname",
  "environment",
  "image",
  "model_data_source",
  "model_data_url",
  "model_package_name",
];

/** An artifact that SageMaker reads with the role of the endpoint. */
export interface ArtifactInStack {
  readonly bucket: string;
  /** The object's key, or the prefix with the slash at its end. */
  readonly key: string;
  readonly isPrefix: boolean;
}

/** What the containers of an endpoint need from other services. */
export interface ModelNeeds {
  /** ARNs of the images' repositories. */
  readonly repositories: readonly string[];
  readonly artifacts: readonly ArtifactInStack[];
  /** ARNs of secrets, and the key of each where the environment names one. */
  readonly secrets: readonly { readonly arn: string; readonly keyArn: string | undefined }[];
}

/**
 * What SageMaker and the containers read for the model of an endpoint: from the Terraform, and, of a package of the Model
 * Registry, from the environment alone, because the package names its images and artifacts.
 */
export function modelNeeds(endpoint: EndpointInStack, sources: Sources): ModelNeeds {
  const containers = containersIn(endpoint);
  const { account } = sources.stack;
  const packages = containers
    .filter(({ model_package_name: name }) => name !== undefined)
    .map(({ model_package_name: name }) => packageOf(String(name), endpoint, sources));
  const images = [
    ...containers.flatMap(({ image }) => (image === undefined ? [] : [String(image)])),
    ...packages.flatMap(({ imageUris }) => imageUris),
  ];
  const urls = [...containers.flatMap(urlOf), ...packages.flatMap(({ artifacts }) => artifacts)];
  return {
    repositories: eachOnce(images.map((image) => repositoryOf(image, endpoint, account.partition))),
    artifacts: eachOnce(urls).map(artifactOf),
    secrets: secretsIn(containers, endpoint, sources),
  };
}

/** The containers of a model: the only one, or those of a series. */
export function containersIn({ model }: EndpointInStack): readonly JsonObject[] {
  const several = model.get("container") as readonly JsonObject[] | undefined;
  const only = model.get("primary_container") as JsonObject | undefined;
  const containers = several ?? (only === undefined ? [] : [only]);
  if (containers.length === 0) throw new Refused(`${model.address}: got no container`);
  const block = several === undefined ? "primary_container" : "container";
  for (const container of containers) requireMembers(container, CONTAINER, `${model.address}.${block}`);
  return containers;
}

/** The object, or any object below a prefix. */
export function objectsOf({ bucket, key, isPrefix }: ArtifactInStack, { account }: ResolvedStack): Exactly {
  const exact = account.bucketArn(`${bucket}/${key}`);
  return isPrefix ? { exact, free: OBJECT_OF_PREFIX } : only(exact);
}

function repositoryOf(image: string, { model }: EndpointInStack, partition: string): string {
  const [, accountId = "", region = "", repository] = IMAGE.exec(image) ?? [];
  if (repository === undefined) throw new Refused(`${model.address}: no rule reads the image's address`);
  return ecrRepositoryArn({ partition, region, accountId, repository });
}

function urlOf({ model_data_url: archive, model_data_source: source }: JsonObject): string[] {
  if (archive !== undefined) return [String(archive)];
  const { s3_data_source: places = [] } = (source ?? {}) as { s3_data_source?: readonly JsonObject[] };
  return places.map((place) => {
    requireMembers(place, ["compression_type", "s3_data_type", "s3_uri"], "s3_data_source");
    return String(place.s3_uri);
  });
}

function artifactOf(url: string): ArtifactInStack {
  const [bucket = "", key = ""] = url.replace(/^s3:\/\//, "").split(/\/(.*)/s);
  return { bucket, key, isPrefix: key.endsWith("/") };
}

/** The settings of each container in the environment, for what Terraform hands to nobody but the role's policy. */
function settingsOf({ name }: EndpointInStack, { environment }: Sources): readonly ModelSourceSettings[] {
  return Object.entries(environment.models).flatMap(([model, settings]): readonly ModelSourceSettings[] => {
    if (name !== `${namePrefix(environment)}-${model}` || "existingEndpoint" in settings) return [];
    return "containers" in settings && settings.containers !== undefined ? settings.containers : [settings];
  });
}

/** The keys of the artifacts of an endpoint, each once. */
export function artifactKeysOf(endpoint: EndpointInStack, sources: Sources): string[] {
  return eachOnce(settingsOf(endpoint, sources).flatMap(({ artifactKeyArn }) => artifactKeyArn ?? []));
}

function packageOf(
  arn: string,
  endpoint: EndpointInStack,
  sources: Sources,
): NonNullable<ModelSourceSettings["modelPackage"]> {
  const found = settingsOf(endpoint, sources)
    .map(({ modelPackage }) => modelPackage)
    .find((modelPackage) => modelPackage?.arn === arn);
  if (found === undefined) {
    throw new Refused(`${endpoint.model.address}: the environment names no package ${arn}`);
  }
  return found;
}

/** A variable with the ARN of a secret is for a container that reads the secret. */
function secretsIn(
  containers: readonly JsonObject[],
  endpoint: EndpointInStack,
  sources: Sources,
): ModelNeeds["secrets"] {
  const arns = containers
    .flatMap(({ environment }) => Object.values((environment ?? {}) as JsonObject))
    .map(String)
    .filter((value) => parseArn(value)?.service === "secretsmanager");
  return eachOnce(arns).map((arn) => ({
    arn,
    keyArn: settingsOf(endpoint, sources).find(({ secrets = {} }) => Object.values(secrets).includes(arn))
      ?.secretsKeyArn,
  }));
}

function eachOnce(values: readonly string[]): string[] {
  return [...new Set(values)];
}
