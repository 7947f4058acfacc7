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

/** The key of an object below a prefix. SageMaker lists the prefix and reads the objects below the prefix. */
export const OBJECT_OF_PREFIX = "weights/model.safetensors";

/** Known arguments of a model's container. */
const CONTAINER = [
  "container_hostname",
  "environment",
  "image",
  "mode",
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

/** The resources of other services that the containers of an endpoint need. */
export interface ModelNeeds {
  /** ARNs of the images' repositories. */
  readonly repositories: readonly string[];
  readonly artifacts: readonly ArtifactInStack[];
  /** ARNs of secrets, each with the ARN of its key if the environment names a key. */
  readonly secrets: readonly { readonly arn: string; readonly keyArn: string | undefined }[];
}

/**
 * The resources that SageMaker and the containers read for the model of an endpoint. The Terraform contains these
 * resources. For a package of the Model Registry, the environment contains the resources instead, because the Terraform
 * names only the package.
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
    repositories: unique(images.map((image) => repositoryOf(image, endpoint, account.partition))),
    artifacts: unique(urls).map(artifactOf),
    secrets: secretsIn(containers, endpoint, sources),
  };
}

/** The containers of a model: the primary container, or the containers of a series. */
export function containersIn({ model }: EndpointInStack): readonly JsonObject[] {
  const several = model.get("container") as readonly JsonObject[] | undefined;
  const only = model.get("primary_container") as JsonObject | undefined;
  const containers = several ?? (only === undefined ? [] : [only]);
  if (containers.length === 0)
    throw new Refused(`${model.address}: got no container; allowed: primary_container or container`);
  const block = several === undefined ? "primary_container" : "container";
  for (const container of containers) requireMembers(container, CONTAINER, `${model.address}.${block}`);
  return containers;
}

/** The object of an artifact, or an object below the artifact's prefix. */
export function objectsOf({ bucket, key, isPrefix }: ArtifactInStack, { account }: ResolvedStack): Exactly {
  const exact = account.bucketArn(`${bucket}/${key}`);
  return isPrefix ? { exact, free: OBJECT_OF_PREFIX } : only(exact);
}

function repositoryOf(image: string, { model }: EndpointInStack, partition: string): string {
  const [, accountId = "", region = "", repository] = IMAGE.exec(image) ?? [];
  if (repository === undefined)
    throw new Refused(`${model.address}: got the image ${image}; allowed: an image of Amazon ECR`);
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

/**
 * The settings of each container in the environment. In the Terraform, only the role's policy contains some of these
 * settings.
 */
function settingsOf({ name }: EndpointInStack, { environment }: Sources): readonly ModelSourceSettings[] {
  return Object.entries(environment.models).flatMap(([model, settings]): readonly ModelSourceSettings[] => {
    if (name !== `${namePrefix(environment)}-${model}` || "existingEndpoint" in settings) return [];
    return "containers" in settings && settings.containers !== undefined ? settings.containers : [settings];
  });
}

/** The distinct keys of an endpoint's artifacts. */
export function artifactKeysOf(endpoint: EndpointInStack, sources: Sources): string[] {
  return unique(settingsOf(endpoint, sources).flatMap(({ artifactKeyArn }) => artifactKeyArn ?? []));
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
    throw new Refused(
      `${endpoint.model.address}: got the package ${arn}; allowed: packages that the environment names`,
    );
  }
  return found;
}

/** The secrets of containers: a container reads the secret whose ARN is in one of its variables. */
function secretsIn(
  containers: readonly JsonObject[],
  endpoint: EndpointInStack,
  sources: Sources,
): ModelNeeds["secrets"] {
  const arns = containers
    .flatMap(({ environment }) => Object.values((environment ?? {}) as JsonObject))
    .map(String)
    .filter((value) => parseArn(value)?.service === "secretsmanager");
  return unique(arns).map((arn) => ({
    arn,
    keyArn: settingsOf(endpoint, sources).find(({ secrets = {} }) => Object.values(secrets).includes(arn))
      ?.secretsKeyArn,
  }));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
