import type { Contract } from "./contract";
import { readHeader } from "./event";
import { quote } from "./faults";
import { hasTooManyParts, isRecord, MAX_JSON_PARTS, parseJson } from "./json";
import { MAX_CHARACTERS_OF_TYPE } from "./limits";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import type { HandlerParts } from "./parts";
import { notAllowed } from "./problem";
import { decodeBody } from "./text-body";

/** The bare request from any kind of event. */
export interface BareRequest {
  readonly bare: unknown;
  /** Whether the request was a text. */
  readonly isText: boolean;
  /** The media type of the body, without parameters. */
  readonly contentType: string;
}

/** The media types that a contract accepts in addition to JSON. */
type Taken = Pick<Contract<unknown, unknown>, "text" | "bytes">;

/** The bare request in a JSON document. */
export function ofJson(bare: unknown): BareRequest {
  return { bare, isText: false, contentType: JSON_TYPE };
}

/** The bare request in a text. */
export function ofText(bare: unknown): BareRequest {
  return { bare, isText: true, contentType: TEXT_TYPE };
}

/** No content coding, or `identity` any number of times. */
const NO_ENCODING = /^(?:[\s,]*\bidentity\b)*[\s,]*$/i;

/** A part of a header's value, up to the next `;` outside of quotes. */
const HEADER_PART = /(?:"(?:[^"\\]|\\.)*"?|[^";])+/g;

/** JSON is UTF-8 (RFC 8259, section 8.1), and so is all text in an event. US-ASCII is a subset of UTF-8. */
const CHARSET = /^(?:utf-?8|us-ascii)$/i;

/**
 * Reads the bare request in the body of an HTTP event by its Content-Type. Without a Content-Type, the body is JSON, as for API Gateway and
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
export function readBody(event: unknown, taken: Taken, parts: HandlerParts): BareRequest {
  const { text, bytes } = taken;
  const encoding = readHeader(event, "content-encoding");
  if (!NO_ENCODING.test(encoding)) {
    throw notAllowed(415, "Content-Encoding", quote(encoding), "identity (no encoding)");
  }
  const type = requireTaken(readHeader(event, "content-type"), taken, parts);
  if (parts.bytes && bytes?.takes.includes(type)) {
    return { ...ofJson(bytes.read(parts.bytes.read(event, type))), contentType: type };
  }
  const sent = decodeBody(event);
  const document = type === JSON_TYPE || /^\s*[[{]/.test(sent) ? readJson(sent) : undefined;
  if (type === TEXT_TYPE && !isRecord(document)) return ofText(text?.read(sent));
  if (document === undefined) {
    const got = sent ? `text of ${sent.length} character(s) that is not JSON` : "nothing";
    throw notAllowed(400, "body", got, "a JSON document");
  }
  return ofJson(document);
}

/**
 * Requires a value of Content-Type that the contract accepts.
 *
 * @returns the media type without parameters
 * @throws ProblemError 415
 */
export function requireTaken(contentType: string, { text, bytes }: Taken, parts: HandlerParts): string {
  // Almost every request: the rest of the function takes longer than reading a short body.
  if (contentType === JSON_TYPE) return contentType;
  const taken = bytes?.takes ?? [];
  const [mediaType = "", ...parameters] =
    contentType.slice(0, MAX_CHARACTERS_OF_TYPE).match(HEADER_PART) ?? [];
  const type = mediaType.trim().toLowerCase() || JSON_TYPE;
  const allowed = [JSON_TYPE, ...(text ? [TEXT_TYPE] : []), ...taken];
  if (!allowed.includes(type) || contentType.length > MAX_CHARACTERS_OF_TYPE) {
    const advice = parts.bytes?.adviseOnForm(type, taken) ?? "";
    throw notAllowed(415, "Content-Type", quote(type), allowed.join(" or ") + advice);
  }
  if (taken.includes(type)) parts.bytes?.requireParameters(type, parameters);
  else requireCharset(parameters);
  return type;
}

function requireCharset(parameters: readonly string[]): void {
  for (const parameter of parameters) {
    const charset = /^\s*charset\s*=(.*)/is.exec(parameter)?.[1]?.replaceAll(/["\\]/g, "").trim();
    if (charset !== undefined && !CHARSET.test(charset)) {
      throw notAllowed(415, "Content-Type", `the charset ${quote(charset)}`, "utf-8");
    }
  }
}

function readJson(text: string): unknown {
  if (hasTooManyParts(text)) {
    throw notAllowed(
      413,
      "body",
      `more than ${MAX_JSON_PARTS} JSON objects, lists and properties`,
      `at most ${MAX_JSON_PARTS}`,
    );
  }
  return parseJson(text);
}
