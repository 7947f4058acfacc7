import { describe, expect, it } from "@jest/globals";
import { coversArn, coversPattern } from "../../../src/review/access/pattern";

describe("a pattern", () => {
  it.each<[string, string, boolean]>([
    ["*", "a*", true],
    ["a*", "a*", true],
    ["a*c", "ab*c", true],
    ["a?", "ab", true],
    ["a?", "a*", false],
    ["a?", "a?", true],
    ["a*", "*", false],
    ["ab", "a?", false],
    ["a**b", "ab", true],
    ["home/*", "home/$" + "{aws:username}/x", true],
    ["home/$" + "{aws:username}", "home/x", false],
    // An escaped asterisk is one character.
    ["a$" + "{*}", "ab", false],
    [`${"*a".repeat(40)}b`, "a".repeat(200), false],
  ])("%s covers %s: %s", (outer, inner, isCovered) => {
    // Act
    const answer = coversPattern(outer, inner);

    // Assess
    expect(answer).toBe(isCovered);
  });

  it.each<[string, string, boolean]>([
    ["arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-west-1:1:q", true],
    ["arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:1:q", false],
    ["arn:aws:logs:*:*:log-group:a:*", "arn:aws:logs:us-east-1:1:log-group:a:log-stream:b", true],
    ["arn:aws:s3:::a/*", "arn:aws:s3:::ab/c", false],
  ])("of ARNs is compared part by part: %s covers %s: %s", (outer, inner, isCovered) => {
    // Act
    const answer = coversArn(outer, inner);

    // Assess
    expect(answer).toBe(isCovered);
  });
});
