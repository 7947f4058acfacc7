import { type FaultCollector, raw } from "../environment/fault-collector";
import type { Model } from "../models";
import {
  isMediaType,
  isTypeOfBytes,
  MEDIA_TYPE_SOURCE,
  TYPES_OF_BYTES,
  TYPES_OF_BYTES_BECAUSE,
} from "../runtime/media-type";

/** Checks the media types, headers and bytes of a contract. */
export function checkDialects(model: Model, collector: FaultCollector): void {
  checkTakenTypes(model, collector);
  checkMediaTypes(model.answerTypes, "answerTypes", collector);
  checkCallerHeaders(model, collector);
  checkAnswerHeaders(model, collector);
  checkPassThrough(model, collector);
}

function checkTakenTypes({ route, bytes, passThrough }: Model, collector: FaultCollector): void {
  for (const [field, value] of Object.entries({ bytes, passThrough })) {
    collector.require(
      value === undefined || route.method === "POST",
      field,
      raw(`${field} together with route.method GET`),
      `no ${field}, or POST`,
      "the body has a media type, and a GET has no body",
    );
  }
  checkMediaTypes(bytes?.takes, "bytes.takes", collector);
}

function checkMediaTypes(
  types: readonly string[] | undefined,
  field: string,
  collector: FaultCollector,
): void {
  if (types === undefined) return;
  collector.require(
    types.length > 0,
    field,
    types,
    `at least one media type, or no ${field}`,
    "an empty list has no effect",
  );
  for (const [index, type] of types.entries()) {
    collector.require(
      isTypeOfBytes(type) && types.indexOf(type) === index,
      `${field}[${index}]`,
      type,
      `${TYPES_OF_BYTES}; each type once`,
      TYPES_OF_BYTES_BECAUSE,
    );
  }
}

/** The name of a header in lower case. */
const HEADER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** Headers of credentials, the connection and the message format, and headers that API Gateway and browsers set. */
const REFUSED_CALLER_HEADERS =
  /^(?:(?:proxy-)?authorization|cookie|x-api-key|host|accept|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|(?:content|access-control|proxy|sec|x-amz|x-amzn)-.*)$/;

function checkCallerHeaders({ callerHeaders }: Model, collector: FaultCollector): void {
  checkNames(
    callerHeaders,
    "callerHeaders",
    REFUSED_CALLER_HEADERS,
    "no header of credentials, the connection or the message format: not authorization, cookie, x-api-key, x-amz-…, host, accept, content-…, connection, …",
    "a model needs no credentials, and the endpoint and its data capture can receive a caller's headers",
    collector,
  );
}

/** Headers that API Gateway drops or renames, and headers that the handler sets itself. */
const REFUSED_ANSWER_HEADERS =
  /^(?:set-cookie|retry-after|accept|accept-charset|accept-encoding|age|authorization|connection|date|expect|host|keep-alive|max-forwards|pragma|proxy-authenticate|range|referer|server|te|trailer|transfer-encoding|upgrade|user-agent|via|warn|www-authenticate|(?:content|access-control|x-amz|x-amzn)-.*)$/;

function checkAnswerHeaders({ answerHeaders }: Model, collector: FaultCollector): void {
  checkNames(
    answerHeaders,
    "answerHeaders",
    REFUSED_ANSWER_HEADERS,
    "no header of cookies, CORS, the connection or the message format, and no header that API Gateway drops or renames: not set-cookie, access-control-…, content-…, transfer-encoding, x-amzn-…, date, server, …",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html",
    collector,
  );
}

function checkNames(
  names: readonly string[] | undefined,
  field: string,
  refused: RegExp,
  allowed: string,
  because: string,
  collector: FaultCollector,
): void {
  for (const [index, name] of (names ?? []).entries()) {
    collector.require(
      HEADER_NAME.test(name) && names?.indexOf(name) === index,
      `${field}[${index}]`,
      name,
      "a header name, listed once: a letter, then up to 63 of a-z, 0-9 and -",
      "header names are compared in lower case",
    );
    collector.require(!refused.test(name.toLowerCase()), `${field}[${index}]`, name, allowed, because);
  }
}

/** Checks a contract with `passThrough`: the contract must set no headers, and its media types must be valid. */
function checkPassThrough(model: Model, collector: FaultCollector): void {
  const { passThrough, callerHeaders, answerHeaders } = model;
  if (passThrough === undefined) return;
  collector.require(
    model.python !== undefined || model.text === undefined,
    "text",
    raw("text together with passThrough"),
    "either text or passThrough",
    "text.read and text.write do not run for a body that reaches the container unchanged",
  );
  for (const [field, type] of Object.entries(passThrough)) {
    collector.require(
      type === undefined || isMediaType(type),
      `passThrough.${field}`,
      type,
      "a media type in lower case, e.g. text/csv, without parameters and wildcards",
      MEDIA_TYPE_SOURCE,
    );
  }
  for (const [field, value] of Object.entries({ callerHeaders, answerHeaders })) {
    collector.require(
      value === undefined,
      field,
      raw(`${field} together with passThrough`),
      `either ${field} or passThrough`,
      "encode and decode, which read and set headers, do not run for a body that reaches the container unchanged",
    );
  }
}
