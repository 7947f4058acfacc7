import { describe, expect, it } from "@jest/globals";
import {
  GATEWAY_ERRORS,
  type GatewayContext,
  type GatewayError,
  toGatewayAnswer,
} from "../../src/local/rest-api/gateway-response";
import type { GatewayResponse } from "../../src/local/rest-api/openapi";

const CONTEXT: GatewayContext = {
  requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  extendedRequestId: "QcGxwHJUIAMFg5w=",
  httpMethod: "POST",
  resourcePath: "/loan-default",
  stage: "dev",
};

const IDS = { "x-amzn-RequestId": CONTEXT.requestId, "x-amz-apigw-id": CONTEXT.extendedRequestId };

/** AWS's default answers: status, body, x-amzn-ErrorType. */
const RECORDED: readonly [string, GatewayError, number, string, string][] = [
  [
    "an unknown path or method, or no signature",
    GATEWAY_ERRORS.notFound,
    403,
    '{"message":"Missing Authentication Token"}',
    "MissingAuthenticationTokenException",
  ],
  ["a wrong key", GATEWAY_ERRORS.badKey, 403, '{"message":"Forbidden"}', "ForbiddenException"],
  [
    "a body that does not match the model",
    GATEWAY_ERRORS.badBody,
    400,
    '{"message":"Invalid request body"}',
    "BadRequestException",
  ],
  [
    "too many requests",
    GATEWAY_ERRORS.throttled,
    429,
    '{"message":"Too Many Requests"}',
    "TooManyRequestsException",
  ],
  [
    "a function that failed",
    GATEWAY_ERRORS.functionFailed,
    502,
    '{"message":"Internal server error"}',
    "InternalServerErrorException",
  ],
  [
    "a function that may not be invoked",
    GATEWAY_ERRORS.configuration,
    500,
    '{"message":"Internal server error"}',
    "InternalServerErrorException",
  ],
  [
    "a function that took too long",
    GATEWAY_ERRORS.timedOut,
    504,
    '{"message":"Endpoint request timed out"}',
    "InternalServerErrorException",
  ],
];

/** A configured gateway response. */
function configured(template: string, more: Partial<GatewayResponse> = {}): GatewayResponse {
  return {
    statusCode: undefined,
    responseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
    responseTemplates: { "application/json": template },
    ...more,
  };
}

describe("an answer of API Gateway itself", () => {
  it.each(RECORDED)(
    "the answer is AWS's default when the API has no gateway response: %s",
    (_case, failure, status, body, type) => {
      // Act
      const answer = toGatewayAnswer(failure, {}, CONTEXT);

      // Assess
      expect(answer).toEqual({
        status,
        headers: { "Content-Type": "application/json", "x-amzn-ErrorType": type, ...IDS },
        body,
      });
    },
  );

  it.each([
    ["nothing", {}],
    ["its class", { DEFAULT_4XX: configured("the caller's fault") }],
    ["its type", { REQUEST_TOO_LARGE: configured("too long") }],
  ])(
    "the answer is plain text for a request over 10 MB, even if the API configures %s",
    (_case, responses) => {
      // Act
      const answer = toGatewayAnswer(GATEWAY_ERRORS.tooLarge, responses, CONTEXT);

      // Assess
      expect(answer).toEqual({
        status: 413,
        headers: { "Content-Type": "text/plain", ...IDS },
        body: "HTTP content length exceeded 10485760 bytes.",
      });
    },
  );

  it("the answer is the API's gateway response for the type", () => {
    // Prepare
    const responses = {
      THROTTLED: configured('{"title":"Slow down"}', {
        statusCode: "503",
        responseParameters: {
          "gatewayresponse.header.Retry-After": "'1'",
          "gatewayresponse.header.Content-Type": "'application/problem+json'",
        },
      }),
      DEFAULT_4XX: configured("{}"),
    };

    // Act
    const answer = toGatewayAnswer(GATEWAY_ERRORS.throttled, responses, CONTEXT);

    // Assess
    expect(answer).toEqual({
      status: 503,
      headers: {
        "Content-Type": "application/problem+json",
        "Retry-After": "1",
        "x-amzn-ErrorType": "TooManyRequestsException",
        ...IDS,
      },
      body: '{"title":"Slow down"}',
    });
  });

  it.each([
    [GATEWAY_ERRORS.badBody, "the caller's fault", 400],
    [GATEWAY_ERRORS.notFound, "the caller's fault", 403],
    [GATEWAY_ERRORS.tooLargeForLambda, "the caller's fault", 413],
    [GATEWAY_ERRORS.throttled, "the caller's fault", 429],
    [GATEWAY_ERRORS.configuration, "our fault", 500],
    [GATEWAY_ERRORS.functionFailed, "our fault", 502],
    [GATEWAY_ERRORS.timedOut, "our fault", 504],
  ])(
    "the answer is the gateway response of the class when the type has none, with the default status: %j",
    (failure, body, status) => {
      // Prepare
      const responses = {
        DEFAULT_4XX: configured("the caller's fault"),
        DEFAULT_5XX: configured("our fault"),
      };

      // Act
      const answer = toGatewayAnswer(failure, responses, CONTEXT);

      // Assess
      expect(answer).toMatchObject({ status, body, headers: { "Access-Control-Allow-Origin": "*", ...IDS } });
    },
  );

  it("keeps AWS's body when the API configures only headers or a status", () => {
    // Prepare
    const responses: Record<string, GatewayResponse> = {
      INVALID_API_KEY: {
        statusCode: "401",
        responseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
      },
    };

    // Act
    const answer = toGatewayAnswer(GATEWAY_ERRORS.badKey, responses, CONTEXT);

    // Assess
    expect(answer).toMatchObject({
      status: 401,
      headers: { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*" },
      body: '{"message":"Forbidden"}',
    });
  });

  it.each([
    ["$context.error.message", "Invalid request body"],
    ['{"message":$context.error.messageString}', '{"message":"Invalid request body"}'],
    ["$context.error.responseType", "BAD_REQUEST_BODY"],
    ["$context.requestId", CONTEXT.requestId],
    ["$context.extendedRequestId", CONTEXT.extendedRequestId],
    ["$context.httpMethod $context.resourcePath; ", "POST /loan-default; "],
    ["$context.stage/$context.stage", "dev/dev"],
    ["[$context.identity.unknown]", "[]"],
    ["$5 and $context", "$5 and $context"],
  ])("fills the variables of a template: %s", (template, body) => {
    // Prepare
    const responses = { BAD_REQUEST_BODY: configured(template) };

    // Act
    const answer = toGatewayAnswer(GATEWAY_ERRORS.badBody, responses, CONTEXT);

    // Assess
    expect(answer.body).toBe(body);
  });

  it("quotes a message so that the document stays JSON", () => {
    // Prepare
    const failure: GatewayError = {
      responseType: "INVALID_SIGNATURE",
      status: 403,
      errorType: "InvalidSignatureException",
      message: 'scoped to "us-east-1"\n\\ $context.stage $& $1',
    };
    const responses = { INVALID_SIGNATURE: configured('{"detail":$context.error.messageString}') };

    // Act
    const answer = toGatewayAnswer(failure, responses, CONTEXT);

    // Assess
    expect(JSON.parse(String(answer.body))).toEqual({ detail: failure.message });
  });
});
