import { describe, expect, it } from "@jest/globals";
import { pluralOf, riskSubject } from "../../../src/review/rendering/phrases/risk-sentences";
import { RISK_PHRASES } from "../../../src/review/rendering/phrases/risks";
import { reportOf } from "../../../src/review/report";
import { type PlannedChange, planned } from "../support/planned";

const PHRASES = Object.entries(RISK_PHRASES).flatMap(([risk, { worse, better }]) => [
  [risk, worse] as const,
  [risk, better] as const,
]);

describe("a phrase of a risk", () => {
  it.each(PHRASES)("%s: %s begins with a verb, which has a plural", (_, phrase) => {
    // Act
    const plural = pluralOf(phrase);

    // Assess
    expect(phrase).toMatch(/^(?:(?:no longer|now|only) )?(?:is|has|can|cannot|\w+s) /);
    expect(plural).toMatch(/^(?:(?:no longer|now|only) )?(?:are|have|can|cannot|\w+[a-rt-z]) /);
  });

  it("keeps the names of several resources and of its parameters unchanged", () => {
    // Prepare
    const webAcl = (name: string): PlannedChange => ({
      type: "aws_wafv2_web_acl",
      name,
      before: {
        name,
        default_action: [{ block: [{}] }],
        rule: [{ name: "its-limits", action: [{ block: [{}] }] }],
      },
      after: { name, default_action: [{ block: [{}] }], rule: [] },
    });

    // Act
    const { verdict } = reportOf([planned([webAcl("its-a"), webAcl("its-b")])]);

    // Assess
    expect(verdict).toContain("2 web ACLs no longer have the rule its-limits (its-a and its-b)");
  });

  it("refers to several resources in the plural", () => {
    // Prepare
    const user = (name: string): PlannedChange => ({
      type: "aws_iam_user",
      name,
      before: { name, force_destroy: false },
      after: { name, force_destroy: true },
    });

    // Act
    const { verdict } = reportOf([planned([user("a"), user("b")])]);

    // Assess
    expect(verdict).toContain("2 aws_iam_user can be deleted with their access keys (a and b)");
  });

  it.each([["bucket.example.com"], ["aws_s3_bucket.example"]])(
    "names the bucket %s with its noun",
    (bucket) => {
      // Act
      const { environments } = reportOf([
        planned([
          {
            type: "aws_s3_bucket",
            before: { bucket, force_destroy: false },
            after: { bucket, force_destroy: true },
          },
        ]),
      ]);

      // Assess
      expect(environments.flatMap(({ risks }) => risks.map(riskSubject))).toEqual([`bucket ${bucket}`]);
    },
  );

  it("is in the verdict once for several resources, with their number", () => {
    // Prepare
    const change = (name: string): PlannedChange => ({
      type: "aws_lambda_function",
      name,
      after: { function_name: name, runtime: "python3.9" },
    });

    // Act
    const { verdict } = reportOf([
      planned([change("a"), change("b"), change("c"), change("d")], "us-east-1", "2025-12-20T12:00:00Z"),
    ]);

    // Assess
    expect(verdict).toBe(
      "test: new environment, 4 resources, $0.00 a month without requests · 4 functions have a runtime that has ended (a, b and 2 more) · nothing destroyed",
    );
  });
});
