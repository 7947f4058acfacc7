import type { Json, PublicOperation } from "../public-document";
import { isObject, type Schema } from "./schema";

/** A file that becomes the body of a request. */
export interface BytesPlan {
  /** The media types that the model takes, e.g. `image/jpeg`. */
  readonly mediaTypes: readonly string[];
  /** The most bytes of a file. @default - the document states no limit */
  readonly maxBytes: number | undefined;
}

type Content = NonNullable<PublicOperation["requestBody"]>["content"];

/** The media types of bytes in a description of bodies. */
export function binaryTypes(content: Content = {}): string[] {
  return Object.entries(content).flatMap(([mediaType, { schema }]) => (isBinary(schema) ? [mediaType] : []));
}

/** @returns `undefined` where the operation takes no bytes */
export function planBytes({ requestBody }: PublicOperation): BytesPlan | undefined {
  const mediaTypes = binaryTypes(requestBody?.content);
  if (mediaTypes.length === 0) return undefined;
  const limits = mediaTypes.flatMap((mediaType) => {
    const schema = requestBody?.content[mediaType]?.schema;
    return isObject(schema) && typeof schema.maxLength === "number" ? [schema.maxLength] : [];
  });
  return { mediaTypes, maxBytes: limits.length > 0 ? Math.min(...limits) : undefined };
}

function isBinary(schema: Json | undefined): boolean {
  return isObject(schema) && schema.format === "binary";
}

/** Whether a schema is the JSON form of bytes, which a file replaces. */
export function isJsonOfBytes({ properties }: Schema): boolean {
  return isObject(properties) && Object.keys(properties).sort().join() === "base64,contentType";
}
