import * as z from "zod/mini";
import { type Bytes, bytesOf, type Contract, isBase64, toBytes } from "../../../src/model";

/** The schema of an image in JSON. */
const schema = z.strictObject({
  contentType: z.string().check(z.regex(/^image\/(?:jpeg|png)$/)),
  base64: z.string().check((payload) => {
    if (isBase64(payload.value)) return;
    payload.issues.push({
      code: "custom",
      input: payload.value,
      params: { got: "no base64", allowed: "base64 with padding" },
    });
  }),
});

/** A contract that accepts an image, and answers JSON. */
export const labels = {
  model: "image-labels",
  route: { method: "POST", path: "/image-labels" },
  schema,
  limits: { rows: 1, payloadInBytes: 6_000_000 },
  bytes: { takes: ["image/jpeg", "image/png"], read: (bytes) => bytes },
  encode: (image) => ({
    contentType: image.contentType,
    accept: "application/json",
    body: bytesOf(image),
    rows: 1,
  }),
  decode: (body): unknown => JSON.parse(body),
} satisfies Contract<z.infer<typeof schema>, unknown>;

/** A contract that accepts an image, and answers an image. */
export const mirror = {
  ...labels,
  model: "image-mirror",
  answerTypes: ["image/png", "image/webp"],
  encode: (image, { accept }) => ({ contentType: image.contentType, accept, body: bytesOf(image), rows: 1 }),
  decode: (_body, _request, reply) => toBytes(reply),
} satisfies Contract<z.infer<typeof schema>, Bytes>;

/** The first bytes of a JPEG file, which include a NUL. */
export const JPEG = Uint8Array.from([
  0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x0d, 0x0a,
]);

/** Every value of a byte. */
export const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value);
