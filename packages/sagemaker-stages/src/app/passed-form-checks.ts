import { isDeepStrictEqual } from "node:util";
import { withoutUndefined } from "../environment/present";
import { inWords, type Report } from "../environment/report";
import type { ContractModel } from "../models";
import { bytesOf } from "../runtime/base64";
import { isBytes } from "../runtime/bytes-answer";
import type { EndpointRequest, PassThrough } from "../runtime/contract";
import { parseJson } from "../runtime/json";
import { JSON_TYPE } from "../runtime/media-type";
import { NO_CALLER } from "../runtime/outside-handler";

/** Types of the values that the rules compare. */
type PassingModel = ContractModel & { readonly passThrough: PassThrough };

/**
 * Rules of `encode` beside `passThrough`. Only a direct invocation, and the JSON form of bytes, go through `encode`: what
 * it adds to a request would be lost over HTTP.
 *
 * @param encoded - what `encode` makes of the example
 */
export function checkPassedForm(model: PassingModel, encoded: EndpointRequest, report: Report): void {
  const { bytes, example } = model;
  if (bytes === undefined) {
    requirePassed(encoded, JSON_TYPE, model.passThrough, "encode(example.request)", report);
    requireBody(
      isDeepStrictEqual(parseJson(textOf(encoded.body)), withoutUndefined(example.request)),
      "encode(example.request)",
      "example.request as JSON",
      report,
    );
    return;
  }
  const file = isBytes(example.request)
    ? example.request
    : { contentType: bytes.takes[0] ?? "", base64: Buffer.from(encoded.body).toString("base64") };
  const field = `encode(bytes.read(${file === example.request ? "example.request" : "bytes"}))`;
  const ofBytes = model.encode(bytes.read(file), NO_CALLER);
  requirePassed(ofBytes, file.contentType, model.passThrough, field, report);
  const isSame = Buffer.from(bytesOf(file)).equals(Buffer.from(ofBytes.body));
  requireBody(isSame, field, "the bytes that bytes.read received", report);
}

const BECAUSE =
  "over HTTP the body passes through without encode, and a direct invocation is to have the same effect";

function requirePassed(
  { headers, contentType, accept }: EndpointRequest,
  sent: string,
  passThrough: PassThrough,
  field: string,
  report: Report,
): void {
  const passed = passThrough.contentType ?? sent;
  report.require(
    headers === undefined,
    `${field}.headers`,
    inWords("headers beside passThrough"),
    "no headers, or no passThrough",
    BECAUSE,
  );
  report.require(
    contentType === passed,
    `${field}.contentType`,
    contentType,
    JSON.stringify(passed),
    BECAUSE,
  );
  report.require(
    accept === passThrough.accept,
    `${field}.accept`,
    accept,
    JSON.stringify(passThrough.accept),
    BECAUSE,
  );
}

function requireBody(holds: boolean, field: string, allowed: string, report: Report): void {
  report.require(holds, `${field}.body`, inWords("another body"), `${allowed}, or no passThrough`, BECAUSE);
}

function textOf(body: string | Uint8Array): string {
  return Buffer.from(body).toString("utf8");
}
