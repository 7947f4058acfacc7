import { createHandler } from "sagemaker-stages/model";
import {
  type EndpointServer,
  type HttpRequest,
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

/** An event of the REST API for `POST /bike-rental`. `null`: no body. */
export function restEvent(body: string | null, options: Omit<HttpRequest, "body"> = JSON_TYPE): unknown {
  return restHttpEvent(contract.route, { ...JSON_TYPE, ...options, ...(body === null ? {} : { body }) });
}

/** An event of the function URL. `null`: no body. */
export function functionUrlEvent(
  body: string | null,
  options: Omit<HttpRequest, "body"> = JSON_TYPE,
): unknown {
  return urlEvent(contract.route, { ...JSON_TYPE, ...options, ...(body === null ? {} : { body }) });
}

const JSON_TYPE = { contentType: "application/json" };

/** Numbers of XGBoost, as the container writes them. */
export function csv(body: string): ScriptedAnswer {
  return { headers: { "content-type": "text/csv; charset=utf-8" }, body };
}

/** The detail of the problem where the endpoint's answer cannot be read. */
export const UNREADABLE = "The model's answer could not be read. The function's log says why.";
