/**
 * What a page may send and read, the same on the stage and on function URLs. A browser refuses a request with any
 * other header, and hides every other header of an answer.
 */

/** Headers with which the three kinds of caller say who they are and what they send. AWS's signers add `x-amz-…`. */
export const CORS_ALLOW_HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-api-key",
] as const;

/** Headers of an answer that say when to try again, and which request it was. */
export const CORS_EXPOSE_HEADERS = ["Retry-After", "x-amzn-RequestId"] as const;

/** Seconds that a browser remembers a preflight. */
export const PREFLIGHT_MAX_AGE_IN_SECONDS = 600;
