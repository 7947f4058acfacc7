import { deepStrictEqual, ok } from "node:assert/strict";
import { isRecord } from "../runtime/json";
import { REQUEST_ID } from "./events";
import { readAnswer } from "./handler";

/**
 * The headers that a browser needs. The handler adds these headers, because API Gateway's proxy integration does not.
 */
const CORS_HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
};

/**
 * A proxy response of a handler, without the CORS headers. The CORS headers depend only on the kind of the event.
 *
 * @example
 * const expected: ExpectedResponse = {
 *   statusCode: 200,
 *   headers: { "Content-Type": "application/json" },
 *   body: '{"predictions":["setosa"]}',
 * };
 */
export interface ExpectedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Present if the body is bytes in base64. */
  readonly isBase64Encoded?: true;
}

/**
 * Requires that a handler's answer is exactly this proxy response. In the answer to an event of the REST API, the CORS
 * headers for the origin `*` are required, too. An answer to an event of a function URL has no CORS headers, because the
 * function URL adds them. Headers of `expected` replace CORS headers with the same name, e.g.
 * `Access-Control-Expose-Headers` of a model with `answerHeaders`.
 *
 * @param event - the event that the handler answered, e.g. of `restHttpEvent` or `functionUrlEvent`
 * @throws AssertionError if the answer differs
 * @example
 * const event = restEvent(models.iris, models.iris.example.request);
 * assessResponse(await handler(event, lambdaContext()), event, expected);
 */
export function assessResponse(answer: unknown, event: unknown, expected: ExpectedResponse): void {
  deepStrictEqual(answer, { ...expected, headers: { ...corsHeadersTo(event), ...expected.headers } });
}

/**
 * Requires that a handler's answer is exactly a proxy response with this problem document (RFC 9457). The document has the
 * id of the request, `REQUEST_ID`. The title can be any text.
 *
 * @param event - the event that the handler answered, e.g. of `restHttpEvent` or `functionUrlEvent`
 * @throws AssertionError if the answer differs
 * @example
 * const event = restHttpEvent(models.iris.route, { body: "no JSON" });
 * assessProblem(await handler(event, lambdaContext()), event, 400, "the body is not JSON");
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
