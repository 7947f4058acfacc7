import type { Environment, ParsedEnvironment } from "../environment/environment";
import { namedEnvironment } from "../environment/named-environment";
import { SmokeTestError } from "./errors";

/**
 * The environment that a command line names, with defaults.
 *
 * @throws UsageError if no environment has the name; SmokeTestError if the environment has faults
 */
export function parsedEnvironment(environments: readonly Environment[], name: string): ParsedEnvironment {
  return namedEnvironment(environments, name, "environment", (message) => new SmokeTestError(message));
}
