import { expect } from "@jest/globals";
import { isRecord } from "../../../src/runtime/json";
import { proxyResponse } from "./handler";

/** A proxy response without its CORS headers, which depend only on the kind of event. */
interface ExpectedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The text, or a matcher for the text. */
  readonly body: unknown;
}

/** Requires `answer` to be exactly this proxy response, with the CORS headers for `event`. */
export function assessResponse(answer: unknown, event: unknown, expected: ExpectedResponse): void {
  assessCors(answer, event);
  expect(answer).toStrictEqual({ ...expected, headers: { ...expected.headers, ...corsHeaders(event, "*") } });
}

/**
 * Requires `answer` to have the CORS headers for `event`. API Gateway adds no CORS headers, but a function URL adds
 * them, and a browser refuses an answer with duplicate CORS headers.
 */
export function assessCors(answer: unknown, event: unknown, allowOrigin = "*"): void {
  const headers = Object.entries(proxyResponse(answer).headers);
  const cors = headers.filter(([name]) => name.toLowerCase().startsWith("access-control-"));
  expect(Object.fromEntries(cors)).toStrictEqual(corsHeaders(event, allowOrigin));
}

function corsHeaders(event: unknown, allowOrigin: string): Record<string, string> {
  const isOfFunctionUrl = isRecord(event) && event.version === "2.0";
  if (isOfFunctionUrl) return {};
  return {
    "Access-Control-Allow-Origin": allowOrigin,
    "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
  };
}
