import { describe, expect, it } from "@jest/globals";
import { reportRuntimes } from "../../src/cli/runtimes-in-use";
import { defineModels } from "../../src/models";
import { python } from "../../src/python-model";
import { models as fixtures } from "../fixtures/app/functions";
import { CHURN_ROUTE, devWithChurn } from "../python/support/churn";

const MODELS = { ...fixtures, ...defineModels({ churn: python(CHURN_ROUTE) }) };

function reportAt(day: string, settings: Parameters<typeof devWithChurn>[0] = {}) {
  return reportRuntimes(
    { models: MODELS, environments: [devWithChurn(settings)] },
    new Date(`${day}T12:00:00Z`),
  );
}

describe("the runtimes of an app", () => {
  it("the report has no line when AWS supports each runtime for more than 180 days", () => {
    // Act
    const report = reportAt("2026-06-01");

    // Assess
    expect(report).toEqual({ lines: [], hasEnded: false });
  });

  it("the report has a warning with the functions and the remedy when the support of a runtime ends within 180 days", () => {
    // Act
    const report = reportAt("2026-11-29");

    // Assess
    expect(report).toEqual({
      lines: [
        "AWS supports nodejs22.x until 2027-04-30; from 2027-06-01 on Lambda will refuse new functions, from 2027-07-01 on Lambda will refuse updates of functions (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). Functions: dev-loan-default. Upgrade sagemaker-stages to a version with a newer runtime.",
      ],
      hasEnded: false,
    });
  });

  it("the report has a failure when the support of a runtime has ended", () => {
    // Act
    const { lines, hasEnded } = reportAt("2028-11-01", { function: { runtime: "python3.12" } });

    // Assess
    expect(hasEnded).toBe(true);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^AWS ended the support of python3\.12 on 2028-10-31; .*Functions: dev-churn\. Set function\.runtime/,
      ),
    );
  });
});
