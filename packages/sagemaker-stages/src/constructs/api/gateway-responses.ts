import { MAX_EVENT_IN_BYTES } from "../../aws/lambda-limits";
import { accessKind, type ParsedRouteAccess } from "../../environment/model-settings";
import type { Contract, KeyHeader } from "../../runtime/contract";
import { CORS_EXPOSE_HEADERS } from "../../runtime/cors";
import { type AllowedOrigins, singleOrigin } from "./cors";

/** The properties of a route that API Gateway's own responses describe. */
export interface DescribedRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly access: ParsedRouteAccess;
  /** A short description of valid requests. */
  readonly allowed: string;
  /** Whether a function answers. Otherwise API Gateway invokes the endpoint. */
  readonly hasFunction: boolean;
  /** Seconds that API Gateway waits for the function or the endpoint. */
  readonly timeoutInSeconds: number;
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
  /** The value of WWW-Authenticate. */
  readonly challenge?: string;
}

/** Properties of an API that determine its gateway responses. */
export interface GatewayResponseOptions {
  /** Whether the API has binary media types. @default false */
  readonly takesBytes?: boolean;
  /** Whether the stage has a firewall. @default false */
  readonly hasFirewall?: boolean;
  /** Whether the keys belong to customers. @default false */
  readonly hasCustomers?: boolean;
  /** The headers in which customers send their keys. @default - `x-api-key` */
  readonly keyHeaders?: readonly KeyHeader[];
  /** Further members of each problem document. @default - none */
  readonly problemMembers?: Contract<unknown, unknown>["problemMembers"];
  /** The paths at which callers of asynchronous models get an upload for a larger input. @default - none */
  readonly uploadPaths?: readonly string[];
}

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
 * Without logic, a template cannot compare the origin of a request with a list: with several origins, these responses allow
 * every origin. They contain no answer of a model and no value of another caller, and no response allows credentials
 * (docs/decisions/0063-cors-origins.md).
 *
 * @param corsAllowOrigin - the origins whose pages may read answers
 * @param routes - every route of the API
 */
export function gatewayResponses(
  corsAllowOrigin: AllowedOrigins,
  routes: readonly DescribedRoute[],
  {
    takesBytes = false,
    hasFirewall = false,
    hasCustomers = false,
    keyHeaders = ["x-api-key"],
    problemMembers,
    uploadPaths = [],
  }: GatewayResponseOptions = {},
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
      detail: quoted(accessDenied(routes, hasCustomers)),
      ...(requiresTokens(routes) ? { challenge: "Bearer" } : {}),
    },
    EXPIRED_TOKEN: { status: 403, title: "Forbidden", detail: GATEWAY_MESSAGE },
    INVALID_API_KEY: {
      status: 403,
      title: "Forbidden",
      detail: quoted(
        hasCustomers
          ? `Forbidden: this route requires the key of one of its customers in the header ${listHeaders(keyHeaders)}.`
          : "Forbidden: this route requires the environment's API key in the header x-api-key.",
      ),
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
      detail:
        takesBytes || uploadPaths.length > 0
          ? quoted(`${TOO_LARGE_FOR_LAMBDA}${describeUploads(uploadPaths)}`)
          : GATEWAY_MESSAGE,
    },
    UNSUPPORTED_MEDIA_TYPE: {
      status: 415,
      title: "Unsupported Media Type",
      // A function refuses media types on its route: API Gateway refuses media types only on routes without a function.
      detail: routes.every(({ hasFunction }) => hasFunction)
        ? GATEWAY_MESSAGE
        : quoted(UNSUPPORTED_BY_GATEWAY),
    },
    QUOTA_EXCEEDED: {
      status: 429,
      title: "Too Many Requests",
      detail: hasCustomers
        ? quoted(
            "Limit Exceeded: the quota of the key is used up. Try again in the next period of the quota.",
          )
        : GATEWAY_MESSAGE,
    },
    THROTTLED: {
      status: 429,
      title: "Too Many Requests",
      detail: quoted(
        `Too Many Requests: the stage's limit${hasCustomers ? ", or a limit of the key," : ""} is reached. Try again after the seconds in Retry-After.`,
      ),
      retryAfterInSeconds: 1,
    },
    ...(hasFirewall
      ? {
          WAF_FILTERED: {
            status: 403,
            title: "Forbidden",
            detail: quoted(
              "The firewall refused the request: the request matches a rule of the firewall, or the caller's IP address sent too many requests. After too many requests, try again in a few minutes.",
            ),
          },
        }
      : {}),
    INTEGRATION_TIMEOUT: {
      status: 504,
      title: "Gateway Timeout",
      detail: quoted(
        `Endpoint request timed out: ${timedOutComponents(routes)} did not answer within ${timesOf(routes)}. Try again.`,
      ),
    },
  };
  const origin = singleOrigin(corsAllowOrigin) ?? "*";
  const defaults = {
    // Other errors keep their status, which the template cannot contain.
    DEFAULT_4XX: toGatewayResponse(
      { title: "The request was refused", detail: GATEWAY_MESSAGE },
      origin,
      problemMembers,
    ),
    DEFAULT_5XX: toGatewayResponse(
      { title: "The request failed", detail: GATEWAY_MESSAGE },
      origin,
      problemMembers,
      500,
    ),
  };
  if (requiresTokens(routes) || hasCustomers) {
    Object.assign(answers, authorizerAnswers(requiresTokens(routes), hasCustomers, keyHeaders));
  }
  const specific = Object.entries(answers).map(([type, answer]) => [
    type,
    toGatewayResponse(answer, origin, problemMembers),
  ]);
  return { ...Object.fromEntries(specific), ...defaults };
}

