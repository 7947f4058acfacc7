import { inWords, type Report } from "../environment/report";
import type { Model } from "../models";
import {
  isMediaType,
  isTypeOfBytes,
  MEDIA_TYPE_SOURCE,
  TYPES_OF_BYTES,
  TYPES_OF_BYTES_BECAUSE,
} from "../runtime/media-type";

/** Rules of the media types, headers and bytes that a contract names. */
export function checkDialects(model: Model, report: Report): void {
  checkTakenTypes(model, report);
  checkMediaTypes(model.answerTypes, "answerTypes", report);
  checkCallerHeaders(model, report);
  checkAnswerHeaders(model, report);
  checkPassThrough(model, report);
}

function checkTakenTypes({ route, bytes, passThrough }: Model, report: Report): void {
  for (const [field, value] of Object.entries({ bytes, passThrough })) {
    report.require(
      value === undefined || route.method === "POST",
      field,
      inWords(`${field} beside route.method GET`),
      `no ${field}, or POST`,
      "the body has a media type, and a GET has no body",
    );
  }
  checkMediaTypes(bytes?.takes, "bytes.takes", report);
}

function checkMediaTypes(types: readonly string[] | undefined, field: string, report: Report): void {
  if (types === undefined) return;
  report.require(
    types.length > 0,
    field,
    types,
    `a list of at least one media type, or no ${field}`,
    "an empty list has no effect",
  );
  for (const [index, type] of types.entries()) {
    report.require(
      isTypeOfBytes(type) && types.indexOf(type) === index,
      `${field}[${index}]`,
      type,
      `${TYPES_OF_BYTES}; each type once`,
      TYPES_OF_BYTES_BECAUSE,
    );
  }
}

/** Names of headers in lower case. */
const HEADER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** Credentials, the connection, the form of the message, and what API Gateway and browsers set themselves. */
const REFUSED_CALLER_HEADERS =
  /^(?:(?:proxy-)?authorization|cookie|x-api-key|host|accept|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|(?:content|access-control|proxy|sec|x-amz|x-amzn)-.*)$/;

function checkCallerHeaders({ callerHeaders }: Model, report: Report): void {
  checkNames(
    callerHeaders,
    "callerHeaders",
    REFUSED_CALLER_HEADERS,
    "no header of credentials, of connections or of the message's form (authorization, cookie, x-api-key, x-amz-…, host, accept, content-…, connection, …)",
    "a model has no use for credentials: a header of a caller can reach the endpoint and its data capture",
    report,
  );
}

/** Headers that API Gateway drops or renames, and headers that the handler sets itself. */
const REFUSED_ANSWER_HEADERS =
  /^(?:set-cookie|retry-after|accept|accept-charset|accept-encoding|age|authorization|connection|date|expect|host|keep-alive|max-forwards|pragma|proxy-authenticate|range|referer|server|te|trailer|transfer-encoding|upgrade|user-agent|via|warn|www-authenticate|(?:content|access-control|x-amz|x-amzn)-.*)$/;

function checkAnswerHeaders({ answerHeaders }: Model, report: Report): void {
  checkNames(
    answerHeaders,
    "answerHeaders",
    REFUSED_ANSWER_HEADERS,
    "no header of cookies, CORS, connections or the message's form, and none that API Gateway drops or renames (set-cookie, access-control-…, content-…, transfer-encoding, x-amzn-…, date, server, …)",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html",
    report,
  );
}

function checkNames(
  names: readonly string[] | undefined,
  field: string,
  refused: RegExp,
  allowed: string,
  because: string,
  report: Report,
): void {
  for (const [index, name] of (names ?? []).entries()) {
    report.require(
      HEADER_NAME.test(name) && names?.indexOf(name) === index,
      `${field}[${index}]`,
      name,
      "a header's name that occurs once: a letter, then up to 63 of a-z, 0-9 and -",
      "names of headers are compared in lower case",
    );
    report.require(!refused.test(name.toLowerCase()), `${field}[${index}]`, name, allowed, because);
  }
}

/** A contract that changes neither request nor answer has no place for headers, and its media types are valid. */
function checkPassThrough(model: Model, report: Report): void {
  const { passThrough, callerHeaders, answerHeaders } = model;
  if (passThrough === undefined) return;
  report.require(
    model.python !== undefined || model.text === undefined,
    "text",
    inWords("text beside passThrough"),
    "either text or passThrough",
    "text.read and text.write have no part in a body that passes through",
  );
  for (const [field, type] of Object.entries(passThrough)) {
    report.require(
      type === undefined || isMediaType(type),
      `passThrough.${field}`,
      type,
      "a media type in lower case, e.g. text/csv, without parameters and wildcards",
      MEDIA_TYPE_SOURCE,
    );
  }
  for (const [field, value] of Object.entries({ callerHeaders, answerHeaders })) {
    report.require(
      value === undefined,
      field,
      inWords(`${field} beside passThrough`),
      `either ${field} or passThrough`,
      "encode and decode, which read and set headers, have no part in a body that passes through",
    );
  }
}
