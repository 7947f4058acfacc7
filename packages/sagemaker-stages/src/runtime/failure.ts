import { ForbiddenByContract, UnreadablePredictions } from "./contract";
import { RETRY_AFTER_THROTTLE_IN_SECONDS, RETRY_AFTER_UNAVAILABLE_IN_SECONDS } from "./limits";
import { describeThrown, type LoggedError, messageForLog } from "./log";
import { type Failure, ProblemError } from "./problem";
import { EndpointFailure, type InvocationStats, type Refusal } from "./refusal";

/** The end of a problem whose cause is visible to the operator only. The container writes its errors to its own log. */
const SEE_LOGS = "See the logs of the function and the endpoint.";

/** A failure for the caller, and the details that only the operator can read. */
export interface Explanation {
  readonly failure: Failure;
  readonly error?: LoggedError | undefined;
  /** The statistics of a failed invocation, for the log. */
  readonly stats?: InvocationStats | undefined;
}

/**
 * Converts a thrown value to a failure for the caller and an error for the log.
 *
 * @param logsMessages - whether the log contains messages of errors; such messages can quote the request
 */
export function explain(thrown: unknown, logsMessages: boolean): Explanation {
  if (thrown instanceof ProblemError) return { failure: thrown.failure };
  if (thrown instanceof EndpointFailure) {
    const { status, type, origin, originStatus, message, detail } = thrown.refusal;
    return {
      failure: { status, ...ENDPOINT_FAILURES[status], ...(detail && { detail }) },
      error: { type, origin, status: originStatus, message: messageForLog(message, logsMessages) },
      stats: thrown.stats,
    };
  }
  const error = thrown instanceof Error ? thrown : new Error();
  const logged = { ...describeThrown(error), message: messageForLog(error.message, logsMessages) };
  return error instanceof UnreadablePredictions
    ? {
        failure: { status: 502, detail: `The function could not read the model's answer. ${SEE_LOGS}` },
        error: { origin: "container", ...logged, ...error.counts },
      }
    : {
        failure: { status: 500, detail: "The function failed. See the function's log." },
        error: {
          origin: "function",
          ...logged,
          field: error instanceof ForbiddenByContract ? error.field : undefined,
        },
      };
}

const ENDPOINT_FAILURES: Record<Refusal["status"], Omit<Failure, "status">> = {
  429: {
    detail:
      "The model's endpoint takes no more requests at the moment. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS,
  },
  502: { detail: `The model's endpoint refused or failed the request. ${SEE_LOGS}` },
  503: {
    detail: "The model's endpoint is waking up or unavailable. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_UNAVAILABLE_IN_SECONDS,
  },
  504: { detail: "The model's endpoint did not answer in time. Try again, or send fewer rows at once." },
};
