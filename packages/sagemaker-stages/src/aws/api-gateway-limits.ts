/** The page with API Gateway's quotas for REST APIs. */
export const REST_API_LIMITS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";

/** API Gateway's quota "AWS Lambda authorizer result size" ({@link REST_API_LIMITS}): 8 KB. AWS does not increase it. */
export const MAX_AUTHORIZER_RESULT_BYTES = 8_192;
