/** A failure as the caller sees it: RFC 9457, `application/problem+json`. */
export interface Problem {
  /** Always `about:blank`, because no problem type has its own page. */
  readonly type: "about:blank";
  /** The reason phrase of the status. */
  readonly title: string;
  /** HTTP status. */
  readonly status: ProblemStatus;
  /** The field, the value and the allowed values, or an action for the caller. */
  readonly detail: string;
  /** The id to quote in a support request. The function's log contains the same id. */
  readonly requestId: string;
}

/** The statuses of a handler's failures. */
export type ProblemStatus = keyof typeof TITLES;

const TITLES = {
  400: "Bad Request",
  406: "Not Acceptable",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
} as const;

/** A failure without a request id. */
export interface Failure {
  readonly status: ProblemStatus;
  /** The detail for the caller. The log never contains the detail, because the detail can quote the caller's data. */
  readonly detail: string;
  /** Seconds until a retry can succeed: the value of the header Retry-After. */
  readonly retryAfterInSeconds?: number;
}

/** Ends the request with a problem. Any code of a handler can throw this error. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(readonly failure: Failure) {
    super(`${failure.status} ${TITLES[failure.status]}`);
  }
}

/** The problem of a body that the model does not accept: 415. */
export function unsupported(header: string, got: string, allowed: string): ProblemError {
  return new ProblemError({ status: 415, detail: `${header}: got ${got}; allowed: ${allowed}` });
}

/** Creates the problem document of a failure. */
export function toProblem(failure: Failure, requestId: string): Problem {
  return {
    type: "about:blank",
    title: TITLES[failure.status],
    status: failure.status,
    detail: failure.detail,
    requestId,
  };
}
