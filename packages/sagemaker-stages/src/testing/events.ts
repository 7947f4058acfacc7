import type { Model } from "../models";

/** The REST API's event for one request of a model: the proxy integration's payload, version 1.0. */
export interface RestEvent {
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters: Readonly<Record<string, string>> | null;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * The event that API Gateway sends to the function of a model
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 *
 * @param model - the route decides whether the request is a body or a query
 * @param request - the bare request, e.g. the model's `example.request`
 */
export function restEvent({ route }: Pick<Model, "route">, request: unknown): RestEvent {
  const { method, path } = route;
  const isQuery = method === "GET";
  return {
    resource: path,
    path,
    httpMethod: method,
    headers: {
      Accept: "*/*",
      Host: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      ...(isQuery ? {} : { "Content-Type": "application/json" }),
    },
    queryStringParameters: isQuery ? queryOf(request) : null,
    requestContext: {
      accountId: "111122223333",
      httpMethod: method,
      path: `/test${path}`,
      stage: "test",
      requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
      identity: { sourceIp: "192.0.2.1" },
    },
    body: isQuery ? null : JSON.stringify(request),
    isBase64Encoded: false,
  };
}

function queryOf(request: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(request ?? {}).map(([name, value]) => [name, String(value)]));
}
