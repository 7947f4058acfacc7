import { MAX_EVENT_IN_BYTES } from "../../aws/lambda-limits";
import type { RouteAccess } from "../../environment/model-settings";
import { CORS_EXPOSE_HEADERS } from "../../runtime/cors";
import { GATEWAY_TIMEOUT_IN_SECONDS } from "../function/time-budget";

/** The properties of a route that API Gateway's own responses describe. */
export interface DescribedRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly access: RouteAccess;
  /** A short description of valid requests. */
  readonly allowed: string;
  /** Whether a function answers. Otherwise API Gateway invokes the endpoint. */
  readonly hasFunction: boolean;
}

/** A gateway response of API Gateway's OpenAPI extension. */
export interface GatewayResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: { readonly "application/json": string };
}

interface Answer {
  readonly status: number;
  readonly title: string;
  /** JSON text of the detail, with API Gateway's variables in it. */
  readonly detail: string;
  readonly retryAfterInSeconds?: number;
}

/** Maximum number of routes that one refusal describes, so that the response stays a few lines long. */
const MAX_DESCRIBED_ROUTES = 10;

/** API Gateway's own message; API Gateway adds the quotes. */
const GATEWAY_MESSAGE = "$context.error.messageString";

/**
 * The longest event of a function, in bytes of JSON (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 * API Gateway refuses a request whose event is longer, and its own message names no limit.
 */
const TOO_LARGE_FOR_LAMBDA = `Request Too Long: the event of a function has at most ${MAX_EVENT_IN_BYTES} bytes; allowed: up to about 4.5 MB of bytes, because base64 makes bytes a third larger; or up to about 6 MB of JSON.`;

/** The detail of a 415 on a route without a function. Such a route accepts JSON, or bytes of every media type. */
const UNSUPPORTED_BY_GATEWAY =
  "Unsupported Media Type: $context.httpMethod $context.resourcePath does not take this Content-Type; allowed: application/json";

/**
 * API Gateway's own responses, as problem documents like the handlers' errors, and with CORS headers, so that a page can
 * read the reason of a refusal. Only a body of more than 10 MB is refused in plain text: that response cannot be changed
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html). Templates contain variables
 * and no logic
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html).
 *
 * @param corsAllowOrigin - value of Access-Control-Allow-Origin
 * @param routes - every route of the API
 * @param takesBytes - whether the API has binary media types
 */
