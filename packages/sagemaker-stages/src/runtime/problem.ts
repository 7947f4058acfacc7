/** A failure as the caller sees it: RFC 9457, `application/problem+json`. */
export interface Problem {
  /** No problem type has a page of its own, hence always `about:blank`. */
  readonly type: "about:blank";
  /** The status in words. */
  readonly title: string;
  /** HTTP status. */
  readonly status: ProblemStatus;
  /** Which field, what was got, what is allowed; or what to do next. */
  readonly detail: string;
  /** What to quote when asking for help; the same id stands in the function's log. */
  readonly requestId: string;
}

/** The statuses a handler fails with. */
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

/** What a failure looks like until it is given a request id. */
export interface Failure {
  readonly status: ProblemStatus;
  /** For the caller. May quote the caller's own data, hence never goes to the log. */
  readonly detail: string;
  /** Seconds after which another try makes sense; becomes the header Retry-After. */
  readonly retryAfterInSeconds?: number;
}

/** Thrown anywhere in a handler to end the request with a problem. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(readonly failure: Failure) {
    super(`${failure.status} ${TITLES[failure.status]}`);
  }
}

/** The problem of a body that the model does not take. */
export function unsupported(header: string, got: string, allowed: string): ProblemError {
  return new ProblemError({ status: 415, detail: `${header}: got ${got}; allowed: ${allowed}` });
}

/** The document for `failure`. */
export function toProblem(failure: Failure, requestId: string): Problem {
  return {
    type: "about:blank",
    title: TITLES[failure.status],
    status: failure.status,
    detail: failure.detail,
    requestId,
  };
}
