import type { Environment, ModelSettings } from "../../../environments/environment";
import type { ModelName } from "../../../functions/catalog";

/** `environment` with the settings of one of its models changed. */
export function withModel(
  environment: Environment,
  model: ModelName,
  changes: Partial<ModelSettings>,
): Environment {
  const settings = environment.models[model];
  if (settings === undefined) throw new Error(`${environment.name} has no ${model}`);
  return { ...environment, models: { ...environment.models, [model]: { ...settings, ...changes } } };
}
