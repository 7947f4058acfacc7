import { type HttpRequest, headerOf, isNamed } from "./http";
import { randomText } from "./random";

/** The header in which AWS forwards a trace. */
export const TRACE_HEADER = "X-Amzn-Trace-Id";
const LOWER_CASE_NAME = TRACE_HEADER.toLowerCase();

/** `Root=1-<seconds since 1970, hex>-<24 hex digits>`, alone or among other fields. */
const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})\s*(?:;|$)/i;

/** The requests that {@link withTrace} returned: the event and the answer of a request need the same trace. */
const traced = new WeakSet<HttpRequest>();

/**
 * `request` with exactly one trace header, as API Gateway and function URLs forward it: the caller's header if this
 * header has a Root, otherwise a new header
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
 */
export function withTrace(request: HttpRequest): HttpRequest {
  if (traced.has(request)) return request;
  const trace = headerOf(request, LOWER_CASE_NAME) ?? "";
  const others = request.headers.filter(([name]) => !isNamed(name, LOWER_CASE_NAME));
  const value = ROOT.test(trace) ? trace : `Root=${newRoot()}`;
  const result: HttpRequest = { ...request, headers: [...others, [TRACE_HEADER, value]] };
  traced.add(result);
  return result;
}

/** The Root of a request that {@link withTrace} returned. */
export function traceRootOf(request: HttpRequest): string {
  return ROOT.exec(headerOf(request, LOWER_CASE_NAME) ?? "")?.[1] ?? newRoot();
}

/** The id of a new segment. */
export function newSegmentId(): string {
  return randomText(8, "hex");
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomText(12, "hex")}`;
}
