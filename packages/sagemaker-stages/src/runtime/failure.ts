import { ForbiddenByContract, UnreadablePredictions } from "./contract";
import { EndpointFailure, type Refusal } from "./endpoint";
import { describeThrown, type LoggedError, messageForLog } from "./log";
import { type Failure, ProblemError } from "./problem";

/** An endpoint that throttles recovers within seconds. */
const RETRY_AFTER_THROTTLE_IN_SECONDS = 1;
/** A serverless endpoint wakes up within tens of seconds, at most four minutes. */
const RETRY_AFTER_UNAVAILABLE_IN_SECONDS = 10;

/** Ends a problem whose cause only the operator may know. */
const SEE_LOG = "The function's log says why.";

/** A failure for the caller, and what only the operator may know of it. */
export interface Explanation {
  readonly failure: Failure;
  readonly error?: LoggedError;
}

/**
 * Explains whatever a request ended with.
 *
 * @param logsMessages - whether messages of errors, which can quote the request, go into the log
 */
export function explain(thrown: unknown, logsMessages: boolean): Explanation {
  if (thrown instanceof ProblemError) return { failure: thrown.failure };
  if (thrown instanceof EndpointFailure) {
    const { status, type, origin, originStatus, message, detail } = thrown.refusal;
    return {
      failure: { status, ...ENDPOINT_FAILURES[status], ...(detail && { detail }) },
      error: { type, origin, status: originStatus, ...messageForLog(message, logsMessages) },
    };
  }
  const error = thrown instanceof Error ? thrown : new Error("not an Error");
  const logged = { ...describeThrown(error), ...messageForLog(error.message, logsMessages) };
  return error instanceof UnreadablePredictions
    ? {
        failure: { status: 502, detail: `The model's answer could not be read. ${SEE_LOG}` },
        error: { origin: "container", ...logged, ...error.counts },
      }
    : {
        failure: { status: 500, detail: `The request could not be handled. ${SEE_LOG}` },
        error: {
          origin: "function",
          ...logged,
          ...(error instanceof ForbiddenByContract && { field: error.field }),
        },
      };
}

const ENDPOINT_FAILURES: Record<Refusal["status"], Omit<Failure, "status">> = {
  429: {
    detail:
      "The model's endpoint takes no more requests at the moment. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS,
  },
  502: { detail: `The model's endpoint refused or failed the request. ${SEE_LOG}` },
  503: {
    detail: "The model's endpoint is waking up or unavailable. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_UNAVAILABLE_IN_SECONDS,
  },
  504: { detail: "The model's endpoint did not answer in time. Try again, or send fewer rows at once." },
};
