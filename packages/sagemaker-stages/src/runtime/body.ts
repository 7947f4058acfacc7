import type { Bytes } from "./contract";
import { readHeader } from "./event";
import { cut } from "./faults";
import { hasTooManyParts, isRecord, MAX_JSON_PARTS, parseJson } from "./json";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import type { HandlerParts } from "./parts";
import { ProblemError, unsupported } from "./problem";
import { decodeBody } from "./text-body";

/** The content of an HTTP event's body. */
export type Body =
  | { readonly kind: "json"; readonly document: unknown }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Bytes };

/** The media types that a contract accepts in addition to JSON. */
export interface TakenTypes {
  /** Whether `text/plain` is allowed. */
  readonly text: boolean;
  /** Media types of bytes. */
  readonly bytes: readonly string[];
}

/** A part of a header's value, up to the next `;` outside of quotes. */
const HEADER_PART = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g;

/** More characters than every content type in use has. */
const MAX_CHARACTERS_OF_TYPE = 1_000;

/** JSON is UTF-8 (RFC 8259, section 8.1), and so is all text in an event. US-ASCII is a subset of UTF-8. */
const CHARSET = /^(?:utf-?8|us-ascii)$/i;

/**
 * Reads the body of an HTTP event by its Content-Type. Without a Content-Type, the body is JSON, as for API Gateway and
 * function URLs.
 *
 * A body of the type `text/plain` that is a JSON object or a JSON list is read as JSON: `fetch` sends JSON with this
 * type if the caller sets no type. Any other `text/plain` is a text, even if the text begins with a brace.
 *
 * A byte order mark at the beginning of JSON or text is ignored.
 *
 * @throws ProblemError 415 for a content type, charset or content encoding that the contract does not accept
 * @throws ProblemError 400 for a body that is not UTF-8, not JSON, or not the bytes that the caller sent
 * @throws ProblemError 413 for JSON with too many parts
 */
export function readBody(event: unknown, taken: TakenTypes, { bytes }: HandlerParts): Body {
  requireNoEncoding(readHeader(event, "content-encoding"));
  const { type, parameters } = requireMediaType(
    readHeader(event, "content-type"),
    taken,
    bytes?.adviseOnForm,
  );
  if (bytes !== undefined && taken.bytes.includes(type)) {
    return { kind: "bytes", bytes: bytes.read(event, type, parameters) };
  }
  requireCharset(parameters);
  const text = decodeBody(event);
  const document = type === JSON_TYPE || /^\s*[[{]/.test(text) ? readJson(text) : undefined;
  if (type === TEXT_TYPE && !isRecord(document)) return { kind: "text", text };
  if (document === undefined) {
    const got = text === "" ? "nothing" : `text of ${text.length} character(s) that is not JSON`;
    throw new ProblemError({ status: 400, detail: `body: got ${got}; allowed: a JSON document` });
  }
  return { kind: "json", document };
}

function requireNoEncoding(contentEncoding: string): void {
  if (contentEncoding === "") return;
  const codings = contentEncoding.split(",").map((coding) => coding.trim().toLowerCase());
  if (!codings.every((coding) => ["", "identity"].includes(coding))) {
    throw unsupported("Content-Encoding", JSON.stringify(cut(contentEncoding)), "identity (no encoding)");
  }
}

function requireMediaType(
  contentType: string,
  taken: TakenTypes,
  adviseOnForm: ((type: string, taken: readonly string[]) => string) | undefined,
): { readonly type: string; readonly parameters: readonly string[] } {
  // Almost every request: the rest of the function takes longer than reading a short body.
  if (contentType === JSON_TYPE) return { type: contentType, parameters: [] };
  const [mediaType = "", ...parameters] =
    contentType.slice(0, MAX_CHARACTERS_OF_TYPE).match(HEADER_PART) ?? [];
  const type = mediaType.trim().toLowerCase() || JSON_TYPE;
  const allowed = [JSON_TYPE, ...(taken.text ? [TEXT_TYPE] : []), ...taken.bytes];
  if (!allowed.includes(type) || contentType.length > MAX_CHARACTERS_OF_TYPE) {
    const advice = adviseOnForm?.(type, taken.bytes) ?? "";
    throw unsupported("Content-Type", JSON.stringify(cut(type)), allowed.join(" or ") + advice);
  }
  return { type, parameters };
}

function requireCharset(parameters: readonly string[]): void {
  for (const parameter of parameters) {
    const [name = "", ...value] = parameter.split("=");
    const charset = value.join("=").replaceAll(/["\\]/g, "").trim();
    if (name.trim().toLowerCase() === "charset" && !CHARSET.test(charset)) {
      throw unsupported("Content-Type", `the charset ${JSON.stringify(cut(charset))}`, "utf-8");
    }
  }
}

function readJson(text: string): unknown {
  if (hasTooManyParts(text)) {
    throw new ProblemError({
      status: 413,
      detail: `body: got more than ${MAX_JSON_PARTS} JSON objects, lists and properties; allowed: at most ${MAX_JSON_PARTS}`,
    });
  }
  return parseJson(text);
}
