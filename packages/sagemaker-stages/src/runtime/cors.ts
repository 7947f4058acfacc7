/**
 * Value of Access-Control-Expose-Headers: a page of another origin may read when to try again, and which request it was.
 */
export const CORS_EXPOSE_HEADERS = "Retry-After,x-amzn-RequestId";
