import { validateHeaderName, validateHeaderValue } from "node:http";
import type { HttpResponse } from "./http";

type Headers = HttpResponse["headers"];

/** Headers that AWS writes itself: a function's own come with a prefix. */
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

/** Headers of which AWS's own alone are passed on. */
const DROPPED = new Set(["transfer-encoding", "x-amz-apigw-id", "x-amzn-trace-id"]);

/**
 * A function's headers as API Gateway and function URLs pass them on: what is theirs to write is renamed to
 * `x-amzn-Remapped-…` (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
 *
 * @returns `undefined` where HTTP cannot carry a name or value
 */
export function passedOn(headers: Headers): Headers | undefined {
  if (!Object.entries(headers).every(([name, value]) => isSendable(name, value))) return undefined;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const key = name.toLowerCase();
      if (DROPPED.has(key)) return [];
      return [[REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, value]];
    }),
  );
}

function isSendable(name: string, value: string | readonly string[]): boolean {
  try {
    validateHeaderName(name);
    for (const text of [value].flat()) validateHeaderValue(name, text);
    return true;
  } catch {
    return false;
  }
}

/** `headers` with the content type that API Gateway and function URLs give an answer that names none. */
export function withContentType(headers: Headers): Headers {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return names.includes("content-type") ? headers : { "Content-Type": "application/json", ...headers };
}

/**
 * `headers` with those values of `added` that they lack. API Gateway merges a function's `multiValueHeaders` and
 * `headers` so: a value that both maps have is sent once
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format).
 */
export function withMissing(headers: Headers, added: Headers): Headers {
  const missing = Object.entries(added).flatMap(([name, value]) => {
    const present = valuesOf(headers, name);
    const values = [value].flat().filter((text) => !present.includes(text));
    if (present.length === 0) return [[name, value] as const];
    return values.length > 0 ? [[name, values] as const] : [];
  });
  return withAdded(headers, Object.fromEntries(missing));
}

function valuesOf(headers: Headers, name: string): readonly string[] {
  return Object.entries(headers)
    .filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase())
    .flatMap(([, values]) => values);
}

/** `headers` with more of them: of a name that stands there already, both are sent. */
export function withAdded(headers: Headers, added: Headers): Headers {
  const all = { ...headers };
  for (const [name, value] of Object.entries(added)) {
    const same = Object.keys(all).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (same === undefined) all[name] = value;
    else all[same] = [...[all[same] ?? []].flat(), ...[value].flat()];
  }
  return all;
}
