import * as z from "zod";
import type { Environment, ParsedEnvironment } from "../environment/environment";
import { omitUndefinedDeep } from "../environment/omit-undefined";
import { parseEnvironment } from "../environment/parse";
import { UsageError } from "../lib/arguments";
import { SmokeTestError } from "./errors";

/**
 * The environment that a command line names, with defaults.
 *
 * @throws UsageError if no environment has the name; SmokeTestError if the environment has faults
 */
export function parsedEnvironment(environments: readonly Environment[], name: string): ParsedEnvironment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    const allowed = environments.map((candidate) => candidate.name).join(", ");
    throw new UsageError(`environment: got ${name}; allowed: ${allowed}`);
  }
  try {
    return parseEnvironment(omitUndefinedDeep(environment));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new SmokeTestError(
      `The environment ${name} has faults. npx cdktf synth reports each fault with the allowed values.\n${z.prettifyError(error)}`,
    );
  }
}
