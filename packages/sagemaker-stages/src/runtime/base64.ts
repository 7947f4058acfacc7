import type { Bytes, EndpointReply } from "./contract";

/**
 * Whether a text is base64 with padding (https://www.rfc-editor.org/rfc/rfc4648.html#section-4), without white space.
 * The check needs no additional memory, even for a text of 6 MB.
 */
export function isBase64(text: string): boolean {
  const end = text.search(/[^A-Za-z0-9+/]/);
  return text.length % 4 === 0 && (end < 0 || /^={1,2}$/.test(text.slice(end, end + 3)));
}

/**
 * Decodes the base64 of {@link Bytes}, e.g. for the body of the endpoint's request in `encode`.
 *
 * @example encode: (image) => ({ contentType: image.contentType, accept: "application/json", body: bytesOf(image), rows: 1 })
 */
export function bytesOf({ base64 }: Pick<Bytes, "base64">): Uint8Array {
  return Buffer.from(base64, "base64");
}

/**
 * Converts the endpoint's answer to {@link Bytes} for the caller, in `decode`.
 *
 * @example decode: (_body, _request, reply) => toBytes(reply)
 */
export function toBytes({ contentType, bytes }: Pick<EndpointReply, "contentType" | "bytes">): Bytes {
  // The view shares the memory of `bytes`; a copy would double the memory.
  return {
    contentType,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  };
}
