import { isBase64 } from "./base64";
import type { Bytes } from "./contract";
import { cut } from "./faults";
import { isRecord } from "./json";
import { JSON_TYPE } from "./media-type";
import { ProblemError, unsupported } from "./problem";

/**
 * Parameters that do not change what bytes mean: a name, the codecs that the file itself names as well
 * (https://www.rfc-editor.org/rfc/rfc6381.html), and charsets, `binary` being what the command `file` says of an image.
 * A contract receives the media type without parameters, so that any other parameter is refused.
 */
const PARAMETER = /^\s*(?:(?:file)?name=|codecs=|charset="?(?:utf-?8|us-ascii|binary)"?\s*$)/i;

/** A character that stands for bytes which are no UTF-8, or one that no UTF-8 has. */
const LOST_BYTES = /[\ufffd\p{Surrogate}]/u;

/**
 * The bytes of a body, in the base64 that the event has. API Gateway passes a body as text where its media type is not
 * among the API's binary media types, and function URLs do for types such as `text/csv`: bytes that are no UTF-8 became
 * another character then, and cannot be restored.
 */
function readBytes(event: unknown, contentType: string, parameters: readonly string[]): Bytes {
  for (const parameter of parameters) {
    if (parameter.trim() === "" || PARAMETER.test(parameter)) continue;
    const name = JSON.stringify(cut(parameter.split("=", 1)[0]?.trim() ?? ""));
    throw unsupported("Content-Type", `the parameter ${name}`, `${contentType} without it`);
  }
  const { body = "", isBase64Encoded } = isRecord(event) ? event : {};
  const sent = typeof body === "string" ? body : "";
  const isEncoded = isBase64Encoded === true;
  const got =
    sent === ""
      ? "nothing"
      : isEncoded
        ? !isBase64(sent) && "no base64"
        : LOST_BYTES.test(sent) && "bytes that were changed to text";
  if (got) {
    const json = `or, as ${JSON_TYPE}, {"contentType": "${contentType}", "base64": "…"}`;
    throw new ProblemError({
      status: 400,
      detail: `body: got ${got}; allowed: the bytes of the type ${contentType}, ${json}`,
    });
  }
  return { contentType, base64: isEncoded ? sent : Buffer.from(sent).toString("base64") };
}

/** What clients send for a file in a form, and what curl sends for bytes without a Content-Type. */
const FORM = /^(?:multipart\/|application\/x-www-form-urlencoded$)/;

/**
 * How to send a file to a model that takes bytes.
 *
 * @param sent - the media type that the caller sent
 * @param taken - the media types of bytes that the model takes, the first of which is the example
 * @returns the end of a sentence; empty for a media type that is no form, and for a model that takes no bytes
 */
function adviseOnForm(sent: string, [mediaType]: readonly string[]): string {
  return mediaType !== undefined && FORM.test(sent)
    ? `. Send the file itself as the body: curl --data-binary @file -H 'Content-Type: ${mediaType}'`
    : "";
}

/** The part of a handler that reads bytes. */
export const bytes = { read: readBytes, adviseOnForm };
