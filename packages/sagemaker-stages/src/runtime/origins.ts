import { readHeader } from "./event";
import type { Handler } from "./handler-core";
import { isRecord } from "./json";

const ALLOW_ORIGIN = "Access-Control-Allow-Origin";

/**
 * A handler whose answers name the origin of the request, for an environment with several allowed origins (CORS). An answer
 * to another origin, or to a request without an origin, names no origin. Every answer says that it depends on the origin, so
 * that a cache does not reuse it for another origin (https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches). Answers
 * without Access-Control-Allow-Origin do not change: a function URL sets this header itself.
 *
 * Only the functions of such environments contain this code.
 *
 * @param environment - the function's environment variables: CORS_ALLOW_ORIGIN contains the origins, separated by commas.
 * Default: `process.env`
 */
export function nameOrigin(handler: Handler, environment: NodeJS.ProcessEnv = process.env): Handler {
  const allowed = new Set(environment.CORS_ALLOW_ORIGIN?.split(","));
  return async (event, context) => {
    const answer = await handler(event, context);
    if (!isRecord(answer) || !isRecord(answer.headers) || !(ALLOW_ORIGIN in answer.headers)) return answer;
    const { [ALLOW_ORIGIN]: _, ...headers } = answer.headers;
    const origin = readHeader(event, "origin");
    return {
      ...answer,
      headers: {
        ...headers,
        ...(allowed.has(origin) && { [ALLOW_ORIGIN]: origin }),
        Vary: [headers.Vary, "Origin"].filter(Boolean).join(", "),
      },
    };
  };
}
