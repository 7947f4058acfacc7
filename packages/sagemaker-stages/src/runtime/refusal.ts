import type { LoggedError } from "./log";
import type { ProblemStatus } from "./problem";

/** Whether a further attempt at the endpoint can succeed. */
export type Retry =
  /** An immediate retry: the server closed an idle connection, which is not a failure of the endpoint. */
  | "now"
  /** Retries until the request's time is over, because a starting endpoint will answer. */
  | "waking"
  /** A few retries: a throttling or failing endpoint recovers soon, or not in the time of this request. */
  | "few";

/** Statistics of an invocation, for the log. */
export interface InvocationStats {
  /** Milliseconds from sending the last attempt to the end of its answer. */
  readonly endpointMs: number;
  /** Attempts after the first. */
  readonly retries: number;
}

/** The statistics of a failure without an invocation, or of a failure within an invocation whose own statistics are logged. */
export const NO_STATS: InvocationStats = { endpointMs: 0, retries: 0 };

/** The reason why the endpoint returned no predictions. */
export interface Refusal extends Pick<LoggedError, "type" | "origin"> {
  /** The status that the caller receives. */
  readonly status: Extract<ProblemStatus, 429 | 502 | 503 | 504>;
  /** HTTP status of the service's or the container's answer. */
  readonly originStatus?: number;
  /** The body of the service's answer, if it was a JSON object. It can quote the request. */
  readonly document?: Readonly<Record<string, unknown>>;
  /** The message of the service or the model, which can quote the request; absent if the function itself refuses. */
  readonly message?: string;
  /** The detail for the caller, in place of the status's default detail. */
  readonly detail?: string;
  /** @default - none: the next attempt would fail in the same way */
  readonly retry?: Retry;
}

/** The endpoint did not answer in the time of the request. */
export const TIME_IS_OVER: Refusal = {
  status: 504,
  type: "TimeLeftUsedUp",
  origin: "service",
};

/** The endpoint returned no predictions. */
export class EndpointFailure extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly stats: InvocationStats,
  ) {
    super();
  }
}
