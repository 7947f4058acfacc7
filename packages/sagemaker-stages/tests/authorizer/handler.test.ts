import { describe, expect, it } from "@jest/globals";
import type { RouteName } from "../../src/authorizer/event";
import { type AuthorizerLogLine, createAuthorizer } from "../../src/authorizer/handler";

const ROUTE: RouteName = "POST /loan-default";
const EVENT = {
  type: "REQUEST",
  httpMethod: "POST",
  resource: "/loan-default",
  methodArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/POST/loan-default",
  requestContext: { requestId: "48459520-e299-40e6-a91d-2f32adc9025a" },
};

describe("the log of an authorizer", () => {
  it.each<[string, readonly RouteName[], object]>([
    ["the number of routes that a token opens", [ROUTE], { routes: 1 }],
    ["the reason when a valid token opens no route", [], { routes: 0, reason: "no route for the scopes" }],
  ])("contains %s", async (_, routes, expected) => {
    // Prepare
    const lines: AuthorizerLogLine[] = [];
    const authorize = createAuthorizer(
      [{ name: "token", routes: [ROUTE], check: () => ({ id: "caller", routes }) }],
      { write: (line) => lines.push(line) },
    );

    // Act
    await authorize(EVENT);

    // Assess
    expect(lines).toEqual([
      {
        requestId: EVENT.requestContext.requestId,
        credential: "token",
        outcome: "accepted",
        totalMs: expect.any(Number),
        ...expected,
      },
    ]);
  });
});
