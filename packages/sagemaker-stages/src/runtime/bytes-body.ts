/// <reference lib="es2024.string" />

import { isBase64 } from "./base64";
import type { Bytes } from "./contract";
import { quote } from "./faults";
import { isRecord } from "./json";
import { JSON_TYPE } from "./media-type";
import { notAllowed } from "./problem";

/**
 * Parameters that do not change the meaning of bytes: an empty parameter, a name, codecs that the file itself also contains
 * (https://www.rfc-editor.org/rfc/rfc6381.html), and charsets. The command `file` reports the charset `binary` for an
 * image. Every other parameter is refused, because a contract receives the media type without parameters.
 */
const PARAMETER = /^\s*(?:$|(?:file)?name=|codecs=|charset="?(?:utf-?8|us-ascii|binary)"?\s*$)/i;

/**
 * Reads the bytes of a body, which the event contains in base64. API Gateway passes a body as text if its media type is
 * not a binary media type of the API. Function URLs pass types such as `text/csv` as text. In such a text, a replacement
 * character replaces bytes that are not UTF-8, and the bytes cannot be restored.
 */
function readBytes(event: unknown, contentType: string): Bytes {
  const { body = "", isBase64Encoded } = isRecord(event) ? event : {};
  const sent = typeof body === "string" ? body : "";
  const isEncoded = isBase64Encoded === true;
  const got =
    sent === ""
      ? "nothing"
      : isEncoded
        ? !isBase64(sent) && "invalid base64"
        : hasLostBytes(sent) && "bytes converted to text";
  if (got) {
    const json = `or, as ${JSON_TYPE}, {"contentType": "${contentType}", "base64": "…"}`;
    throw notAllowed(400, "body", got, `the bytes of the type ${contentType}, ${json}`);
  }
  return { contentType, base64: isEncoded ? sent : Buffer.from(sent).toString("base64") };
}

/** Whether a text has the replacement character of bytes that are not UTF-8, or a character that UTF-8 cannot encode. */
function hasLostBytes(text: string): boolean {
  return text.includes("\ufffd") || !text.isWellFormed();
}

/** @throws ProblemError 415 for a parameter that changes the meaning of bytes */
function requireParameters(contentType: string, parameters: readonly string[]): void {
  for (const parameter of parameters) {
    if (PARAMETER.test(parameter)) continue;
    const name = quote(parameter.split("=", 1)[0]?.trim());
    throw notAllowed(415, "Content-Type", `the parameter ${name}`, `${contentType} without it`);
  }
}

/** The media types of forms. curl sends `application/x-www-form-urlencoded` for data without a Content-Type. */
const FORM = /^(?:multipart\/|application\/x-www-form-urlencoded$)/;

/**
 * Explains how to send a file to a model that accepts bytes.
 *
 * @param sent - the media type that the caller sent
 * @param taken - the media types of bytes that the model accepts; the text shows the first type
 * @returns the end of a sentence; empty for a media type that is not a form, and for a model that does not accept bytes
 */
function adviseOnForm(sent: string, [mediaType]: readonly string[]): string {
  return mediaType !== undefined && FORM.test(sent)
    ? `. Send the file itself as the body: curl --data-binary @file -H 'Content-Type: ${mediaType}'`
    : "";
}

/** The part of a handler that reads bytes. */
export const bytes = { read: readBytes, requireParameters, adviseOnForm };
