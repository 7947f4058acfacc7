import { STATUS_CODES } from "node:http";

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
export type ProblemStatus = 400 | 404 | 406 | 409 | 413 | 415 | 429 | 500 | 502 | 503 | 504;

/** The reason phrases of statuses. Node.js has the phrase of 413 from before RFC 9110 until version 24. */
const TITLES: Readonly<Partial<Record<number, string>>> = { ...STATUS_CODES, 413: "Content Too Large" };

/** A failure without a request id. */
export interface Failure {
  readonly status: ProblemStatus;
  /** The detail for the caller. The log never contains the detail, because the detail can quote the caller's data. */
  readonly detail: string;
  /** Seconds until a retry can succeed: the value of the header Retry-After. */
  readonly retryAfterInSeconds?: number;
  /** A code for the contract's `problemMembers`. @default - none */
  readonly code?: string | undefined;
  /** Further members of the problem document, from the contract. @default - none */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

/** Ends the request with a problem. Any code of a handler can throw this error. */
export class ProblemError extends Error {
  constructor(readonly failure: Failure) {
    super();
  }
}

/** The problem of a request that the caller must change. */
export function refusal(status: ProblemStatus, detail: string): ProblemError {
  return new ProblemError({ status, detail });
}

/**
 * The problem of a part of a request that the model does not accept.
 *
 * @param field - the name of the part, e.g. a header
 */
export function notAllowed(status: ProblemStatus, field: string, got: string, allowed: string): ProblemError {
  return refusal(status, `${field}: got ${got}; allowed: ${allowed}`);
}

/** Creates the problem document of a failure. */
export function toProblem(failure: Failure, requestId: string): Problem {
  return {
    // First: a further member replaces no member of the problem itself.
    ...failure.members,
    type: "about:blank",
    title: TITLES[failure.status] ?? "",
    status: failure.status,
    detail: failure.detail,
    requestId,
  };
}
