import { dev } from "../../../environments/dev";
import type { Environment } from "../../../environments/environment";
import type { ServerlessEndpoint, ServingSettings } from "../../../environments/model-settings";
import type { ModelName } from "../../../functions/catalog";

/** `environment` with the settings of one of its models changed. */
export function withModel(
  environment: Environment,
  model: ModelName,
  changes: Partial<ServingSettings & ServerlessEndpoint>,
): Environment {
  const settings = environment.models[model];
  if (settings === undefined) throw new Error(`${environment.name} has no ${model}`);
  return { ...environment, models: { ...environment.models, [model]: { ...settings, ...changes } } };
}

/** The artifact of a model whose endpoint is the environment's own. */
export function artifactOf(environment: Environment, model: ModelName): string {
  const settings = environment.models[model];
  if (settings === undefined || !("artifact" in settings)) {
    throw new Error(`${environment.name} has no endpoint of its own for ${model}`);
  }
  return settings.artifact;
}

/** A role that the account has already. */
export const NOTEBOOKS = "notebooks";

/** dev, with one artifact that is a file of the project, and with a caller. */
export const devWithCaller: Environment = {
  ...withModel(dev, "breast-cancer", { artifact: "models/first.tar.gz" }),
  callers: {
    notebooks: {
      mayInvoke: [
        { model: "sentiment", by: "endpoint" },
        { model: "toxicity", by: "functionUrl" },
      ],
      roles: [NOTEBOOKS],
    },
  },
};
