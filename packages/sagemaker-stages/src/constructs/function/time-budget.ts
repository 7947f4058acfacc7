/**
 * Who waits how long, from the outside in: each gives up before the one that waits for it, so that a caller is
 * told by whoever knows most. Of the function's time the handler keeps a part to say that there was not enough
 * (`RESERVE_IN_MS` in src/runtime/handler.ts); the rest is what an endpoint may take, which SageMaker would
 * give 60 seconds (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html).
 */

/**
 * Seconds that API Gateway waits for the function: its limit unless AWS raises it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
 */
export const GATEWAY_TIMEOUT_IN_SECONDS = 29;

/** For the way to the function and back: the function, and not the gateway, tells a caller to wait. */
const AROUND_FUNCTION_IN_SECONDS = 1;

/**
 * Seconds that the function has, a whole number as Lambda wants it. Lambda's own default of 3 is shorter than any
 * cold start of a serverless endpoint.
 */
export const FUNCTION_TIMEOUT_IN_SECONDS = GATEWAY_TIMEOUT_IN_SECONDS - AROUND_FUNCTION_IN_SECONDS;
