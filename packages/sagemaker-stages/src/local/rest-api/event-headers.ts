import { type HttpRequest, isNamed } from "../http";
import { TRACE_HEADER, withTrace } from "../trace";

/**
 * Headers that API Gateway does not forward to a function: recorded from a regional API (localstack/localstack,
 * tests/aws/services/apigateway/test_apigateway_integrations.snapshot.json, TestApiGatewayHeaderRemapping), and the
 * two other header fields that apply to one connection only (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1).
 */
const DROPPED = new Set([
  "connection",
  "content-length",
  "content-md5",
  "expect",
  "keep-alive",
  "max-forwards",
  "proxy-authenticate",
  "proxy-connection",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);

/**
 * Names whose case API Gateway changes. Every other name keeps the caller's case (recorded by
 * https://github.com/aws/aws-sam-cli/issues/1860 and test_apigateway_lambda.snapshot.json of localstack/localstack).
 */
const REWRITTEN = new Map(
  ["Authorization", "Host", "User-Agent", TRACE_HEADER].map((name) => [name.toLowerCase(), name]),
);

/** Headers that API Gateway sets. */
const FORWARDED = new Set(["x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

/** The headers of a request in the event that API Gateway sends to a function. */
export function toEventHeaders(request: HttpRequest): readonly (readonly [name: string, value: string])[] {
  const passed = withTrace(request).headers.filter(([name]) => {
    const key = name.toLowerCase();
    return !DROPPED.has(key) && !FORWARDED.has(key);
  });
  return [
    ...passed.map(([name, value]) => [REWRITTEN.get(name.toLowerCase()) ?? name, value] as const),
    ["X-Forwarded-For", forwardedFor(request)],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ];
}

/** The caller's list of addresses, followed by the address of the connection. */
function forwardedFor({ headers, sourceIp }: HttpRequest): string {
  const listed = headers.filter(([name]) => isNamed(name, "x-forwarded-for")).map(([, value]) => value);
  return [...listed, sourceIp].join(", ");
}
