import { describe, expect, it } from "@jest/globals";
import { coversArn, isArnPattern, matchesArn, splitArnPattern } from "../../src/aws/arn-pattern";

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
    const matches = matchesArn(pattern, ROUTE);

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
  ])("does not match another route: %s", (_case, pattern) => {
    // Act
    const matches = matchesArn(pattern, ROUTE);

    // Assess
    expect(matches).toBe(false);
  });

  it("matches colons in the resource", () => {
    // Act
    const matches = matchesArn(
      "arn:aws:lambda:us-east-1:123456789012:function:*",
      "arn:aws:lambda:us-east-1:123456789012:function:dev-test:live",
    );

    // Assess
    expect(matches).toBe(true);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: policy variables look like placeholders
describe("a pattern with policy variables", () => {
  it.each<[string, string, boolean]>([
    ["arn:aws:s3:::bucket/${*}", "arn:aws:s3:::bucket/*", true],
    ["arn:aws:s3:::bucket/${*}", "arn:aws:s3:::bucket/key", false],
    ["arn:aws:s3:::bucket/${aws:username}", "arn:aws:s3:::bucket/key", false],
  ])("%s matches %s: %s", (pattern, arn, expected) => {
    // Act
    const matches = matchesArn(pattern, arn);

    // Assess
    expect(matches).toBe(expected);
  });

  it("is not split at the colon of a variable", () => {
    // Act
    const parts = splitArnPattern("arn:aws:iam::${aws:PrincipalAccount}:role/${aws:username}:x");

    // Assess
    expect(parts).toEqual(["arn", "aws", "iam", "", "${aws:PrincipalAccount}", "role/${aws:username}:x"]);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: policy variables look like placeholders

it.each<[string, boolean]>([
  ["arn:aws:s3:::*", true],
  ["arn:*:*:*:*:*", true],
  ["arn:aws:s3:*", false],
  ["*", false],
])("isArnPattern finds the six parts of an ARN in %s: %s", (pattern, expected) => {
  // Act
  const isPattern = isArnPattern(pattern);

  // Assess
  expect(isPattern).toBe(expected);
});

describe("a pattern of ARNs and another pattern", () => {
  it.each<[string, string, boolean]>([
    ["*", "arn:aws:sqs:eu-west-1:1:q", true],
    ["arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-west-1:1:q", true],
    ["arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-*:1:q", true],
    ["arn:aws:sqs:eu-*:1:q", "arn:aws:sqs:*:1:q", false],
    ["arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:1:q", false],
    ["arn:aws:logs:*:*:log-group:a:*", "arn:aws:logs:us-east-1:1:log-group:a:log-stream:b", true],
    ["arn:aws:s3:::a/*", "arn:aws:s3:::ab/c", false],
  ])("%s covers %s: %s", (outer, inner, isCovered) => {
    // Act
    const covers = coversArn(outer, inner);

    // Assess
    expect(covers).toBe(isCovered);
  });
});
