/**
 * What a page may send, the same on the stage and on function URLs. A browser refuses a request with any other header.
 * What a page may read is in src/runtime/cors.ts, because functions send the same header.
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

/**
 * The headers that a page may send to a route.
 *
 * @param callerHeaders - the contract's own
 */
export function allowedHeaders(callerHeaders: readonly string[] = []): string[] {
  return [...new Set<string>([...CORS_ALLOW_HEADERS, ...callerHeaders])];
}

/** Seconds that a browser remembers a preflight. */
export const PREFLIGHT_MAX_AGE_IN_SECONDS = 600;
