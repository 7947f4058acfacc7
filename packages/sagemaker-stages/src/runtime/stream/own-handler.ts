import type { Contract } from "../contract";
import { createHandlerWith, type Handler } from "../handler-core";
import { EVERY_PART } from "../parts";
import { createAbortableClient, writeWhenSent } from "./running-request";

/**
 * Creates the Lambda handler of a contract, as `createHandler` does, for a model's own `handler.ts` on a route whose transfer mode
 * is `stream`: when the caller leaves, the handler ends the request to the endpoint at once, and its log line says so. The engine
 * generates the same handler for a model without `handler.ts`.
 *
 * On other routes, the handler works as the handler of `createHandler` does.
 *
 * @param environment - the variables of the function, see `createHandler`; default `process.env`
 * @throws Error in Lambda's init phase, if the environment lacks a variable
 * @example
 * // functions/story/handler.ts
 * const answer = createAbortableHandler(contract);
 *
 * export const handler: Handler = async (event, context) => {
 *   console.log(JSON.stringify({ started: context.awsRequestId }));
 *   return await answer(event, context);
 * };
 */
export function createAbortableHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  return createHandlerWith(
    EVERY_PART,
    contract,
    environment,
    createAbortableClient(environment),
    writeWhenSent,
  );
}
