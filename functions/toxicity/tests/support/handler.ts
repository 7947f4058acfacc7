import { expect } from "@jest/globals";
import { createHandler } from "sagemaker-stages/model";
import {
  type EndpointServer,
  handlerEnvironment,
  REQUEST_ID,
  readAnswer,
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

/** The SageMaker runtime's error for a model that fails. */
export function modelError(message: string): ScriptedAnswer {
  return {
    status: 424,
    headers: { "x-amzn-errortype": "ModelError" },
    body: JSON.stringify({ Message: message }),
  };
}

/** The detail of the problem where the endpoint's answer cannot be read. */
export const UNREADABLE = "The model's answer could not be read. The function's log says why.";

/** A proxy response without its CORS headers. */
interface ExpectedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The text, or a matcher. */
  readonly body: unknown;
}

/** Requires `answer` to be the complete proxy response to an event: a function URL adds the CORS headers itself. */
export function assessResponse(answer: unknown, event: unknown, expected: ExpectedResponse): void {
  const isOfFunctionUrl = JSON.stringify(event).includes('"version":"2.0"');
  const cors = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
  };
  expect(answer).toStrictEqual({
    ...expected,
    headers: { ...expected.headers, ...(isOfFunctionUrl ? {} : cors) },
  });
}

/** Requires `answer` to be the complete proxy response with a problem document. */
export function assessProblem(answer: unknown, event: unknown, status: number, detail: string): void {
  assessResponse(answer, event, {
    statusCode: status,
    headers: { "Content-Type": "application/problem+json" },
    body: expect.any(String),
  });
  expect(readAnswer(answer).body).toEqual({
    type: "about:blank",
    title: expect.any(String),
    status,
    detail,
    requestId: REQUEST_ID,
  });
}
