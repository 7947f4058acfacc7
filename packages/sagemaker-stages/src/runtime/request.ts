import { readBody } from "./body";
import type { CallerValues, Contract, EndpointRequest, RequestLimits } from "./contract";
import type { IncomingRequest } from "./event";
import { describeFaults, describeUnknown } from "./faults";
import { isRecord } from "./json";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import type { HandlerParts } from "./parts";
import { ProblemError } from "./problem";

/** The bare request, as its caller wrote it, whichever way it came. */
export interface BareRequest {
  readonly bare: unknown;
  /** Whether the request came as a text. */
  readonly isText: boolean;
  /** The media type of the body, without parameters. */
  readonly contentType: string;
}

/**
 * Reads the bare request.
 *
 * @throws ProblemError 400, 413 or 415 for a body that cannot be read; 400 for a parameter of the query that was given
 * more than once
 */
export function readBareRequest<Request, Answer>(
  { route, text, bytes }: Contract<Request, Answer>,
  { kind, event }: IncomingRequest,
  parts: HandlerParts,
): BareRequest {
  const ofJson = (bare: unknown) => ({ bare, isText: false, contentType: JSON_TYPE });
  const ofText = (sent: string) => ({ bare: text?.read(sent), isText: true, contentType: TEXT_TYPE });
  if (route.method === "GET") return ofJson(parts.query?.(event));
  if (kind === "direct") {
    return text !== undefined && typeof event === "string" ? ofText(event) : ofJson(event);
  }
  const body = readBody(event, { text: text !== undefined, bytes: bytes?.takes ?? [] }, parts);
  if (body.kind === "json") return ofJson(body.document);
  if (body.kind === "text") return ofText(body.text);
  return { bare: bytes?.read(body.bytes), isText: false, contentType: body.bytes.contentType };
}

function badRequest(detail: string): ProblemError {
  return new ProblemError({ status: 400, detail });
}

/**
 * The request that the contract's schema makes of `bare`. Work and memory stay within the function's, whatever a caller
 * sends: rows are counted before any of them is looked at, and a list is read to its first faulty members
 * (`stopAtFirstFaults`).
 *
 * @throws ProblemError 413 for more rows than the model takes, 400 for a request that the schema refuses
 */
export function parseRequest<Request, Answer>(contract: Contract<Request, Answer>, bare: unknown): Request {
  const { rows, rowsIn } = contract.limits;
  const list = isRecord(bare) && rowsIn !== undefined ? bare[rowsIn] : undefined;
  if (Array.isArray(list)) requireAtMost(rows, list.length, "rows");
  requireSound(bare);
  const parsed = contract.schema.safeParse(bare);
  if (parsed.success) return parsed.data;
  throw badRequest(describeFaults(parsed.error.issues, bare));
}

/** Deeper than any request; less than what a program that follows each level can do. */
const MAX_DEPTH = 100;

/** More than any request has in one object; an object of 500,000 costs seconds. */
const MAX_PROPERTIES = 10_000;

/** Half of a character that UTF-16 writes as two: no UTF-8 can hold it, and another character would take its place. */
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/** Refuses what no schema looks for. */
function requireSound(value: unknown, depth = 0): void {
  if (typeof value === "string" && UNPAIRED_SURROGATE.test(value)) {
    throw badRequest("request: got text with an unpaired surrogate; allowed: Unicode text");
  }
  if (!isRecord(value)) return;
  if (depth === MAX_DEPTH) {
    throw badRequest(
      `request: got more than ${MAX_DEPTH} levels of objects and lists; allowed: at most ${MAX_DEPTH}`,
    );
  }
  // zod passes over a property of this name instead of calling it unknown.
  if (Object.hasOwn(value, "__proto__")) throw badRequest(describeUnknown("request", ["__proto__"]));
  if (Array.isArray(value)) {
    for (const inner of value) requireSound(inner, depth + 1);
    return;
  }
  const names = Object.keys(value);
  if (names.length > MAX_PROPERTIES) {
    throw badRequest(
      `request: got an object of ${names.length} properties; allowed: at most ${MAX_PROPERTIES}`,
    );
  }
  for (const name of names) requireSound(value[name], depth + 1);
}

/**
 * The request as the endpoint wants it.
 *
 * @param passed - the request of a contract that does not change it
 * @throws ProblemError 413 for more rows or bytes than the model takes
 */
export function encodeRequest<Request, Answer>(
  contract: Contract<Request, Answer>,
  request: Request,
  caller: CallerValues,
  passed?: EndpointRequest,
): EndpointRequest {
  const encoded = passed ?? contract.encode(request, caller);
  const { rows, payloadInBytes }: RequestLimits = contract.limits;
  requireAtMost(rows, encoded.rows, "rows");
  requireAtMost(payloadInBytes, Buffer.byteLength(encoded.body), "bytes", "body");
  return encoded;
}

function requireAtMost(max: number, got: number, unit: string, field = "batch"): void {
  if (got > max) {
    throw new ProblemError({ status: 413, detail: `${field}: got ${got} ${unit}; allowed: at most ${max}` });
  }
}
