import { createHandler } from "sagemaker-stages/model";
import {
  type EndpointServer,
  handlerEnvironment,
  restHttpEvent,
  type ScriptedAnswer,
  functionUrlEvent as urlEvent,
} from "sagemaker-stages/testing";
import { contract } from "../../contract";

/**
 * The model's handler.
 *
 * @param endpoint - the stand-in for the model's endpoint
 * @param environment - more environment variables of the function
 */
export function handlerFor(endpoint: EndpointServer, environment: Readonly<Record<string, string>> = {}) {
  return createHandler(contract, { ...handlerEnvironment(endpoint), ...environment });
}

/** The environment variable with which the log contains the messages of errors. */
export const WITH_MESSAGES = { LOG_ERROR_MESSAGES: "true" } as const;

/** An event of the REST API for `GET /toxicity?<query>`. */
export function restQueryEvent(query: string): unknown {
  return restHttpEvent(contract.route, { query });
}

/** An event of the function URL for `GET /?<query>`. */
export function functionUrlQueryEvent(query: string): unknown {
  return urlEvent(contract.route, { query });
}

/** A JSON document, as the container writes it. */
export function json(document: unknown): ScriptedAnswer {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(document) };
}

/** The detail of the problem where the endpoint's answer cannot be read. */
export const UNREADABLE = "The model's answer could not be read. The function's log says why.";
