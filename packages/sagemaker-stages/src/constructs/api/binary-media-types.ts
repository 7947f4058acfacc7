import type { BytesDialect, Contract } from "../../runtime/contract";

/** The media types of bytes in a contract. */
export type BytesOfContract = Pick<Contract<unknown, unknown>, "answerTypes"> & {
  readonly bytes?: Pick<BytesDialect<unknown>, "takes">;
};

/**
 * The binary media types of an API: each media type of bytes that one of its contracts takes or answers, sorted.
 *
 * API Gateway has one list per API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html):
 *
 * - If the request's Content-Type is in the list, the request body arrives in base64. Otherwise API Gateway decodes the body
 *   as UTF-8.
 * - If the first media type of the request's Accept is exactly an entry of the list, API Gateway decodes a function's base64
 *   answer to bytes. The answer's own Content-Type does not matter.
 *
 * The list has no wildcard for all types. With such a wildcard, JSON bodies would also arrive in base64, a third larger. Base64
 * would reduce Lambda's limit of 6 MB by a quarter for requests without bytes.
 *
 * A route of bytes without a function adds the types of {@link bytesOfGateway}.
 */
export function binaryMediaTypes(
  routes: readonly { readonly contract: BytesOfContract; readonly isViaGateway: boolean }[],
): string[] {
  const all = routes.flatMap(({ contract: { bytes, answerTypes = [] }, isViaGateway }) => [
    ...(bytes?.takes ?? []),
    ...answerTypes,
    ...(isViaGateway && bytes !== undefined ? bytesOfGateway(bytes.takes) : []),
  ]);
  return [...new Set(all)].sort();
}

/** The types that curl, forms and most HTTP libraries send with a file if the user names no type. */
const DEFAULTS_OF_CLIENTS = [
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
] as const;

/** The top-level types without JSON or plain text subtypes. `image/svg+xml` arrives unchanged as bytes, too. */
const TOP_LEVEL_TYPES_OF_BYTES: readonly string[] = ["audio", "font", "image", "model", "video"];

/**
 * Further types under which a caller can send the bytes of a route without a function. No function answers 415 on such a
 * route. API Gateway cannot answer 415 either: it refuses types only by templates, and a route of bytes has no template.
 * Without these types in the list, API Gateway would decode the bytes as UTF-8, and the container would receive a corrupted
 * body. With these types, the container receives the caller's bytes. A wildcard matches each subtype of a Content-Type, as recorded from
 * AWS (https://github.com/ministackorg/ministack/pull/767).
 */
function bytesOfGateway(takes: readonly string[]): string[] {
  const topLevelTypes = takes.map((type) => type.slice(0, type.indexOf("/")));
  return [
    ...DEFAULTS_OF_CLIENTS,
    ...topLevelTypes.filter((type) => TOP_LEVEL_TYPES_OF_BYTES.includes(type)).map((type) => `${type}/*`),
  ];
}
