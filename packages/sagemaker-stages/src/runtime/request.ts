/// <reference lib="es2024.string" />

import { type BareRequest, ofJson, ofText, readBody } from "./body";
import type { CallerValues, Contract, EndpointRequest, RequestLimits } from "./contract";
import type { IncomingRequest } from "./event";
import { describeFaults, describeUnknown } from "./faults";
import { isRecord } from "./json";
import { MAX_DEPTH, MAX_PROPERTIES } from "./limits";
import type { HandlerParts } from "./parts";
import { notAllowed, refusal } from "./problem";

/**
 * Reads the bare request.
 *
 * @throws ProblemError 400, 413 or 415 for a body that cannot be read; 400 for a repeated parameter of the query
 */
export function readBareRequest<Request, Answer>(
  contract: Contract<Request, Answer>,
  { kind, event }: IncomingRequest,
  parts: HandlerParts,
): BareRequest {
  const { route, text } = contract;
  if (route.method === "GET") return ofJson(parts.query?.(event));
  if (kind === "direct") {
    return text !== undefined && typeof event === "string" ? ofText(text.read(event)) : ofJson(event);
  }
  return readBody(event, contract, parts);
}

/**
 * Validates `bare` with the contract's schema. Time and memory are bounded for every request. The handler counts rows
 * before it validates a row. The validation of a list stops at the first faulty members (`stopAtFirstFaults`).
 *
 * @throws ProblemError 413 for more rows than the model accepts, 400 for a request that the schema refuses
 */
export function parseRequest<Request, Answer>(contract: Contract<Request, Answer>, bare: unknown): Request {
  const { rows, rowsIn } = contract.limits;
  const list = rowsIn && isRecord(bare) ? bare[rowsIn] : undefined;
  if (Array.isArray(list)) requireAtMost(rows, list.length, "rows");
  requireValidValues(bare);
  const parsed = contract.schema.safeParse(bare);
  if (parsed.success) return parsed.data;
  throw refusal(400, describeFaults(parsed.error.issues, bare));
}

/** Refuses values that no schema checks for. */
function requireValidValues(value: unknown, depth = 0): void {
  // UTF-8 cannot encode half of a surrogate pair, so that the endpoint would receive another character.
  if (typeof value === "string" && !value.isWellFormed()) {
    throw notAllowed(400, "request", "text with an unpaired surrogate", "Unicode text");
  }
  if (!isRecord(value)) return;
  if (depth === MAX_DEPTH) {
    throw notAllowed(
      400,
      "request",
      `more than ${MAX_DEPTH} levels of objects and lists`,
      `at most ${MAX_DEPTH}`,
    );
  }
  // zod ignores a property of this name instead of reporting it as unknown.
  if (Object.hasOwn(value, "__proto__")) throw refusal(400, describeUnknown("request", ["__proto__"]));
  if (Array.isArray(value)) {
    for (const inner of value) requireValidValues(inner, depth + 1);
    return;
  }
  // Not the values: for millions of properties, Node.js needs several times as long to list them.
  const names = Object.keys(value);
  if (names.length > MAX_PROPERTIES) {
    throw notAllowed(400, "request", `an object of ${names.length} properties`, `at most ${MAX_PROPERTIES}`);
  }
  for (const name of names) requireValidValues(value[name], depth + 1);
}

/**
 * Creates the endpoint's request.
 *
 * @param passed - the unchanged request, if the contract passes the caller's body
 * @throws ProblemError 413 for more rows or bytes than the model accepts
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
    throw notAllowed(413, field, `${got} ${unit}`, `at most ${max}`);
  }
}
