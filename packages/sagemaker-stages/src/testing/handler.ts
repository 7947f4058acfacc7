import * as z from "zod";
import type { ContractModel } from "../models";
import { createHandler } from "../runtime/handler";
import { isRecord } from "../runtime/json";
import { EVERY_PART } from "../runtime/parts";
import { createStreamingHandlerWith } from "../runtime/stream/handler";
import type { EndpointServer } from "./endpoint-server";
import { type HttpRequest, lambdaContext, restEvent } from "./events";
import { RECORDED_LAMBDA, RecordedResponseStream } from "./response-stream";

// zod sets English messages for the whole process. A function on Lambda contains zod/mini. Without zod's messages, the
// answers of the function name the rule of a fault. This line removes the messages, so that a handler in this process
// gives the same answers.
z.config({ localeError: undefined });

/**
 * The variables that Lambda sets for a function, with the address of a server that answers in place of the endpoint.
 *
 * @example
 * const handler = createHandler(models.iris, handlerEnvironment(endpoint));
 */
export function handlerEnvironment(endpoint: Pick<EndpointServer, "url">): Readonly<Record<string, string>> {
  return {
    ENDPOINT_NAME: "endpoint",
    AWS_REGION: "us-east-1",
    // The example key pair of AWS's documentation.
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url,
  };
}

/**
 * The answer of a handler to an HTTP request.
 *
 * @example
 * const answer: HandlerAnswer = await invokeHandler(models.iris, models.iris.example.request, endpoint);
 * expect(answer).toMatchObject({ status: 200, body: models.iris.example.answer });
 */
export interface HandlerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The value of an answer in JSON, the bytes of an answer in base64, or the text of another answer. */
  readonly body: unknown;
}

/**
 * Invokes the handler of a model with one request, as API Gateway does, in this process. The answer of a contract with
 * `stream` is the whole stream; `RecordedResponseStream` shows its parts. The log contains the messages of errors, so that
 * `captureLog` shows the reason of a failure.
 *
 * @param model - e.g. a model of `functions/index.ts`, with a contract; {@link invokePackage} invokes a handler in Python
 * @param request - the bare request, or the bytes of a body. The request can be invalid
 * @param endpoint - answers in place of the model's endpoint
 * @param http - headers and Content-Type of the request
 * @example
 * const endpoint = await EndpointServer.start();
 * endpoint.willAnswer({ body: "0.87" });
 * expect(await invokeHandler(models.iris, models.iris.example.request, endpoint)).toMatchObject({ status: 200 });
 * await endpoint.close();
 * @example
 * const image = readFileSync("cat.jpg");
 * await invokeHandler(models["cat-finder"], image, endpoint, { contentType: "image/jpeg" });
 */
export async function invokeHandler(
  model: ContractModel,
  request: unknown,
  endpoint: Pick<EndpointServer, "url">,
  http: Pick<HttpRequest, "contentType" | "headers"> = {},
): Promise<HandlerAnswer> {
  const environment = { ...handlerEnvironment(endpoint), LOG_ERROR_MESSAGES: "true" };
  const event = restEvent(model, request, http);
  if (model.stream !== undefined) {
    const handler = createStreamingHandlerWith(EVERY_PART, model, environment, { lambda: RECORDED_LAMBDA });
    const stream = new RecordedResponseStream();
    await handler(event, stream, lambdaContext());
    const { status, headers, body } = stream.answer;
    return { status, headers, body: parsedBody(body) };
  }
  const answer: unknown = await createHandler(model, environment)(event, lambdaContext());
  return readAnswer(answer);
}

/**
 * Reads the proxy response that a handler returned, e.g. for an event of `restHttpEvent`.
 *
 * @throws Error if the handler returned another value
 * @example
 * const { status, body } = readAnswer(await handler(event, lambdaContext()));
 */
export function readAnswer(answer: unknown): HandlerAnswer {
  if (isRecord(answer)) {
    const { statusCode, headers, body, isBase64Encoded } = answer;
    if (typeof statusCode === "number" && isRecord(headers) && typeof body === "string") {
      return {
        status: statusCode,
        headers: headers as Record<string, string>,
        body: isBase64Encoded === true ? Buffer.from(body, "base64") : parsedBody(body),
      };
    }
  }
  throw new Error(`the handler's answer: got ${JSON.stringify(answer)}; allowed: a proxy response`);
}

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
