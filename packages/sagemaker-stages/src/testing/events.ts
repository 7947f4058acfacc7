import type { Model } from "../models";
import type { Route } from "../runtime/contract";
import type { LambdaContext } from "../runtime/event";

/** The id that API Gateway and function URLs give the request in the events of this module. */
export const REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/** The id that Lambda gives the invocation in the contexts of this module. */
export const LAMBDA_REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/** An HTTP request, as a caller sends it. */
export interface HttpRequest {
  /** The body as text, as base64 with `isBase64Encoded`, or as bytes, which the event has in base64. @default - no body */
  readonly body?: string | Uint8Array;
  /** `undefined` sends no such header. @default application/json with a body, else no such header */
  readonly contentType?: string | undefined;
  /** More headers. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - whether the body is bytes */
  readonly isBase64Encoded?: boolean;
  /** The query as in a URL, without `?`, e.g. `q=who%20am%20i&k=3`. @default "" */
  readonly query?: string;
}

/** The REST API's event for one request: the proxy integration's payload, version 1.0. */
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
 */
export function restEvent(
  { route }: Pick<Model, "route">,
  request: unknown,
  http: Pick<HttpRequest, "contentType" | "headers"> = {},
): RestEvent {
  if (route.method === "GET") return restHttpEvent(route, { ...http, query: queryOf(request) });
  const body = request instanceof Uint8Array ? request : JSON.stringify(request);
  return restHttpEvent(route, { ...http, body });
}

function queryOf(request: unknown): string {
  const values = Object.entries(request ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(values).toString();
}

/**
 * The event that API Gateway sends to a function for any HTTP request, valid or not. The headers keep the caller's
 * capitals. Where a parameter of the query comes twice, `queryStringParameters` has the last value.
 *
 * @param route - the route of a model, `about.route`
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
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). The headers are in lower case. Where
 * a parameter of the query comes twice, commas join the values.
 *
 * @param route - the route of a model, `about.route`; a function URL has no path of its own
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

/** The values of each parameter, in their order. */
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

/** Enough for every handler, and less than Jest's own limit of 5 seconds. */
const TIMEOUT_IN_MS = 4_000;

/**
 * Lambda's context of an invocation that starts now.
 *
 * @param timeoutInMs - the time after which Lambda would end the invocation
 */
export function lambdaContext(timeoutInMs = TIMEOUT_IN_MS): LambdaContext {
  const end = performance.now() + timeoutInMs;
  return {
    awsRequestId: LAMBDA_REQUEST_ID,
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
}
