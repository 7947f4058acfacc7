import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";
import type { ModelSettings } from "../model-settings";

/**
 * The settings of a model that another setting of the environment names.
 *
 * @param because - the reason for which only models of the environment are allowed
 * @returns `undefined`, with a fault in `collector`, if the environment does not serve the model
 */
export function requireModel(
  model: string,
  { models }: Environment,
  because: string,
  collector: FaultCollector,
): ModelSettings | undefined {
  const settings = Object.hasOwn(models, model) ? models[model] : undefined;
  collector.require(settings !== undefined, "model", model, Object.keys(models).join(", "), because);
  return settings;
}
