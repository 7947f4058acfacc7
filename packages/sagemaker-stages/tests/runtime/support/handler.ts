import type { ProxyResponse } from "../../../src/runtime/answer";
import type { Contract } from "../../../src/runtime/contract";
import type { Handler } from "../../../src/runtime/handler";
import { createHandler } from "../../../src/runtime/handler";
import { isRecord } from "../../../src/runtime/json";
import type { EndpointServer } from "../../../src/testing/endpoint-server";
import { contract } from "../../fixtures/app/functions/loan-default/contract";

/** The environment variables that Lambda sets, with the SageMaker runtime on this machine. */
export function environmentOf(endpoint: Pick<EndpointServer, "url">): NodeJS.ProcessEnv {
  return {
    ENDPOINT_NAME: "dev-loan-default-endpoint",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url,
  };
}

/** Creates the loan-default handler, like Lambda's init phase. */
export function handlerOf(
  endpoint: Pick<EndpointServer, "url">,
  environment: NodeJS.ProcessEnv = {},
): Handler {
  return createHandler(contract, { ...environmentOf(endpoint), ...environment });
}

/** Creates the handler of any contract, like Lambda's init phase. */
export function handlerFor<Request, Answer>(
  contract: Contract<Request, Answer>,
  endpoint: Pick<EndpointServer, "url">,
  environment: NodeJS.ProcessEnv = {},
): Handler {
  return createHandler(contract, { ...environmentOf(endpoint), ...environment });
}

/** The environment variable that permits messages of errors in the log. */
export const WITH_MESSAGES = { LOG_ERROR_MESSAGES: "true" } as const;

/** More time than a request in these tests needs, and less than Jest's timeout. */
export const ENOUGH_TIME_IN_MS = 15_000;

/** Parses `answer` as a proxy response. @throws if `answer` is another kind of answer */
export function proxyResponse(answer: unknown): ProxyResponse {
  if (!isRecord(answer)) throw new Error(`got ${JSON.stringify(answer)}, expected a proxy response`);
  const { statusCode, headers, body } = answer;
  if (typeof statusCode !== "number" || !isRecord(headers) || typeof body !== "string") {
    throw new Error(`got ${JSON.stringify(answer)}, expected a proxy response`);
  }
  return { statusCode, headers: headers as Record<string, string>, body };
}

/** The problem document of a proxy response. */
export function problemOf(answer: unknown): unknown {
  return JSON.parse(proxyResponse(answer).body);
}
