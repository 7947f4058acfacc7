import type { Json, PublicOperation } from "../public-document";
import { isObject, type Schema } from "./schema";

/** A file that becomes the body of a request. */
export interface BytesPlan {
  /** The media types that the model accepts, e.g. `image/jpeg`. */
  readonly mediaTypes: readonly string[];
  /** The maximum size of a file in bytes. @default - the document states no limit */
  readonly maxBytes: number | undefined;
}

type Content = NonNullable<PublicOperation["requestBody"]>["content"];

/** The media types of bytes in the description of a body. */
export function binaryTypes(content: Content = {}): string[] {
  return Object.entries(content).flatMap(([mediaType, { schema }]) => (isBinary(schema) ? [mediaType] : []));
}

/** @returns `undefined` if the operation accepts no bytes */
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

/** Whether a schema is the JSON form of bytes. A form has a field for a file instead. */
export function isJsonOfBytes({ properties }: Schema): boolean {
  return isObject(properties) && Object.keys(properties).sort().join() === "base64,contentType";
}