export function gatewayResponses(
  corsAllowOrigin: string,
  routes: readonly DescribedRoute[],
  takesBytes = false,
): Record<string, GatewayResponse> {
  const answers: Record<string, Answer> = {
    BAD_REQUEST_BODY: {
      status: 400,
      title: "Bad Request",
      detail: JSON.stringify(
        `Invalid request body: the body is not JSON, or does not match the request model of $context.httpMethod $context.resourcePath; allowed: ${allowedBodies(routes)}`,
      ),
    },
    BAD_REQUEST_PARAMETERS: { status: 400, title: "Bad Request", detail: GATEWAY_MESSAGE },
    ACCESS_DENIED: {
      status: 403,
      title: "Forbidden",
      detail: quoted(
        "The caller is not allowed to call this route: the caller's IAM policies must allow execute-api:Invoke on the route.",
      ),
    },
    EXPIRED_TOKEN: { status: 403, title: "Forbidden", detail: GATEWAY_MESSAGE },
    INVALID_API_KEY: {
      status: 403,
      title: "Forbidden",
      detail: quoted("Forbidden: this route requires the environment's API key in the header x-api-key."),
    },
    INVALID_SIGNATURE: { status: 403, title: "Forbidden", detail: GATEWAY_MESSAGE },
    MISSING_AUTHENTICATION_TOKEN: {
      status: 403,
      title: "Forbidden",
      detail: quoted(
        "Missing Authentication Token: this stage has no such path and method, or the route requires a signed request (AWS Signature Version 4, service execute-api) and this request is not signed.",
      ),
    },
    REQUEST_TOO_LARGE: {
      status: 413,
      title: "Content Too Large",
      detail: takesBytes ? quoted(TOO_LARGE_FOR_LAMBDA) : GATEWAY_MESSAGE,
    },
    UNSUPPORTED_MEDIA_TYPE: {
      status: 415,
      title: "Unsupported Media Type",
      // A function refuses media types on its route: API Gateway refuses media types only on routes without a function.
      detail: routes.every(({ hasFunction }) => hasFunction)
        ? GATEWAY_MESSAGE
        : quoted(UNSUPPORTED_BY_GATEWAY),
    },
    QUOTA_EXCEEDED: { status: 429, title: "Too Many Requests", detail: GATEWAY_MESSAGE },
    THROTTLED: {
      status: 429,
      title: "Too Many Requests",
      detail: quoted(
        "Too Many Requests: the stage's limit is reached. Try again after the seconds in Retry-After.",
      ),
      retryAfterInSeconds: 1,
    },
    INTEGRATION_TIMEOUT: {
      status: 504,
      title: "Gateway Timeout",
      detail: quoted(
        `Endpoint request timed out: ${timedOutComponents(routes)} did not answer within ${GATEWAY_TIMEOUT_IN_SECONDS} seconds. Try again.`,
      ),
    },
  };
  const defaults = {
    // Other errors keep their status, which the template cannot contain.
    DEFAULT_4XX: toGatewayResponse(
      { title: "The request was refused", detail: GATEWAY_MESSAGE },
      corsAllowOrigin,
    ),
    DEFAULT_5XX: toGatewayResponse({ title: "The request failed", detail: GATEWAY_MESSAGE }, corsAllowOrigin),
  };
  const specific = Object.entries(answers).map(([type, answer]) => [
    type,
    toGatewayResponse(answer, corsAllowOrigin),
  ]);
  return { ...Object.fromEntries(specific), ...defaults };
}

/**
 * The valid bodies, for the detail of a refusal. An API has one template for this refusal, and the template cannot depend on
 * the called route. Every caller can read the template, so the template describes only the bodies of public routes.
 */
function allowedBodies(routes: readonly DescribedRoute[]): string {
  const withBody = routes.filter(({ method }) => method === "POST");
  const open = withBody.filter(({ access }) => access === "PUBLIC");
  const described = open
    .slice(0, MAX_DESCRIBED_ROUTES)
    .map(({ method, path, allowed }) => `${method} ${path} takes ${allowed}`);
  if (described.length === withBody.length) return described.join("; ");
  const document = "the request body in the API's OpenAPI document";
  if (described.length === 0) return `${document} for this route`;
  const more = open.length - described.length;
  return `${described.join("; ")}; for every other route${more === 0 ? "" : ` (${more} more public routes)`}, ${document}`;
}

/** The components that can time out. An API has one template for timeouts of all routes. */
function timedOutComponents(routes: readonly DescribedRoute[]): string {
  if (routes.every(({ hasFunction }) => hasFunction)) return "the function";
  return routes.some(({ hasFunction }) => hasFunction) ? "the function or the endpoint" : "the endpoint";
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function toGatewayResponse(
  answer: Partial<Answer> & Pick<Answer, "title" | "detail">,
  corsAllowOrigin: string,
): GatewayResponse {
  const { status, title, detail, retryAfterInSeconds } = answer;
  const statusMember = status === undefined ? "" : `"status":${status},`;
  return {
    ...(status === undefined ? {} : { statusCode: String(status) }),
    responseParameters: {
      "gatewayresponse.header.Access-Control-Allow-Origin": `'${corsAllowOrigin}'`,
      "gatewayresponse.header.Access-Control-Expose-Headers": `'${CORS_EXPOSE_HEADERS}'`,
      "gatewayresponse.header.Content-Type": "'application/problem+json'",
      ...(retryAfterInSeconds === undefined
        ? {}
        : { "gatewayresponse.header.Retry-After": `'${retryAfterInSeconds}'` }),
    },
    responseTemplates: {
      "application/json": `{"type":"about:blank","title":${quoted(title)},${statusMember}"detail":${detail},"requestId":"$context.requestId"}`,
    },
  };
}
