import type { Model } from "../models";
import type { Route } from "../runtime/contract";
import type { LambdaContext } from "../runtime/event";

/**
 * The id of the request in the events of {@link restEvent}, {@link restHttpEvent} and {@link functionUrlEvent}.
 *
 * @example expect(answer.body).toMatchObject({ status: 400, requestId: REQUEST_ID });
 */
export const REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/**
 * The id of the invocation in the contexts of {@link lambdaContext}.
 *
 * @example expect(log.lines()).toMatchObject([{ lambdaRequestId: LAMBDA_REQUEST_ID }]);
 */
export const LAMBDA_REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/**
 * An HTTP request of a caller.
 *
 * @example
 * const request: HttpRequest = { body: "5.1,3.5", contentType: "text/csv" };
 */
export interface HttpRequest {
  /** The body: a text, a text in base64 with `isBase64Encoded`, or bytes, which the event has in base64. @default - no body */
  readonly body?: string | Uint8Array;
  /** The header Content-Type. `undefined`: no such header. @default application/json with a body, else no such header */
  readonly contentType?: string | undefined;
  /** More headers. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - whether the body is bytes */
  readonly isBase64Encoded?: boolean;
  /** The query as in a URL, without `?`, e.g. `q=who%20am%20i&k=3`. @default "" */
  readonly query?: string;
}

/**
 * The REST API's event of a request: the payload of the proxy integration, version 1.0.
 *
 * @example
 * const event: RestEvent = restEvent(models.iris, models.iris.example.request);
 */
export interface RestEvent {
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters: Readonly<Record<string, string>> | null;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>> | null;
  readonly pathParameters: null;
  readonly stageVariables: null;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * The event that API Gateway sends to the function of a model for a valid request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 *
 * @param model - the route decides whether the request is a body or a query
 * @param request - the bare request, e.g. the model's `example.request`, or the bytes of a body
 * @param http - headers and Content-Type
 * @throws Error if the catalog has no line for the model
 * @example
 * const event = restEvent(models.iris, models.iris.example.request);
 */
export function restEvent(
  model: Pick<Model, "route">,
  request: unknown,
  http: Pick<HttpRequest, "contentType" | "headers"> = {},
): RestEvent {
  requireModel(model);
  const { route } = model;
  if (route.method === "GET") return restHttpEvent(route, { ...http, query: queryOf(request) });
  const body = request instanceof Uint8Array ? request : JSON.stringify(request);
  return restHttpEvent(route, { ...http, body });
}

/** Jest does not check types: without a line in the catalog, a test passes `undefined`. */
function requireModel(model: unknown): void {
  if (model !== undefined) return;
  throw new Error("model: got undefined; allowed: a model of functions/index.ts; add its line");
}

function queryOf(request: unknown): string {
  const values = Object.entries(request ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(values).toString();
}

/**
 * The event that API Gateway sends to a function for any HTTP request, valid or not. The names of headers are spelled as in
 * the request. If the query repeats a parameter, `queryStringParameters` has the last value.
 *
 * @param route - the route of a model
 * @example
 * const event = restHttpEvent(models.iris.route, { body: "no JSON" });
 */
export function restHttpEvent({ method, path }: Route, request: HttpRequest): RestEvent {
  const parameters = parametersOf(request.query ?? "");
  return {
    resource: path,
    path,
    httpMethod: method,
    headers: {
      Accept: "*/*",
      Host: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      ...contentTypeHeader("Content-Type", request),
      ...request.headers,
    },
    multiValueHeaders: {},
    queryStringParameters: valuesOf(parameters, (values) => values.at(-1) ?? "") ?? null,
    multiValueQueryStringParameters: valuesOf(parameters, (values) => values) ?? null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: "111122223333",
      httpMethod: method,
      path: `/test${path}`,
      stage: "test",
      requestId: REQUEST_ID,
      identity: { sourceIp: "192.0.2.1" },
    },
    body: null,
    ...encodedBody(request),
  };
}

/**
 * The event that a function URL sends to a function for any HTTP request, valid or not: payload version 2.0
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). The names of headers are in
 * lower case. If the query repeats a parameter, commas join the values.
 *
 * @param route - the route of a model. Only the method is used, because a function URL has the path `/`
 * @example
 * const event = functionUrlEvent(models.iris.route, { query: "q=who%20am%20i&k=3" });
 */
export function functionUrlEvent({ method }: Pick<Route, "method">, request: HttpRequest): unknown {
  const host = "abcdefghij.lambda-url.us-east-1.on.aws";
  const parameters = valuesOf(parametersOf(request.query ?? ""), (values) => values.join(","));
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: request.query ?? "",
    headers: { accept: "*/*", host, ...contentTypeHeader("content-type", request), ...request.headers },
    ...(parameters === undefined ? {} : { queryStringParameters: parameters }),
    requestContext: {
      accountId: "111122223333",
      domainName: host,
      http: { method, path: "/", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
      requestId: REQUEST_ID,
      stage: "$default",
    },
    ...encodedBody(request),
  };
}

function encodedBody({ body, isBase64Encoded = body instanceof Uint8Array }: HttpRequest): {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
} {
  if (body === undefined) return { isBase64Encoded };
  return { body: typeof body === "string" ? body : Buffer.from(body).toString("base64"), isBase64Encoded };
}

function contentTypeHeader(name: string, request: HttpRequest): Record<string, string> {
  const byDefault = request.body === undefined ? {} : { contentType: "application/json" };
  const { contentType } = { ...byDefault, ...request };
  return contentType === undefined ? {} : { [name]: contentType };
}

/** The values of each parameter in their order. */
function parametersOf(query: string): [name: string, values: string[]][] {
  const parameters = new URLSearchParams(query);
  return [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]);
}

function valuesOf<Value>(
  parameters: readonly [name: string, values: string[]][],
  toValue: (values: string[]) => Value,
): Record<string, Value> | undefined {
  if (parameters.length === 0) return undefined;
  return Object.fromEntries(parameters.map(([name, values]) => [name, toValue(values)]));
}

/** A time that is enough for every handler, and less than Jest's limit for a test: 5 seconds. */
const TIMEOUT_IN_MS = 4_000;

/**
 * Lambda's context of an invocation that starts now.
 *
 * @param timeoutInMs - the time after which Lambda ends the invocation
 * @example
 * const answer = await handler(event, lambdaContext(100)); // too short for the endpoint's answer
 */
export function lambdaContext(timeoutInMs = TIMEOUT_IN_MS): LambdaContext {
  const end = performance.now() + timeoutInMs;
  return {
    awsRequestId: LAMBDA_REQUEST_ID,
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
}
