import type { Environment, ModelSettings } from "../../../environments/environment";
import { catalog, type ModelName } from "../../../functions/catalog";
import type { ModelScope } from "./least-privilege";

/** What each model of `environment` is there for. */
export function scopesOf(environment: Environment): ModelScope[] {
  const { name, region, accountId, models, network } = environment;
  return Object.entries(models).map(([model, settings]) => ({
    name: `${name}-${model}`,
    partition: region.startsWith("cn-") ? "aws-cn" : "aws",
    region,
    account: accountId ?? "<account>",
    stage: name,
    route: `${catalog[model as ModelName].route.method}/${model}`,
    artifact: settings.artifact.replace(/^s3:\/\//, ""),
    repositoryArn: repositoryArn(settings, region),
    network: network && ("vpc" in network ? "new" : "existing"),
  }));
}

function repositoryArn({ image }: ModelSettings, region: string): string {
  const partition = region.startsWith("cn-") ? "aws-cn" : "aws";
  if ("algorithm" in image) {
    return `arn:${partition}:ecr:${region}:<registry>:repository/${image.algorithm}`;
  }
  const [, account, repository] = /^(\d{12})\.[^/]+\/([^:@]+)[:@]/.exec(image.uri) ?? [];
  return `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
}
