import { describe, expect, it } from "@jest/globals";
import { matchesArnPattern } from "../../src/local/arn-pattern";

const ROUTE = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/POST/loan-default";

describe("a pattern of IAM's ArnLike", () => {
  it.each([
    ["the ARN itself", ROUTE],
    ["* for the whole resource", "arn:aws:execute-api:us-east-1:123456789012:*"],
    ["* within the resource", "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/loan-default"],
    ["* for a component", "arn:aws:execute-api:*:123456789012:abcdefghij/dev/POST/loan-default"],
    ["* for every component", "arn:*:*:*:*:*"],
    ["* within a component", "arn:aws:execute-api:us-*-1:123456789012:*"],
    ["? for one character", ROUTE.replace("abcdefghij", "abcdefghi?")],
    ["? in a component", "arn:aws:execute-api:us-east-?:1234567890??:*"],
    ["several *", "arn:aws:execute-api:us-east-1:123456789012:*/**/*"],
  ])("matches a route: %s", (_case, pattern) => {
    // Act
    const matches = matchesArnPattern(pattern, ROUTE);

    // Assess
    expect(matches).toBe(true);
  });

  it.each([
    ["* in place of two components", "arn:aws:execute-api:*:abcdefghij/dev/POST/loan-default"],
    ["* in place of the account and the resource", "arn:aws:execute-api:us-east-1:*"],
    ["* in place of everything after the service", "arn:aws:execute-api:*"],
    ["* alone", "*"],
    ["* that would have to match a colon", "arn:aws:execute-api:us-*:abcdefghij/dev/POST/loan-default"],
    ["? for no character", `${ROUTE}?`],
    ["? for a colon", "arn:aws:execute-api:us-east-1?123456789012:abcdefghij/dev/POST/loan-default"],
    ["another account", ROUTE.replace("123456789012", "210987654321")],
    ["a dot for another character", ROUTE.replace("loan-default", "loan.default")],
    ["other capitals", ROUTE.replace("POST", "post")],
    ["a part of the ARN", ROUTE.slice(0, -1)],
    ["an empty pattern", ""],
  ])("does not match it: %s", (_case, pattern) => {
    // Act
    const matches = matchesArnPattern(pattern, ROUTE);

    // Assess
    expect(matches).toBe(false);
  });

  it("matches colons in the resource, where an ARN may have them", () => {
    // Act
    const matches = matchesArnPattern(
      "arn:aws:lambda:us-east-1:123456789012:function:*",
      "arn:aws:lambda:us-east-1:123456789012:function:dev-test:live",
    );

    // Assess
    expect(matches).toBe(true);
  });
});
