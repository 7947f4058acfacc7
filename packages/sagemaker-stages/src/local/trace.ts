import { randomBytes } from "node:crypto";
import { type HttpRequest, headerOf } from "./http";

/** The header in which AWS forwards a trace. */
export const TRACE_HEADER = "X-Amzn-Trace-Id";

/** `Root=1-<seconds since 1970, hex>-<24 hex digits>`, alone or among other fields. */
const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})\s*(?:;|$)/i;

/**
 * `request` with exactly one trace header, as API Gateway and function URLs forward it: the caller's header if this
 * header has a Root, otherwise a new header
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
 */
export function withTrace(request: HttpRequest): HttpRequest {
  const trace = headerOf(request, TRACE_HEADER.toLowerCase()) ?? "";
  const others = request.headers.filter(([name]) => name.toLowerCase() !== TRACE_HEADER.toLowerCase());
  const value = ROOT.test(trace) ? trace : `Root=${newRoot()}`;
  return { ...request, headers: [...others, [TRACE_HEADER, value]] };
}

/** The Root of a request that {@link withTrace} returned. */
export function traceRootOf(request: HttpRequest): string {
  return ROOT.exec(headerOf(request, TRACE_HEADER.toLowerCase()) ?? "")?.[1] ?? newRoot();
}

/** The id of a new segment. */
export function newSegmentId(): string {
  return randomBytes(8).toString("hex");
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(12).toString("hex")}`;
}
