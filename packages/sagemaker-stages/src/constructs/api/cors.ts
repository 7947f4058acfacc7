/**
 * Request headers that a page may send to the stage and to function URLs. A browser refuses a request with another header.
 * The response headers that a page may read are in src/runtime/cors.ts, because functions send the same list.
 */

/** Headers for authentication and content of the three kinds of callers. AWS's signers add `x-amz-…`. */
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
 * @param callerHeaders - the headers that the contract reads
 */
export function allowedHeaders(callerHeaders: readonly string[] = []): string[] {
  return [...new Set<string>([...CORS_ALLOW_HEADERS, ...callerHeaders])];
}

/** Seconds that a browser remembers a preflight. */
export const PREFLIGHT_MAX_AGE_IN_SECONDS = 600;
