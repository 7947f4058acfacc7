/**
 * Value of Access-Control-Expose-Headers: the headers that a page of another origin needs for a retry and for a support
 * request.
 */
export const CORS_EXPOSE_HEADERS = "Retry-After,x-amzn-RequestId";

/**
 * The value of Access-Control-Expose-Headers on a model's answers.
 *
 * @param answerHeaders - the further headers that the contract can set
 */
export function exposedHeaders(answerHeaders: readonly string[] = []): string {
  return `${[CORS_EXPOSE_HEADERS, ...answerHeaders]}`;
}
