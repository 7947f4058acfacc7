import { isDeepStrictEqual } from "node:util";
import { type FaultCollector, raw } from "../environment/fault-collector";
import { omitUndefinedDeep } from "../lib/omit-undefined";
import type { ContractModel } from "../models";
import { bytesOf } from "../runtime/base64";
import { isBytes } from "../runtime/bytes-answer";
import type { EndpointRequest, PassThrough } from "../runtime/contract";
import { parseJson } from "../runtime/json";
import { JSON_TYPE } from "../runtime/media-type";
import { NO_CALLER } from "../runtime/outside-handler";

/** A model whose contract has `passThrough`. */
type PassingModel = ContractModel & { readonly passThrough: PassThrough };

/**
 * Checks `encode` of a contract with `passThrough`. Only direct invocations and the JSON form of bytes use `encode`: a change
 * that `encode` makes would have no effect over HTTP.
 *
 * @param encoded - the result of `encode` for the example
 */
export function checkPassedForm(
  model: PassingModel,
  encoded: EndpointRequest,
  collector: FaultCollector,
): void {
  const { bytes, example } = model;
  if (bytes === undefined) {
    requirePassed(encoded, JSON_TYPE, model.passThrough, "encode(example.request)", collector);
    requireBody(
      isDeepStrictEqual(parseJson(textOf(encoded.body)), omitUndefinedDeep(example.request)),
      "encode(example.request)",
      "example.request as JSON",
      collector,
    );
    return;
  }
  const file = isBytes(example.request)
    ? example.request
    : { contentType: bytes.takes[0] ?? "", base64: Buffer.from(encoded.body).toString("base64") };
  const field = `encode(bytes.read(${file === example.request ? "example.request" : "bytes"}))`;
  const ofBytes = model.encode(bytes.read(file), NO_CALLER);
  requirePassed(ofBytes, file.contentType, model.passThrough, field, collector);
  const isSame = Buffer.from(bytesOf(file)).equals(Buffer.from(ofBytes.body));
  requireBody(isSame, field, "the bytes that bytes.read received", collector);
}

const BECAUSE =
  "over HTTP the body passes through without encode, and a direct invocation must have the same effect";

function requirePassed(
  { headers, contentType, accept }: EndpointRequest,
  sent: string,
  passThrough: PassThrough,
  field: string,
  collector: FaultCollector,
): void {
  const passed = passThrough.contentType ?? sent;
  collector.require(
    headers === undefined,
    `${field}.headers`,
    raw("headers together with passThrough"),
    "no headers, or no passThrough",
    BECAUSE,
  );
  collector.require(
    contentType === passed,
    `${field}.contentType`,
    contentType,
    JSON.stringify(passed),
    BECAUSE,
  );
  collector.require(
    accept === passThrough.accept,
    `${field}.accept`,
    accept,
    JSON.stringify(passThrough.accept),
    BECAUSE,
  );
}

function requireBody(holds: boolean, field: string, allowed: string, collector: FaultCollector): void {
  collector.require(
    holds,
    `${field}.body`,
    raw("a different body"),
    `${allowed}, or no passThrough`,
    BECAUSE,
  );
}

function textOf(body: string | Uint8Array): string {
  return Buffer.from(body).toString("utf8");
}