/** Whether a route requires a token, of a user pool or of another issuer. */
function requiresTokens(routes: readonly Pick<DescribedRoute, "access">[]): boolean {
  return routes.some(({ access }) => ["COGNITO", "JWT"].includes(accessKind(access)));
}

/** The detail of a 401. An API has one template for all routes. */
function unauthorized(hasTokens: boolean, hasCustomers: boolean, keyHeaders: readonly KeyHeader[]): string {
  if (!hasCustomers) {
    return "Unauthorized: this route requires a valid token in the header authorization: Bearer <token>. The token is missing, malformed, expired, or of another issuer or audience.";
  }
  const key = `the key of a customer in the header ${listHeaders(keyHeaders)}`;
  return hasTokens
    ? `Unauthorized: this route requires a valid token in the header authorization: Bearer <token>, or ${key}. The credential is missing or not valid.`
    : `Unauthorized: this route requires ${key}. The key is missing or unknown.`;
}

/**
 * The refusals of authorizers. `Bearer` is the scheme of the tokens (https://www.rfc-editor.org/rfc/rfc6750#section-3). An API has one
 * response of a type for all routes, and its headers are static or from the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html): if one route has
 * tokens, the 401 of every route has the scheme. An
 * authorizer that fails never opens a route, and a request can succeed later
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
 */
function authorizerAnswers(
  hasTokens: boolean,
  hasCustomers: boolean,
  keyHeaders: readonly KeyHeader[],
): Readonly<Record<string, Answer>> {
  return {
    UNAUTHORIZED: {
      status: 401,
      title: "Unauthorized",
      detail: quoted(unauthorized(hasTokens, hasCustomers, keyHeaders)),
      // No scheme is registered for keys in another header.
      ...(hasTokens || (hasCustomers && keyHeaders.includes("authorization")) ? { challenge: "Bearer" } : {}),
    },
    ...FAILED_AUTHORIZER,
  };
}

/** The responses for an authorizer that fails. */
const FAILED_AUTHORIZER: Readonly<Record<string, Answer>> = {
  AUTHORIZER_FAILURE: {
    status: 503,
    title: "Service Unavailable",
    detail: quoted(
      "The credential could not be checked: the authorizer or the issuer's keys are not available. Try again after the seconds in Retry-After.",
    ),
    retryAfterInSeconds: 5,
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    title: "Internal Server Error",
    detail: quoted("The credential could not be checked: API Gateway cannot use the authorizer's answer."),
  },
};

