/** The media type of JSON documents. */
export const JSON_TYPE = "application/json";

/** The media type of texts. */
export const TEXT_TYPE = "text/plain";

/**
 * The media type of a header Content-Type, without parameters and in lower case; empty if the header is empty.
 *
 * @example mediaTypeOf("Text/CSV; charset=utf-8"); // "text/csv"
 */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The name of a media type in lower case, without parameters and wildcards. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** The source of the form of media types. */
export const MEDIA_TYPE_SOURCE = "https://www.rfc-editor.org/rfc/rfc6838.html#section-4.2";

/**
 * Media types that contracts handle in another way (JSON and text), and types of several parts. Triton's format is bytes,
 * although the name of its type ends with `+json`: tensors follow a JSON header
 * (https://github.com/triton-inference-server/server/blob/main/src/sagemaker_server.cc).
 */
const OTHER_FORMS =
  /^(?:application\/(?!vnd\.sagemaker-triton\.binary\+json$)(?:.+\+)?json|text\/plain|application\/x-www-form-urlencoded|multipart\/.*)$/;

/** Whether a text is the name of a media type in lower case, without parameters and wildcards. */
export function isMediaType(type: string): boolean {
  return MEDIA_TYPE.test(type);
}

/** Whether a contract can list a media type as a type of bytes, in requests or in answers. */
export function isTypeOfBytes(type: string): boolean {
  return isMediaType(type) && !OTHER_FORMS.test(type);
}

/** A description of the media types that {@link isTypeOfBytes} accepts. */
export const TYPES_OF_BYTES =
  "a media type in lower case, e.g. image/jpeg, without parameters and wildcards; not JSON, text/plain, application/x-www-form-urlencoded or multipart/…";

/**
 * The reason why {@link isTypeOfBytes} refuses other types. The text is not a template, because the handlers' bundles
 * would contain a template.
 */
export const TYPES_OF_BYTES_BECAUSE =
  "contracts handle JSON and text in another way, and a form has several parts: https://www.rfc-editor.org/rfc/rfc6838.html#section-4.2";
