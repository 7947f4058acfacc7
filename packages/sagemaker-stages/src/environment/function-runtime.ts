import {
  DEFAULT_NODE_RUNTIME,
  DEFAULT_PYTHON_RUNTIME,
  type NodeRuntime,
  type PythonRuntime,
} from "../aws/lambda-runtimes";
import type { Environment } from "./environment";
import type { ServingSettings } from "./model-settings";

/**
 * The runtime of a model's new function: the model's, else the environment's, else the default.
 *
 * @param isPython - whether the model has `handler.py`
 */
export function functionRuntimeOf(
  { functionRuntimes }: Pick<Environment, "functionRuntimes">,
  { function: settings }: Pick<ServingSettings, "function">,
  isPython: boolean,
): NodeRuntime | PythonRuntime {
  if (settings?.runtime !== undefined) return settings.runtime;
  return isPython
    ? (functionRuntimes?.python ?? DEFAULT_PYTHON_RUNTIME)
    : (functionRuntimes?.node ?? DEFAULT_NODE_RUNTIME);
}
