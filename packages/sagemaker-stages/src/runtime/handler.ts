import type { Contract } from "./contract";
import { createHandlerWith, type Handler } from "./handler-core";
import { EVERY_PART } from "./parts";

export { type Handler, RESERVE_IN_MS } from "./handler-core";

/**
 * The Lambda handler of any contract, see `createHandlerWith`.
 *
 * @param environment - the variables of the function; default `process.env`
 * @throws Error at once, in Lambda's init phase, where the environment lacks something
 */
export function createHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  return createHandlerWith(EVERY_PART, contract, environment);
}
