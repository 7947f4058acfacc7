import type { Contract } from "../runtime/contract";
import { createHandler, type Handler } from "../runtime/handler";
import type { EndpointServer } from "./endpoint-server";
import { handlerEnvironment } from "./handler";

/**
 * Creates the handler of a contract for tests with raw events, e.g. of `restHttpEvent`. For a single valid request, see
 * `invokeHandler`.
 *
 * @param endpoint - a server that answers in place of the model's endpoint
 * @param environment - further environment variables of the function
 * @example
 * const handler = createTestHandler(contract, endpoint, LOG_ERROR_MESSAGES);
 * const answer = await handler(restHttpEvent(contract.route, { body: "{" }), lambdaContext());
 */
export function createTestHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  endpoint: Pick<EndpointServer, "url">,
  environment: Readonly<Record<string, string>> = {},
): Handler {
  return createHandler(contract, { ...handlerEnvironment(endpoint), ...environment });
}

/** The environment variable of a function that permits messages of errors in the log. */
export const LOG_ERROR_MESSAGES = { LOG_ERROR_MESSAGES: "true" } as const;

/** The detail of the 502 for an answer that the contract cannot read. */
export const UNREADABLE_ANSWER =
  "The function could not read the model's answer. See the logs of the function and the endpoint.";
