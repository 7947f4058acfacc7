import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ecrRepositoryArn } from "../../aws/arn";
import { type Environment, namePrefix } from "../../environment/environment";
import {
  isViaGateway,
  type ModelImageSettings,
  type ModelSettings,
  type ModelSourceSettings,
  type NewEndpoint,
} from "../../environment/model-settings";
import { imageAddress } from "../../environment/model-source";
import { targetOf } from "../../environment/settings/endpoint/targets";
import type { ReleaseContent } from "../../environment/settings/model-source/release";
import type { ModelRoutes, RoutedModel } from "../../models";
import type { Account } from "./account";
import { OBJECT_OF_PREFIX } from "./principals/model-source";
import { namesOf } from "./principals/principal";
import { type AllowedRequest, textOf } from "./request";

/** Actions on resources that an environment names: a model's endpoint, artifacts, images and secrets. */
const ACTIONS = [
  "sagemaker:InvokeEndpoint",
  "sagemaker:InvokeEndpointWithResponseStream",
  "s3:GetObject",
  "ecr:BatchGetImage",
  "secretsmanager:GetSecretValue",
];

/**
 * The permissions of new functions, of API Gateway and of endpoints, derived from the environment and the contracts alone. The proof
 * compares these permissions with the requests from the Terraform. If a fault of the engine confuses two models in the
 * resources and in the policies in the same way, only this comparison finds the fault.
 *
 * @returns `<role> <action> <ARN>`, sorted
 */
export function namedPermissions(environment: Environment, account: Account, routes: ModelRoutes): string[] {
  return Object.entries(environment.models)
    .flatMap(([model, settings]) => {
      const role = `role ${namePrefix(environment)}-${model}`;
      const { endpoint } = namesOf(environment, model);
      const { inferenceComponent: component } = targetOf(settings);
      const invoker = isViaGateway(settings) ? "gateway" : "function";
      return [
        ...(settings.existingFunction === undefined
          ? [
              `endpoint/${endpoint}`,
              ...(component === undefined ? [] : [`inference-component/${component}`]),
            ].flatMap((invoked) =>
              namedActions(settings, routes[model]).map(
                (action) => `${role}-${invoker} ${action} ${account.arn("sagemaker", invoked)}`,
              ),
            )
          : []),
        ...("existingEndpoint" in settings
          ? []
          : permissionsOfSources({ environment, model, account }, settings).map(
              (permission) => `${role}-endpoint ${permission}`,
            )),
      ];
    })
    .sort();
}

/** The actions with which the documentation says that a function invokes its endpoint. */
function namedActions({ responseTransferMode }: ModelSettings, model: RoutedModel | undefined): string[] {
  const whole = ["sagemaker:InvokeEndpoint"];
  if (model?.stream === undefined || responseTransferMode === "buffer") return whole;
  return [...(model.stream.wants === undefined ? [] : whole), "sagemaker:InvokeEndpointWithResponseStream"];
}

/** The permissions that the requests of a stack need for {@link ACTIONS}. */
export function derivedPermissions(
  allowedRequests: readonly AllowedRequest[],
  environment: Environment,
): string[] {
  const prefix = namePrefix(environment);
  const roles = Object.keys(environment.models).flatMap((model) => [
    `role ${prefix}-${model}-function`,
    `role ${prefix}-${model}-endpoint`,
    `role ${prefix}-${model}-gateway`,
  ]);
  const permissions = allowedRequests
    .filter(({ subject, action }) => roles.includes(subject) && ACTIONS.includes(action))
    .map(({ subject, action, resource }) => `${subject} ${action} ${textOf(resource)}`);
  // Requests for several models of one endpoint need the same permission.
  return [...new Set(permissions)].sort();
}

/** A model of an environment. */
interface Named {
  readonly environment: Environment;
  readonly model: string;
  readonly account: Account;
}

/** The distinct permissions on the sources of the containers' models. */
function permissionsOfSources(named: Named, settings: NewEndpoint): string[] {
  const { account } = named;
  if (settings.release !== undefined) return permissionsOfRelease(named, settings);
  const containers: readonly ModelSourceSettings[] =
    "containers" in settings && settings.containers !== undefined ? settings.containers : [settings];
  const permissions = containers.flatMap(({ artifact, image, modelPackage, secrets = {} }) => [
    ...(modelPackage?.artifacts ?? (artifact === undefined ? [] : [artifact])).map(
      (each) => `s3:GetObject ${artifactArn(named, each)}`,
    ),
    ...(modelPackage?.imageUris.map((uri) => ({ uri })) ?? (image === undefined ? [] : [image])).map(
      (each) => `ecr:BatchGetImage ${repositoryArn(each, account)}`,
    ),
    ...Object.values(secrets).map((secret) => `secretsmanager:GetSecretValue ${secret}`),
  ]);
  return [...new Set(permissions)];
}

/**
 * The permissions on the source of a release, from its file: the endpoint reads only the copy in the environment's bucket, whose
 * key contains the pinned SHA-256 and a digest of the pinned values.
 */
function permissionsOfRelease(named: Named, { release, secrets = {} }: NewEndpoint): string[] {
  const { model, account } = named;
  const { artifact, images, modelPackage }: ReleaseContent =
    typeof release === "object"
      ? release
      : JSON.parse(readFileSync(`functions/${model}/releases/${release}.json`, "utf8"));
  const image = images?.[account.region];
  const objects = [
    ...(modelPackage?.artifacts ?? []).map((each) => artifactArn(named, each)),
    ...(artifact === undefined ? [] : [uploadedArn(named, `${artifact.sha256}/${placeOf(artifact)}`)]),
  ];
  const uris = [...(modelPackage?.imageUris ?? []), ...(image === undefined ? [] : [image])];
  return [
    ...new Set([
      ...objects.map((arn) => `s3:GetObject ${arn}`),
      ...uris.map((uri) => `ecr:BatchGetImage ${repositoryArn({ uri }, account)}`),
      ...Object.values(secrets).map((secret) => `secretsmanager:GetSecretValue ${secret}`),
    ]),
  ];
}

/** The ARN of an artifact's object. A prefix ends with a slash: SageMaker reads the objects below the prefix. */
function artifactArn(named: Named, artifact: string): string {
  if (artifact.startsWith("s3://")) {
    return named.account.objectArn(artifact.endsWith("/") ? `${artifact}${OBJECT_OF_PREFIX}` : artifact);
  }
  return uploadedArn(named, createHash("sha256").update(readFileSync(artifact)).digest("hex"));
}

/** The part of the key that identifies the place of a released artifact: 16 digits of the SHA-256 of the pinned values. */
function placeOf({ uri, file, etag, sha256 }: NonNullable<ReleaseContent["artifact"]>): string {
  const pinned = uri === undefined ? ["file", file, sha256] : ["uri", uri, etag, sha256];
  return createHash("sha256").update(JSON.stringify(pinned)).digest("hex").slice(0, 16);
}

/** The ARN of the object in the environment's bucket. @param folder - the SHA-256 of the file, for a release also its place */
function uploadedArn({ environment, model, account }: Named, folder: string): string {
  const key = `${model}/${folder}/model.tar.gz`;
  return account.bucketArn(`${namePrefix(environment)}-artifacts-${account.id}-${account.region}/${key}`);
}

function repositoryArn(image: ModelImageSettings, account: Account): string {
  const address = imageAddress(image);
  if ("repository" in address) return account.repositoryArn(account.registry(), address.repository);
  const [, accountId = "", region = "", repository = ""] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(address.uri) ?? [];
  return ecrRepositoryArn({ partition: account.partition, region, accountId, repository });
}
