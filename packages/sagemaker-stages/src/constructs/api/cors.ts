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

/** The headers that the function of an asynchronous model reads. */
export const ASYNC_HEADERS = ["idempotency-key"] as const;

/** The headers that the handler of a route reads. @param isAsync - whether the model has asynchronous requests */
export function callerHeadersOf(
  { callerHeaders = [] }: { readonly callerHeaders?: readonly string[] | undefined },
  isAsync: boolean,
): readonly string[] {
  return isAsync ? [...callerHeaders, ...ASYNC_HEADERS] : callerHeaders;
}

/**
 * The headers that a page may send to a route.
 *
 * @param callerHeaders - the headers that the contract reads
 */
export function allowedHeaders(callerHeaders: readonly string[] = []): string[] {
  return [...new Set<string>([...CORS_ALLOW_HEADERS, ...callerHeaders])];
}

/**
 * The origins whose pages may read answers: `*` or one origin, which every answer names; or several origins, of which an
 * answer names the origin of its request.
 */
export type AllowedOrigins = string | readonly string[];

/** The only allowed origin, or `*`; `undefined` for several origins. */
export function singleOrigin(allowed: AllowedOrigins): string | undefined {
  const [first, ...others] = typeof allowed === "string" ? [allowed] : allowed;
  return others.length === 0 ? first : undefined;
}

/** The headers of answers that do not depend on the request. Caches keep one answer for each origin. */
export function fixedOriginHeaders(allowed: AllowedOrigins): Readonly<Record<string, string>> {
  const single = singleOrigin(allowed);
  return single === undefined ? { Vary: "Origin" } : { [ALLOW_ORIGIN]: single };
}

/** The name of the header that an answer sets with {@link originTemplate}. */
export const ALLOW_ORIGIN = "Access-Control-Allow-Origin";

/**
 * The lines of a mapping template that set Access-Control-Allow-Origin to the origin of the request if this origin is
 * allowed. The template compares whole texts with `==`, because `matches()` would read an origin as a regular expression, in
 * which a dot is any character. `$input.params('Origin')` is not used: it reads a query parameter before a header. The names
 * of headers in `$input.params().header` keep the case of the request: browsers send `Origin` with HTTP/1.1 and `origin` with
 * HTTP/2. The same variables and the same override are in the templates of AWS CDK's `addCorsPreflight`
 * (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.Resource.html#addwbrcorswbrpreflightoptions,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html).
 *
 * @returns `undefined` for one origin, which needs no template
 */
export function originTemplate(allowed: AllowedOrigins): string | undefined {
  if (typeof allowed === "string" || singleOrigin(allowed) !== undefined) return undefined;
  return [
    `#set($origin = "$!input.params().header.get('Origin')")`,
    `#if($origin == "")`,
    `#set($origin = "$!input.params().header.get('origin')")`,
    "#end",
    `#if(${allowed.map((origin) => `$origin == "${origin}"`).join(" || ")})`,
    `#set($context.responseOverride.header.${ALLOW_ORIGIN} = $origin)`,
    "#end",
    "",
  ].join("\n");
}

/** Seconds that a browser remembers a preflight. */
export const PREFLIGHT_MAX_AGE_IN_SECONDS = 600;
