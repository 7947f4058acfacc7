/**
 * The limits and times of one request. This module imports nothing, because esbuild then writes the numbers into the code that
 * uses them, and the bundle is smaller.
 */

/** Three faults are enough to correct a request. A batch with a systematic error has thousands of faults. */
export const MAX_FAULTS_NAMED = 3;

/** The maximum length of a quoted value: enough to recognize the value, and short enough to read. */
export const MAX_CHARACTERS_QUOTED = 40;

/** The limit of one fault: a contract's own text can be longer. */
export const MAX_CHARACTERS_OF_FAULT = 400;

/** The maximum number of levels: more than a request needs, and few enough for recursive functions. */
export const MAX_DEPTH = 100;

/**
 * The maximum number of properties of an object: more than a request needs. Validation of 500,000 properties takes
 * seconds.
 */
export const MAX_PROPERTIES = 10_000;

/**
 * The maximum size of JSON that a function can return, in bytes
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB; Lambda accepts 100 bytes more).
 */
export const MAX_ANSWER_IN_BYTES = 6_291_556;

/** A character of an answer needs up to six bytes in the JSON that Lambda returns, e.g. `\u0000`. */
export const MAX_BYTES_OF_CHARACTER = 6;

/** An upper limit for the size of status and headers in a proxy response. */
export const BYTES_AROUND_BODY = 4_000;

/** More characters than every content type in use has. */
export const MAX_CHARACTERS_OF_TYPE = 1_000;

/** The minimum time of an attempt: an attempt cannot succeed in less time. */
export const MIN_ATTEMPT_IN_MS = 50;

/** The maximum number of attempts at a throttling or failing endpoint, as in AWS's SDKs. */
export const MAX_ATTEMPTS = 3;

/** The maximum time from the first attempt at a throttling or failing endpoint to the start of the last attempt. */
export const MAX_RETRY_TIME_IN_MS = 1_500;

/** After the last failed attempt of a request, the endpoint counts as overloaded for this time. */
export const OVERLOAD_IN_MS = 1_000;

/** The first wait of the exponential backoff. */
export const FIRST_WAIT_IN_MS = 200;

/** The longest wait. It is short, so that the client finds a starting endpoint soon after the endpoint is ready. */
export const MAX_WAIT_IN_MS = 3_000;

/** The time without data after which TCP checks an idle connection: the default of the agents of Node.js. */
export const KEEP_ALIVE_IN_MS = 1_000;

/** The time from the end of the handler's wait to Lambda's timeout, in which the handler can still answer a 504. */
export const RESERVE_IN_MS = 500;

/**
 * The time from the handler's start in which it must send the first part of a streamed answer to API Gateway, which closes a
 * stream after 5 minutes without data
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html). The difference is the time for the
 * invocation itself and for the answer with the status 504: `requestTimes` of src/aws/time-budget.ts.
 */
export const MAX_SILENCE_IN_MS = 298_500;

/**
 * The number of faulty members after which the further members of a list are not validated. An error reports fewer
 * faults.
 */
export const MAX_FAULTY_MEMBERS = 10;

/** A throttling endpoint recovers within seconds. */
export const RETRY_AFTER_THROTTLE_IN_SECONDS = 1;

/** A serverless endpoint starts within tens of seconds, at most four minutes. */
export const RETRY_AFTER_UNAVAILABLE_IN_SECONDS = 10;
