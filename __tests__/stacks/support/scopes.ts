import type { Environment } from "../../../environments/environment";
import type { ModelSettings, NewEndpoint } from "../../../environments/model-settings";
import { catalog, type ModelName } from "../../../functions/catalog";
import type { CallerScope, ModelScope } from "./least-privilege";

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
    artifact: newEndpointOf(settings).artifact.replace(/^s3:\/\//, ""),
    repositoryArn: repositoryArn(newEndpointOf(settings), region),
    network: network && ("vpc" in network ? "new" : "existing"),
  }));
}

/** What each caller of `environment` is there for. */
export function callerScopesOf(environment: Environment): CallerScope[] {
  return Object.entries(environment.callers ?? {}).map(([caller, { mayInvoke, roles, users, groups }]) => ({
    policyName: `${environment.name}-${caller}-caller`,
    grants: mayInvoke.flatMap(({ model, by }) => {
      const { name, partition, region, account, stage, route } = scopeOf(environment, model);
      const functionArn = `arn:${partition}:lambda:${region}:${account}:function:${name}`;
      return {
        route: [`execute-api:Invoke on <api>/${stage}/${route}`],
        functionUrl: [
          `lambda:InvokeFunctionUrl on ${functionArn} where StringEquals lambda:FunctionUrlAuthType AWS_IAM`,
          `lambda:InvokeFunction on ${functionArn} where Bool lambda:InvokedViaFunctionUrl true`,
        ],
        endpoint: [
          `sagemaker:InvokeEndpoint on arn:${partition}:sagemaker:${region}:${account}:endpoint/${name}`,
        ],
      }[by];
    }),
    principals: [
      ...(roles ?? []).map((name) => `role ${name}`),
      ...(users ?? []).map((name) => `user ${name}`),
      ...(groups ?? []).map((name) => `group ${name}`),
    ],
  }));
}

function scopeOf(environment: Environment, model: ModelName): ModelScope {
  const found = scopesOf(environment).find(({ name }) => name === `${environment.name}-${model}`);
  if (found === undefined) throw new Error(`${environment.name} has no model ${model}`);
  return found;
}

/** Roles of endpoints that are there already are somebody else's, and have no scope here. */
function newEndpointOf(settings: ModelSettings): NewEndpoint {
  if ("existingEndpoint" in settings)
    throw new Error(`${settings.existingEndpoint} is somebody else's endpoint`);
  return settings;
}

function repositoryArn({ image }: NewEndpoint, region: string): string {
  const partition = region.startsWith("cn-") ? "aws-cn" : "aws";
  if ("algorithm" in image) {
    return `arn:${partition}:ecr:${region}:<registry>:repository/${image.algorithm}`;
  }
  const [, account, repository] = /^(\d{12})\.[^/]+\/([^:@]+)[:@]/.exec(image.uri) ?? [];
  return `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
}
