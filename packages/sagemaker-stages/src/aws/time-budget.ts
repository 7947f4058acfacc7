/**
 * The time budget of a request. Each component times out before the component that waits for it, so that the caller gets the
 * most specific error: SageMaker before the handler, the handler before the function, the function before API Gateway.
 * `docs/long-answers.md` shows {@link TIME_BUDGET} as a table.
 */

const QUOTAS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";
const TRANSFER_MODE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html";
const HOSTING = "https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html";

/** Sources of the limits, for messages. */
export const TIME_SOURCES = { quotas: QUOTAS, transferMode: TRANSFER_MODE, hosting: HOSTING } as const;

/** Seconds that API Gateway waits for a buffered answer: its limit unless AWS raises the account's quota (QUOTAS). */
export const GATEWAY_TIMEOUT_IN_SECONDS = 29;

/**
 * The maximum to which AWS raises the quota for Regional APIs, in seconds
 * (https://repost.aws/questions/QUlDTc_17EQ_mOJAhR3LHNDw/what-the-maximum-default-timeout-for-api-gateway-can-be-increased-to-after-applying-for-a-service-quotas-limit-increase).
 */
export const MAX_RAISED_TIMEOUT_IN_SECONDS = 300;

/** Seconds without data after which a Regional API closes a stream (TRANSFER_MODE). A plain answer is one piece of data. */
export const STREAM_IDLE_IN_SECONDS = 300;

/** Seconds after which API Gateway ends a stream (TRANSFER_MODE): also Lambda's limit of an invocation. */
export const MAX_STREAM_IN_SECONDS = 900;

/** Seconds in which a container must answer a plain request (HOSTING). The handler then tries again, if the error permits it. */
export const ATTEMPT_IN_SECONDS = 60;

/** Seconds in which a container must end a streamed answer (HOSTING). */
export const STREAMED_ATTEMPT_IN_SECONDS = 480;

/** Time for the invocation itself, so that the function can answer before API Gateway times out. */
const INVOCATION_OVERHEAD_IN_SECONDS = 1;

/** Time in which the handler still reports a timeout. `RESERVE_IN_MS` in src/runtime/limits.ts is this time: a test compares. */
const HANDLER_RESERVE_IN_SECONDS = 0.5;

/** The minimum of `timeoutInSeconds`: Lambda takes whole seconds, and the handler needs a part of the function's second. */
export const MIN_TIMEOUT_IN_SECONDS = 2;

/**
 * Timeout of a function in seconds, if API Gateway waits `gatewayInSeconds`. Lambda takes whole numbers. Lambda's default of 3
 * seconds is shorter than any cold start of a serverless endpoint.
 */
export function functionTimeoutInSeconds(gatewayInSeconds: number): number {
  return gatewayInSeconds - INVOCATION_OVERHEAD_IN_SECONDS;
}

/** Timeout of a function behind a route without `timeoutInSeconds`. */
export const FUNCTION_TIMEOUT_IN_SECONDS: number = functionTimeoutInSeconds(GATEWAY_TIMEOUT_IN_SECONDS);

/** How a route answers. `streamed plain`: stream mode with a contract without `stream`. */
export type AnswerKind = "buffered" | "streamed plain" | "streamed";

/** The limits of a kind of route, in seconds. */
export interface TimeBudget {
  /** `timeoutInSeconds` of a route without the setting: API Gateway's wait. */
  readonly default: number;
  /** The maximum of `timeoutInSeconds`. */
  readonly max: number;
  /** The maximum after an increase of the account's quota. @default - the quota does not apply */
  readonly maxWithQuota?: number;
  /** API Gateway's limit without data. @default - `timeoutInSeconds` is the only limit */
  readonly idle?: number;
  /** SageMaker's limit of one attempt. The handler repeats an attempt that failed because the endpoint is starting. */
  readonly attempt: number;
  /** The page with the limit. */
  readonly source: string;
}

/** The time budget of each kind of route. */
export const TIME_BUDGET: Readonly<Record<AnswerKind, TimeBudget>> = {
  buffered: {
    default: GATEWAY_TIMEOUT_IN_SECONDS,
    max: GATEWAY_TIMEOUT_IN_SECONDS,
    maxWithQuota: MAX_RAISED_TIMEOUT_IN_SECONDS,
    attempt: ATTEMPT_IN_SECONDS,
    source: QUOTAS,
  },
  "streamed plain": {
    default: STREAM_IDLE_IN_SECONDS,
    max: STREAM_IDLE_IN_SECONDS,
    idle: STREAM_IDLE_IN_SECONDS,
    attempt: ATTEMPT_IN_SECONDS,
    source: TRANSFER_MODE,
  },
  streamed: {
    default: MAX_STREAM_IN_SECONDS,
    max: MAX_STREAM_IN_SECONDS,
    idle: STREAM_IDLE_IN_SECONDS,
    attempt: STREAMED_ATTEMPT_IN_SECONDS,
    source: TRANSFER_MODE,
  },
};

/** The times of each component of a request, in seconds, from the component that waits longest. */
export interface RequestTimes {
  readonly gateway: number;
  readonly function: number;
  /** The handler's time for the endpoint, with all attempts. */
  readonly handler: number;
  /** The handler's time until the first part of the answer. A plain answer is one part. */
  readonly firstPart: number;
  /** SageMaker's limit of one attempt. */
  readonly attempt: number;
}

/** The times of a request. @param gatewayInSeconds - `timeoutInSeconds` of the route */
export function requestTimes(kind: AnswerKind, gatewayInSeconds: number): RequestTimes {
  const handlerTime = (seconds: number) => functionTimeoutInSeconds(seconds) - HANDLER_RESERVE_IN_SECONDS;
  const { idle = gatewayInSeconds, attempt } = TIME_BUDGET[kind];
  return {
    gateway: gatewayInSeconds,
    function: functionTimeoutInSeconds(gatewayInSeconds),
    handler: handlerTime(gatewayInSeconds),
    firstPart: handlerTime(Math.min(gatewayInSeconds, idle)),
    attempt,
  };
}
