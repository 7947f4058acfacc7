import { deepStrictEqual, ok } from "node:assert/strict";
import { isRecord } from "../runtime/json";
import { REQUEST_ID } from "./events";
import { readAnswer } from "./handler";

/** The headers that a browser needs. API Gateway adds none, so that the handler does. */
const CORS_HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
};

/** A proxy response of a handler without its CORS headers, which depend on the kind of the event only. */
export interface ExpectedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Present where the body is bytes in base64. */
  readonly isBase64Encoded?: true;
}

/**
 * Requires a handler's answer to be exactly this proxy response. To an event of the REST API, the handler adds the CORS
 * headers for the origin `*`; to an event of a function URL it adds none, because the function URL does. A header that is
 * expected with another value, e.g. `Access-Control-Expose-Headers` of a model with `answerHeaders`, has that value.
 *
 * @param event - the event of the answer, e.g. of `restHttpEvent` or `functionUrlEvent`
 * @throws AssertionError where the answer differs
 */
export function assessResponse(answer: unknown, event: unknown, expected: ExpectedResponse): void {
  deepStrictEqual(answer, { ...expected, headers: { ...corsHeadersTo(event), ...expected.headers } });
}

/**
 * Requires a handler's answer to be exactly a proxy response with this problem document (RFC 9457), which has the id of
 * the request, `REQUEST_ID`. The title is any text.
 *
 * @param event - the event of the answer, e.g. of `restHttpEvent` or `functionUrlEvent`
 * @throws AssertionError where the answer differs
 */
export function assessProblem(answer: unknown, event: unknown, status: number, detail: string): void {
  const problem = readAnswer(answer).body;
  const title = isRecord(problem) ? problem.title : undefined;
  ok(typeof title === "string", `the problem's title: got ${JSON.stringify(title)}; allowed: a text`);
  deepStrictEqual(problem, { type: "about:blank", title, status, detail, requestId: REQUEST_ID });
  assessResponse(answer, event, {
    statusCode: status,
    headers: { "Content-Type": "application/problem+json" },
    body: bodyOf(answer),
  });
}

function bodyOf(answer: unknown): string {
  return isRecord(answer) && typeof answer.body === "string" ? answer.body : "";
}

function corsHeadersTo(event: unknown): Readonly<Record<string, string>> {
  const isOfFunctionUrl = isRecord(event) && event.version === "2.0";
  return isOfFunctionUrl ? {} : CORS_HEADERS;
}
