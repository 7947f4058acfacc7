import * as z from "zod/mini";
import { isBase64 } from "../runtime/base64";
import type { Bytes } from "../runtime/contract";
import { fault, quote } from "../runtime/faults";
import { isTypeOfBytes, TYPES_OF_BYTES, TYPES_OF_BYTES_BECAUSE } from "../runtime/media-type";
import type { OptionReport } from "./option-report";

/**
 * The first bytes of files in base64, by media type: JPEG (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1.3), PNG
 * (https://www.w3.org/TR/png-3/#5PNG-file-signature), GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), WebP
 * (https://www.rfc-editor.org/rfc/rfc9649.html#section-2.4) and WAV, which begin with `RIFF` and are distinguished by
 * {@link FORMS_OF_RIFF}, and NPY (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
const FIRST_BYTES: Readonly<Record<string, string>> = {
  "image/jpeg": "/9j/",
  "image/png": "iVBORw0KGg",
  "image/gif": "R0lGOD",
  "image/webp": "UklGR",
  "audio/wav": "UklGR",
  "audio/wave": "UklGR",
  "application/x-npy": "k05VTVBZ",
};

/**
 * The form of a RIFF file in base64, from the ninth byte on: `WEBP` and `WAVE`, without the first two bits
 * (https://www.rfc-editor.org/rfc/rfc9649.html#section-2.4).
 */
const FORMS_OF_RIFF: Readonly<Record<string, string>> = {
  "image/webp": "XRUJQ",
  "audio/wav": "XQVZF",
  "audio/wave": "XQVZF",
};
const FORM_AT = 11;

/** The media types whose first bytes {@link checkedBytesSchema} can check. A constant would stay in every package. */
export function typesWithFirstBytes(): string[] {
  return Object.keys(FIRST_BYTES);
}

/** The schema of the bare request in a contract for files. */
export function bytesSchema(takes: readonly string[]): z.ZodMiniType<Bytes, Bytes> {
  return z.strictObject({
    contentType: z.enum(takes as string[]),
    base64: z.string().check((payload) => {
      const { value } = payload;
      if (value !== "" && isBase64(value)) return;
      payload.issues.push(
        fault(value, { got: quote(value), allowed: "base64 with padding, of at least one byte" }),
      );
    }),
  });
}

/**
 * {@link bytesSchema} of files that must begin like a file of their media type, if the first bytes of the type are known. A
 * separate function, so that only the handlers that need the first bytes contain them.
 */
export function checkedBytesSchema(takes: readonly string[]): z.ZodMiniType<Bytes, Bytes> {
  return bytesSchema(takes).check(({ value: { contentType, base64 }, issues }) => {
    // A text that is no base64 has its own fault.
    if (issues.length > 0) return;
    const isRiffOfType = base64.startsWith(FORMS_OF_RIFF[contentType] ?? "", FORM_AT);
    if (isRiffOfType && base64.startsWith(FIRST_BYTES[contentType] ?? "")) return;
    // The fault has no path: callers send the file itself, or its base64 in JSON.
    issues.push(
      fault(base64, { got: "a file that does not begin like a file of its type", allowed: contentType }),
    );
  });
}

/** Reports a fault for `checkFirstBytes` without a media type whose first bytes are known. */
export function checkFirstBytesOption(value: unknown, takes: unknown, report: OptionReport): void {
  if (value === undefined) return;
  const known = Array.isArray(takes) && takes.some((type) => typesWithFirstBytes().includes(String(type)));
  report.require(
    typeof value === "boolean" && (known || !value),
    "checkFirstBytes",
    value,
    `true or false; true if takes contains ${typesWithFirstBytes().join(", ")}`,
    "the engine knows the first bytes of these media types",
  );
}

/** Reports a fault for each media type that a contract cannot list as a type of bytes. */
export function checkMediaTypes(value: unknown, field: string, report: OptionReport): void {
  if (!report.requireNames(value, field, "the media types of bytes")) return;
  for (const [index, type] of value.entries()) {
    report.require(isTypeOfBytes(type), `${field}[${index}]`, type, TYPES_OF_BYTES, TYPES_OF_BYTES_BECAUSE);
  }
}
