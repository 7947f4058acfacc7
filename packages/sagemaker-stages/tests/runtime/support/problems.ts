import { expect } from "@jest/globals";
import { REQUEST_ID } from "./events";
import { problemOf } from "./handler";
import { assessResponse } from "./responses";

/** What the caller gets where the endpoint's answer cannot be read. */
export const UNREADABLE = "The model's answer could not be read. The function's log says why.";

/**
 * Requires `answer` to be this problem as a proxy response, with the CORS headers that belong to `event` and the
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
