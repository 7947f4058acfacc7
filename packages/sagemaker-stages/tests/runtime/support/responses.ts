import { expect } from "@jest/globals";
import { isRecord } from "../../../src/runtime/json";
import { proxyResponse } from "./handler";

/** A proxy response apart from its CORS headers, which depend on the kind of event alone. */
interface ExpectedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The text, or a matcher of it. */
  readonly body: unknown;
}

/** Requires `answer` to be this proxy response, complete, with the CORS headers that belong to `event`. */
export function assessResponse(answer: unknown, event: unknown, expected: ExpectedResponse): void {
  assessCors(answer, event);
  expect(answer).toStrictEqual({ ...expected, headers: { ...expected.headers, ...corsHeaders(event, "*") } });
}

/**
 * Requires `answer` to have the CORS headers that belong to `event`: API Gateway adds none, a function URL adds its
 * own, and a browser refuses an answer that has them twice.
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
