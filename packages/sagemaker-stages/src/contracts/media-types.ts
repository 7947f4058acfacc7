import * as z from "zod/mini";
import { isBase64 } from "../runtime/base64";
import type { Bytes } from "../runtime/contract";
import { fault, quote } from "../runtime/faults";
import { isTypeOfBytes, TYPES_OF_BYTES, TYPES_OF_BYTES_BECAUSE } from "../runtime/media-type";
import type { OptionReport } from "./option-report";

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

/** Reports a fault for each media type that a contract cannot list as a type of bytes. */
export function checkMediaTypes(value: unknown, field: string, report: OptionReport): void {
  if (!report.requireNames(value, field, "the media types of bytes")) return;
  for (const [index, type] of value.entries()) {
    report.require(isTypeOfBytes(type), `${field}[${index}]`, type, TYPES_OF_BYTES, TYPES_OF_BYTES_BECAUSE);
  }
}
