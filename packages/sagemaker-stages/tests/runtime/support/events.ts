import type { LambdaContext } from "../../../src/runtime/event";

/** The id that API Gateway and function URLs give a request in these events. */
export const REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
/** The id that Lambda gives the invocation. */
export const LAMBDA_REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/** The example of loan-default, which the sample model answers with `repaid`. */
export const ROW = "52000.5,8500,36";

/** {@link ROW} with another text in place of one number. */
export function rowWith(cell: string, position: number): string {
  return ROW.split(",")
    .with(position - 1, cell)
    .join(",");
}

/** What an HTTP event may hold beside its body. */
export interface HttpOptions {
  /** `undefined` sends no such header. @default application/json */
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isBase64Encoded?: boolean;
}

/** API Gateway REST proxy event, payload version 1.0: headers with the caller's capitals. */
export function restEvent(body: string | null, options: HttpOptions = {}): unknown {
  const { contentType, headers = {}, isBase64Encoded = false } = { contentType: JSON_TYPE, ...options };
  return {
    resource: "/loan-default",
    path: "/loan-default",
    httpMethod: "POST",
    headers: {
      Accept: "*/*",
      Host: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      ...(contentType === undefined ? {} : { "Content-Type": contentType }),
      ...headers,
    },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: "111122223333",
      httpMethod: "POST",
      path: "/dev/loan-default",
      stage: "dev",
      requestId: REQUEST_ID,
      identity: { sourceIp: "192.0.2.1" },
    },
    body,
    isBase64Encoded,
  };
}

/** Function URL event, payload version 2.0: headers in lower case, no body where there is none. */
export function functionUrlEvent(body: string | undefined, options: HttpOptions = {}): unknown {
  const { contentType, headers = {}, isBase64Encoded = false } = { contentType: JSON_TYPE, ...options };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: "",
    headers: {
      accept: "*/*",
      host: "abcdefghij.lambda-url.us-east-1.on.aws",
      ...(contentType === undefined ? {} : { "content-type": contentType }),
      ...headers,
    },
    requestContext: {
      accountId: "111122223333",
      domainName: "abcdefghij.lambda-url.us-east-1.on.aws",
      http: { method: "POST", path: "/", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
      requestId: REQUEST_ID,
      stage: "$default",
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}

const JSON_TYPE = "application/json";

/** REST proxy event of `GET <path>?<query>`: of a name that comes twice, API Gateway keeps the last value. */
export function restQueryEvent(query: string): unknown {
  const values = [...new URLSearchParams(query)];
  return {
    resource: "/language-check",
    path: "/language-check",
    httpMethod: "GET",
    headers: { Accept: "*/*", Host: "abcdefghij.execute-api.us-east-1.amazonaws.com" },
    multiValueHeaders: {},
    queryStringParameters: values.length === 0 ? null : Object.fromEntries(values),
    multiValueQueryStringParameters: values.length === 0 ? null : Object.fromEntries(allValues(query)),
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: "111122223333",
      httpMethod: "GET",
      path: "/dev/language-check",
      stage: "dev",
      requestId: REQUEST_ID,
      identity: { sourceIp: "192.0.2.1" },
    },
    body: null,
    isBase64Encoded: false,
  };
}

/** Function URL event of `GET /?<query>`: of a name that comes twice, all values are joined by commas. */
export function functionUrlQueryEvent(query: string): unknown {
  const values = allValues(query).map(([name, list]) => [name, list.join(",")]);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: query,
    headers: { accept: "*/*", host: "abcdefghij.lambda-url.us-east-1.on.aws" },
    ...(values.length === 0 ? {} : { queryStringParameters: Object.fromEntries(values) }),
    requestContext: {
      accountId: "111122223333",
      domainName: "abcdefghij.lambda-url.us-east-1.on.aws",
      http: { method: "GET", path: "/", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
      requestId: REQUEST_ID,
      stage: "$default",
    },
    isBase64Encoded: false,
  };
}

function allValues(query: string): [name: string, values: string[]][] {
  const parameters = new URLSearchParams(query);
  return [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]);
}

/** Lambda's context of an invocation that starts now and is ended in so many milliseconds. */
export function contextWith(remainingInMs: number): LambdaContext {
  const end = performance.now() + remainingInMs;
  return {
    awsRequestId: LAMBDA_REQUEST_ID,
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
}
