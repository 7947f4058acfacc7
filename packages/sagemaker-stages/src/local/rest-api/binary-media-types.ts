import { type HttpRequest, isNamed } from "../http";

/**
 * Whether API Gateway treats a body as bytes: the first media type in the header's first line is one of the API's
 * binary media types. For a request, the header is Content-Type; for an answer, it is the request's Accept. The
 * answer's own Content-Type has no effect. As recorded from AWS, `image/*`, a wildcard for all types, and
 * `image/webp,image/png` in Accept do not match the binary media type `image/png` (localstack/localstack,
 * tests/aws/services/apigateway/test_apigateway_lambda.py, test_aws_proxy_binary_response).
 */
export function isBinary(
  { headers }: Pick<HttpRequest, "headers">,
  name: "accept" | "content-type",
  binaryMediaTypes: readonly string[],
): boolean {
  if (binaryMediaTypes.length === 0) return false;
  const value = headers.find(([candidate]) => isNamed(candidate, name))?.[1];
  const mediaType = /^[^,;]*/.exec(value ?? "")?.[0] ?? "";
  const [type, subtype, ...more] = mediaType.split("/");
  if (!type || !subtype || more.length > 0) return false;
  return binaryMediaTypes.includes(mediaType) || binaryMediaTypes.includes(`${type}/*`);
}
