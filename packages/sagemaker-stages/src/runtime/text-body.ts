import { isUtf8 } from "node:buffer";
import { isRecord } from "./json";
import { notAllowed } from "./problem";

/**
 * Decodes the text of an event's body, without a byte order mark.
 *
 * @throws ProblemError 400 for a body that is not UTF-8
 */
export function decodeBody(event: unknown): string {
  const { body, isBase64Encoded } = isRecord(event) ? event : {};
  if (typeof body !== "string") return "";
  const bytes = isBase64Encoded === true ? Buffer.from(body, "base64") : undefined;
  if (bytes !== undefined && !isUtf8(bytes)) {
    throw notAllowed(400, "body", `${bytes.length} byte(s) that are not UTF-8`, "UTF-8");
  }
  return String(bytes ?? body).replace(/^\ufeff/, "");
}
