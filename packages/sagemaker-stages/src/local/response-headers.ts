import { validateHeaderName, validateHeaderValue } from "node:http";
import { type HttpResponse, isNamed } from "./http";

type Headers = HttpResponse["headers"];

/** Headers that AWS sets. A function's header with such a name gets a prefix. */
const REMAPPED = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-md5",
  "date",
  "expect",
  "host",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "trailer",
  "upgrade",
  "user-agent",
  "www-authenticate",
  "x-amzn-requestid",
]);

/** Headers of the function that AWS drops, because AWS sets them. */
const DROPPED = new Set(["transfer-encoding", "x-amz-apigw-id", "x-amzn-trace-id"]);

/**
 * A function's headers as API Gateway and function URLs forward them: headers that AWS sets are renamed to
 * `x-amzn-Remapped-…` (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
 *
 * @returns `undefined` if a name or a value is not valid in HTTP
 */
export function forwardedHeaders(headers: Headers): Headers | undefined {
  const forwarded: [string, string | readonly string[]][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!isSendable(name, value)) return undefined;
    const key = name.toLowerCase();
    if (!DROPPED.has(key)) forwarded.push([REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, value]);
  }
  return Object.fromEntries(forwarded);
}

function isSendable(name: string, value: string | readonly string[]): boolean {
  try {
    validateHeaderName(name);
    if (typeof value === "string") validateHeaderValue(name, value);
    else for (const text of value) validateHeaderValue(name, text);
    return true;
  } catch {
    return false;
  }
}

/** `headers` with the default content type of API Gateway and function URLs. */
export function withContentType(headers: Headers): Headers {
  const isTyped = Object.keys(headers).some((name) => isNamed(name, "content-type"));
  return isTyped ? headers : { "Content-Type": "application/json", ...headers };
}

/**
 * `headers` with the values of `added` that `headers` lacks. API Gateway merges a function's `multiValueHeaders` and
 * `headers` in this way: a value that both maps have is sent once
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format).
 */
export function addMissingHeaders(headers: Headers, added: Headers): Headers {
  if (Object.keys(headers).length === 0) return addHeaders(headers, added);
  const missing = Object.entries(added).flatMap(([name, value]) => {
    const present = valuesOf(headers, name);
    const values = [value].flat().filter((text) => !present.includes(text));
    if (present.length === 0) return [[name, value] as const];
    return values.length > 0 ? [[name, values] as const] : [];
  });
  return addHeaders(headers, Object.fromEntries(missing));
}

function valuesOf(headers: Headers, name: string): readonly string[] {
  return Object.entries(headers)
    .filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase())
    .flatMap(([, values]) => values);
}

/** `headers` with additional headers. If a name has values in both, all values are sent. */
export function addHeaders(headers: Headers, added: Headers): Headers {
  const all = { ...headers };
  /** The names in `all` by their lower-case names. */
  const names = new Map<string, string>();
  for (const name of Object.keys(headers)) {
    const key = name.toLowerCase();
    if (!names.has(key)) names.set(key, name);
  }
  for (const [name, value] of Object.entries(added)) {
    const key = name.toLowerCase();
    const same = names.get(key);
    if (same === undefined) {
      all[name] = value;
      names.set(key, name);
    } else all[same] = [...[all[same] ?? []].flat(), ...[value].flat()];
  }
  return all;
}
