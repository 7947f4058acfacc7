import type { Bytes, EndpointReply } from "./contract";

/**
 * Whether a text is base64 with padding (https://www.rfc-editor.org/rfc/rfc4648.html#section-4), without white space.
 * Costs no memory, also for a text of 6 MB.
 */
export function isBase64(text: string): boolean {
  const end = text.search(/[^A-Za-z0-9+/]/);
  return text.length % 4 === 0 && (end < 0 || /^={1,2}$/.test(text.slice(end, end + 3)));
}

/**
 * The bytes of an {@link EndpointRequest} in `encode`.
 *
 * @example encode: (image) => ({ contentType: image.contentType, accept: "application/json", body: bytesOf(image), rows: 1 })
 */
export function bytesOf({ base64 }: Pick<Bytes, "base64">): Uint8Array {
  return Buffer.from(base64, "base64");
}

/**
 * The endpoint's answer as the {@link Bytes} that a caller receives, in `decode`.
 *
 * @example decode: (_body, _request, reply) => toBytes(reply)
 */
export function toBytes({ contentType, bytes }: Pick<EndpointReply, "contentType" | "bytes">): Bytes {
  // Not a copy: the view has the memory of `bytes`.
  return {
    contentType,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  };
}
