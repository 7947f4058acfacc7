import * as z from "zod";
import { UsageError } from "../lib/arguments";
import { omitUndefinedDeep } from "../lib/omit-undefined";
import type { Environment, ParsedEnvironment } from "./environment";
import { parseEnvironment } from "./parse";

/**
 * The environment that a command line names, with defaults.
 *
 * @param word - the command's word for the environment, for the error
 * @param toError - makes the command's error of a message
 * @throws UsageError if no environment has the name; the command's error if the environment has faults
 */
export function namedEnvironment(
  environments: readonly Environment[],
  name: string,
  word: string,
  toError: (message: string) => Error,
): ParsedEnvironment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    const allowed = environments.map((candidate) => candidate.name).join(", ");
    throw new UsageError(`${word}: got ${name}; allowed: ${allowed}`);
  }
  try {
    return parseEnvironment(omitUndefinedDeep(environment));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw toError(
      `The environment ${name} has faults. npx cdktf synth reports each fault with the allowed values.\n${z.prettifyError(error)}`,
    );
  }
}
