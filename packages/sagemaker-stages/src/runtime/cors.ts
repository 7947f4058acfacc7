/**
 * Value of Access-Control-Expose-Headers: a page of another origin may read when to try again, and which request it was.
 */
export const CORS_EXPOSE_HEADERS = "Retry-After,x-amzn-RequestId";

/**
 * The value of Access-Control-Expose-Headers on a model's answers.
 *
 * @param answerHeaders - the contract's own
 */
export function exposedHeaders(answerHeaders: readonly string[] = []): string {
  return [CORS_EXPOSE_HEADERS, ...answerHeaders].join(",");
}
