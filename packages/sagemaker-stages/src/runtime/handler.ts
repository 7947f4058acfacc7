import type { Contract } from "./contract";
import { createHandlerWith, type Handler } from "./handler-core";
import { EVERY_PART } from "./parts";

export type { Handler } from "./handler-core";

/**
 * Creates the Lambda handler of any contract, e.g. for a test or for a function that the engine does not generate.
 *
 * @param environment - the variables of the function, see `createHandlerWith`; default `process.env`
 * @throws Error in Lambda's init phase, if the environment lacks a variable
 * @example
 * export const handler = createHandler(contract);
 */
export function createHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  return createHandlerWith(EVERY_PART, contract, environment);
}