/** The detail of a 403 for a caller without permission. An API has one template for all routes. */
function accessDenied(routes: readonly Pick<DescribedRoute, "access">[], hasCustomers: boolean): string {
  const kinds = new Set(routes.map(({ access }) => accessKind(access)));
  const conditions = [
    ...(kinds.has("AWS_IAM") || !(requiresTokens(routes) || hasCustomers)
      ? ["the caller's IAM policies must allow execute-api:Invoke on the route"]
      : []),
    ...(requiresTokens(routes) ? ["a token must have the route's issuer, audience and scopes"] : []),
    ...(hasCustomers ? ["the key must be the key of a customer of the route"] : []),
  ];
  return `The caller is not allowed to call this route: ${conditions.join(", or ")}.`;
}

/**
 * The valid bodies, for the detail of a refusal. An API has one template for this refusal, and the template cannot depend on
 * the called route: the body of one route would mislead the callers of another route, so the template describes the body
 * only if the API has one route with a body. Every caller can read the template, so that route must be public.
 */
function allowedBodies(routes: readonly DescribedRoute[]): string {
  const withBody = routes.filter(({ method }) => method === "POST");
  const [only] = withBody;
  if (withBody.length === 1 && only?.access === "PUBLIC") return only.allowed;
  return "the request body of this route in the API's OpenAPI document";
}

/** The components that can time out. An API has one template for timeouts of all routes. */
function timedOutComponents(routes: readonly DescribedRoute[]): string {
  if (routes.every(({ hasFunction }) => hasFunction)) return "the function";
  return routes.some(({ hasFunction }) => hasFunction) ? "the function or the endpoint" : "the endpoint";
}

/** The time that API Gateway waits. An API has one template for timeouts of all routes. */
function timesOf(routes: readonly DescribedRoute[]): string {
  const times = routes.map(({ timeoutInSeconds }) => timeoutInSeconds);
  const [min, max] = [Math.min(...times), Math.max(...times)];
  return min === max ? `${max} seconds` : `the time of the route, ${min} to ${max} seconds`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function toGatewayResponse(
  answer: Partial<Answer> & Pick<Answer, "title" | "detail">,
  corsAllowOrigin: string,
  problemMembers?: GatewayResponseOptions["problemMembers"],
  statusOfMembers = 400,
): GatewayResponse {
  const { status, title, detail, retryAfterInSeconds, challenge } = answer;
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
      ...(challenge === undefined ? {} : { "gatewayresponse.header.WWW-Authenticate": `'${challenge}'` }),
    },
    responseTemplates: {
      "application/json": `{"type":"about:blank","title":${quoted(title)},${statusMember}"detail":${detail},"requestId":"$context.requestId"${furtherMembers(problemMembers, status ?? statusOfMembers, detail)}}`,
    },
  };
}

/** Stands for the detail, which can be a variable of API Gateway. */
const DETAIL = "the detail of the problem";

/** The members of the problem itself. Further members do not replace them. */
const OWN_MEMBERS = ["type", "title", "status", "detail", "requestId"];

/** The text of further members. */
function furtherMembers(
  problemMembers: GatewayResponseOptions["problemMembers"],
  status: number,
  detail: string,
): string {
  // As in a function: JSON has no members without a value.
  const members: object = JSON.parse(JSON.stringify(problemMembers?.({ status, detail: DETAIL }) ?? {}));
  return Object.entries(members)
    .filter(([name]) => !OWN_MEMBERS.includes(name))
    .map(
      ([name, value]) => `,${quoted(name)}:${JSON.stringify(value).replaceAll(quoted(DETAIL), () => detail)}`,
    )
    .join("");
}

/** Where a caller sends an input that is too large for a function. */
function describeUploads(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return ` Upload a larger input: ${paths.map((path) => `POST ${path}`).join(" or ")}.`;
}

/** `x-api-key`, or `authorization: Bearer <key>`, or both. */
function listHeaders(keyHeaders: readonly KeyHeader[]): string {
  const shown: Readonly<Record<KeyHeader, string>> = {
    "x-api-key": "x-api-key",
    authorization: "authorization: Bearer <key>",
  };
  return keyHeaders.map((header) => shown[header]).join(" or ");
}
