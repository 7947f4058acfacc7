import type { BytesDialect, Contract } from "../../runtime/contract";

/** What a contract says of bytes. */
export type BytesOfContract = Pick<Contract<unknown, unknown>, "answerTypes"> & {
  readonly bytes?: Pick<BytesDialect<unknown>, "takes">;
};

/**
 * The binary media types of an API: each media type of bytes that one of its contracts takes or answers, sorted.
 *
 * API Gateway has one list per API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html):
 *
 * - A request body arrives in base64 where the request's Content-Type is in the list, and is decoded as UTF-8 elsewhere.
 * - A function's base64 answer becomes bytes where the first media type of the request's Accept is in the list, exactly
 *   as the list has it. The answer's own Content-Type does not matter.
 *
 * The list has no wildcard for all types. With it, JSON bodies would arrive in base64 too, a third larger, which takes a
 * quarter off Lambda's limit of 6 MB for requests without bytes.
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

/** The types that clients send with a file where the user names no type: of curl, of forms, and of most HTTP libraries. */
const DEFAULTS_OF_CLIENTS = [
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
] as const;

/** The top-level types of which no subtype is JSON or plain text. `image/svg+xml` arrives unchanged as bytes too. */
const TOP_LEVEL_TYPES_OF_BYTES: readonly string[] = ["audio", "font", "image", "model", "video"];

/**
 * The types beyond `bytes.takes` under which a caller may send the bytes of a route without a function. No function
 * answers 415 there, and API Gateway cannot: it refuses types with templates alone, and a route of bytes has no template.
 * API Gateway would decode the bytes as UTF-8 and send the container a destroyed body. With these types in the list, the
 * container receives the bytes that the caller sent. A wildcard matches each subtype of a Content-Type, as recorded from
 * AWS (https://github.com/ministackorg/ministack/pull/767).
 */
function bytesOfGateway(takes: readonly string[]): string[] {
  const topLevelTypes = takes.map((type) => type.slice(0, type.indexOf("/")));
  return [
    ...DEFAULTS_OF_CLIENTS,
    ...topLevelTypes.filter((type) => TOP_LEVEL_TYPES_OF_BYTES.includes(type)).map((type) => `${type}/*`),
  ];
}
