import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ecrRepositoryArn } from "../../aws/arn";
import { type Environment, namePrefix } from "../../environment/environment";
import type { NewEndpoint } from "../../environment/model-settings";
import type { Account } from "./account";
import { namesOf } from "./principals/principal";
import { type AllowedRequest, textOf } from "./request";

/** Actions on what an environment names: a model's endpoint, its artifact and its image. */
const ACTIONS = ["sagemaker:InvokeEndpoint", "s3:GetObject", "ecr:BatchGetImage"];

/**
 * What the roles of new functions and endpoints are there for by the environment alone. Requests are derived from the
 * Terraform, which could mix up two models in their resources and policies alike.
 *
 * @returns `<role> <action> <ARN>`, sorted
 */
export function namedPermissions(environment: Environment, account: Account): string[] {
  return Object.entries(environment.models)
    .flatMap(([model, settings]) => {
      const role = `role ${namePrefix(environment)}-${model}`;
      const { endpoint } = namesOf(environment, model);
      return [
        ...(settings.existingFunction === undefined
          ? [`${role}-function sagemaker:InvokeEndpoint ${account.arn("sagemaker", `endpoint/${endpoint}`)}`]
          : []),
        ...("existingEndpoint" in settings
          ? []
          : [
              `${role}-endpoint s3:GetObject ${artifactArn(environment, model, settings, account)}`,
              `${role}-endpoint ecr:BatchGetImage ${repositoryArn(settings, account)}`,
            ]),
      ];
    })
    .sort();
}

/** The same of requests. */
export function derivedPermissions(
  allowedRequests: readonly AllowedRequest[],
  environment: Environment,
): string[] {
  const prefix = namePrefix(environment);
  const roles = Object.keys(environment.models).flatMap((model) => [
    `role ${prefix}-${model}-function`,
    `role ${prefix}-${model}-endpoint`,
  ]);
  return allowedRequests
    .filter(({ subject, action }) => roles.includes(subject) && ACTIONS.includes(action))
    .map(({ subject, action, resource }) => `${subject} ${action} ${textOf(resource)}`)
    .sort();
}

function artifactArn(
  environment: Environment,
  model: string,
  { artifact }: NewEndpoint,
  account: Account,
): string {
  if (artifact.startsWith("s3://")) return account.objectArn(artifact);
  const content = readFileSync(artifact);
  const key = `${model}/${createHash("sha256").update(content).digest("hex")}/model.tar.gz`;
  return account.bucketArn(`${namePrefix(environment)}-artifacts-${account.id}-${account.region}/${key}`);
}

function repositoryArn({ image }: NewEndpoint, account: Account): string {
  if ("algorithm" in image) {
    return account.repositoryArn(account.registry(), image.algorithm);
  }
  const [, accountId = "", region = "", repository = ""] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image.uri) ?? [];
  return ecrRepositoryArn({ partition: account.partition, region, accountId, repository });
}
