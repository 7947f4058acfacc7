import type { HttpResponse } from "../http";
import type { GatewayResponse } from "./openapi";

/** An error that API Gateway itself answers. */
export interface GatewayError {
  /** API Gateway's response type, e.g. `BAD_REQUEST_BODY`. */
  readonly responseType: string;
  /** The default status of this type. */
  readonly status: number;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string | undefined;
  readonly message: string;
}

const error = (responseType: string, status: number, errorType: string, message: string): GatewayError => ({
  responseType,
  status,
  errorType,
  message,
});

/** The errors of API Gateway, as recorded from AWS. */
export const GATEWAY_ERRORS = {
  notFound: error(
    "MISSING_AUTHENTICATION_TOKEN",
    403,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
  ),
  badKey: error("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden"),
  unauthorized: error("UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized"),
  // API Gateway's message for an expired token of a user pool.
  expiredToken: error("UNAUTHORIZED", 401, "UnauthorizedException", "The incoming token has expired"),
  accessDenied: error(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    "User is not authorized to access this resource",
  ),
  explicitlyDenied: error(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    "User is not authorized to access this resource with an explicit deny",
  ),
  // The function failed, or API Gateway cannot use the function or its answer
  // (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
  authorizerFailure: error(
    "AUTHORIZER_FAILURE",
    500,
    "InternalServerErrorException",
    "Internal server error",
  ),
  authorizerConfiguration: error(
    "AUTHORIZER_CONFIGURATION_ERROR",
    500,
    "AuthorizerConfigurationException",
    "Internal server error",
  ),
  badBody: error("BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body"),
  tooLarge: {
    responseType: "REQUEST_TOO_LARGE",
    status: 413,
    errorType: undefined,
    message: "HTTP content length exceeded 10485760 bytes.",
  },
  tooLargeForLambda: error("REQUEST_TOO_LARGE", 413, "RequestEntityTooLargeException", "Request Too Long"),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
  refusedByFirewall: error("WAF_FILTERED", 403, "ForbiddenException", "Forbidden"),
  unsupportedMediaType: error("UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException", "Unsupported Media Type"),
  throttled: error("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests"),
  quotaExceeded: error("QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded"),
  configuration: error(
    "API_CONFIGURATION_ERROR",
    500,
    "InternalServerErrorException",
    "Internal server error",
  ),
  // API Gateway answers 500 if Lambda refuses an invocation, e.g. because Lambda throttles. AWS documents no
  // more specific response type (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html).
  functionThrottled: error("DEFAULT_5XX", 500, "InternalServerErrorException", "Internal server error"),
  // As recorded from AWS: localstack/localstack, test_apigateway_lambda.py, test_aws_proxy_binary_response.
  notBase64: error("DEFAULT_5XX", 500, "InternalServerErrorException", "Internal server error"),
  functionFailed: error("INTEGRATION_FAILURE", 502, "InternalServerErrorException", "Internal server error"),
  timedOut: error("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out"),
} as const satisfies Record<string, GatewayError>;

/** The error for a request without required parameters. */
export function missingParameters(names: readonly string[]): GatewayError {
  const message = `Missing required request parameters: [${names.join(", ")}]`;
  return error("BAD_REQUEST_PARAMETERS", 400, "BadRequestException", message);
}

/** The values of a gateway response's variables. */
export interface GatewayContext {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly httpMethod: string;
  /** The path below the stage. */
  readonly resourcePath: string;
  readonly stage: string;
}

/**
 * The answer for an error: the API's gateway response for the type, or for the class (DEFAULT_4XX, DEFAULT_5XX), or API
 * Gateway's default.
 */
export function toGatewayAnswer(
  failure: GatewayError,
  configured: Readonly<Record<string, GatewayResponse>>,
  context: GatewayContext,
): HttpResponse {
  const ids = { "x-amzn-RequestId": context.requestId, "x-amz-apigw-id": context.extendedRequestId };
  if (failure.errorType === undefined) {
    // Only this error is from another layer of API Gateway: the answer is not JSON, and an API cannot configure the
    // answer (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
    return {
      status: failure.status,
      headers: { "Content-Type": "text/plain", ...ids },
      body: failure.message,
    };
  }
  const response =
    configured[failure.responseType] ?? configured[failure.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  const own = { ...ids, "x-amzn-ErrorType": failure.errorType };
  const template = response?.responseTemplates?.["application/json"];
  return {
    status: Number(response?.statusCode ?? failure.status),
    headers: { "Content-Type": "application/json", ...own, ...headersOf(response) },
    body:
      template === undefined
        ? JSON.stringify({ message: failure.message })
        : fill(template, failure, context),
  };
}

/** Headers with `'literal'` values: the engine maps no request parameters into headers. */
function headersOf(response: GatewayResponse | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response?.responseParameters ?? {}).map(([name, value]) => [
      name.replace(/^gatewayresponse\.header\./, ""),
      value.replace(/^'(.*)'$/s, "$1"),
    ]),
  );
}

function fill(template: string, failure: GatewayError, context: GatewayContext): string {
  const variables: Readonly<Record<string, string>> = {
    "error.message": failure.message,
    "error.messageString": JSON.stringify(failure.message),
    "error.responseType": failure.responseType,
    ...context,
  };
  // API Gateway replaces an unknown variable with an empty text.
  return template.replace(
    /\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g,
    (_whole, name: string) => variables[name] ?? "",
  );
}
