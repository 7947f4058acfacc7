import { expect } from "@jest/globals";
import { REQUEST_ID } from "./events";
import { problemOf } from "./handler";
import { assessResponse } from "./responses";

/** The detail for the caller if the contract cannot read the endpoint's answer. */
export const UNREADABLE =
  "The function could not read the model's answer. See the logs of the function and the endpoint.";

/**
 * Requires `answer` to be this problem as a proxy response, with the CORS headers for `event` and the
 * caller's id.
 */
export function assessProblem(answer: unknown, event: unknown, status: number, detail: string): void {
  assessResponse(answer, event, {
    statusCode: status,
    headers: { "Content-Type": "application/problem+json" },
    body: expect.any(String),
  });
  expect(problemOf(answer)).toEqual({
    type: "about:blank",
    title: expect.any(String),
    status,
    detail,
    requestId: REQUEST_ID,
  });
}
