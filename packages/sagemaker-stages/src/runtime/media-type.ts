/** The media type of JSON documents. */
export const JSON_TYPE = "application/json";

/** The media type of texts. */
export const TEXT_TYPE = "text/plain";

/** The media type of a header Content-Type, without parameters and in lower case; empty where there is none. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** A name of a media type in lower case, without parameters and wildcards. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** The form of media types. */
export const MEDIA_TYPE_SOURCE = "https://www.rfc-editor.org/rfc/rfc6838.html#section-4.2";

/**
 * Types that a contract has another form for, and types of several parts. Triton's tensors after a head in JSON are bytes,
 * whatever the end of their type says
 * (https://github.com/triton-inference-server/server/blob/main/src/sagemaker_server.cc).
 */
const OTHER_FORMS =
  /^(?:application\/(?!vnd\.sagemaker-triton\.binary\+json$)(?:.+\+)?json|text\/plain|application\/x-www-form-urlencoded|multipart\/.*)$/;

/** Whether a text is the name of a media type in lower case, without parameters and wildcards. */
export function isMediaType(type: string): boolean {
  return MEDIA_TYPE.test(type);
}

/** Whether a contract can name a media type as a type of bytes, in requests or in answers. */
export function isTypeOfBytes(type: string): boolean {
  return isMediaType(type) && !OTHER_FORMS.test(type);
}

/** What {@link isTypeOfBytes} allows, in words. */
export const TYPES_OF_BYTES =
  "a media type in lower case, e.g. image/jpeg, without parameters and wildcards; no JSON, text/plain, application/x-www-form-urlencoded or multipart/…";

/** Why {@link isTypeOfBytes} refuses other types. No template: the handlers' bundles would contain it. */
export const TYPES_OF_BYTES_BECAUSE =
  "JSON and text have their own forms, a form has several parts: https://www.rfc-editor.org/rfc/rfc6838.html#section-4.2";
