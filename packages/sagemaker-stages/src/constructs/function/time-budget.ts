/**
 * Timeouts of API Gateway and the function. Each component times out before the component that waits for it, so that the
 * caller gets the most specific error. The handler reserves a part of the function's time to report a timeout
 * (`RESERVE_IN_MS` in src/runtime/limits.ts). The endpoint has the rest of the function's time. SageMaker's own
 * limit is 60 seconds
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html).
 */

/**
 * Seconds that API Gateway waits for the function: its limit unless AWS raises it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
 */
export const GATEWAY_TIMEOUT_IN_SECONDS = 29;

/** Time for the invocation itself, so that the function can answer before API Gateway times out. */
const INVOCATION_OVERHEAD_IN_SECONDS = 1;

/**
 * Timeout of the function in seconds; Lambda takes whole numbers. Lambda's default of 3 seconds is shorter than any cold
 * start of a serverless endpoint.
 */
export const FUNCTION_TIMEOUT_IN_SECONDS = GATEWAY_TIMEOUT_IN_SECONDS - INVOCATION_OVERHEAD_IN_SECONDS;
