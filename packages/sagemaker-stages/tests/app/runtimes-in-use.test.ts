import { describe, expect, it } from "@jest/globals";
import { findBlockedRuntimes, reportRuntimes } from "../../src/app/runtimes-in-use";
import type { Environment } from "../../src/environment/environment";
import { describeFault } from "../../src/environment/fault-collector";
import { defineModels } from "../../src/models";
import { python } from "../../src/python-model";
import { models as fixtures } from "../fixtures/app/functions";
import { CHURN_ROUTE, devWithChurn } from "../python/support/churn";

const MODELS = { ...fixtures, ...defineModels({ churn: python(CHURN_ROUTE) }) };

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

function reportAt(day: string, settings: Parameters<typeof devWithChurn>[0] = {}) {
  return reportOn([devWithChurn(settings)], day);
}

function reportOn(environments: readonly Environment[], day: string) {
  return reportRuntimes({ models: MODELS, environments }, noon(day));
}

describe("the runtimes of an app", () => {
  it("the report has no line when AWS supports each runtime for more than one year", () => {
    // Act
    const report = reportAt("2026-04-29");

    // Assess
    expect(report).toEqual({ lines: [], hasEnded: false });
  });

  it("the report has a warning with the functions and the remedy when the support of a runtime ends within one year", () => {
    // Act
    const report = reportAt("2026-04-30");

    // Assess
    expect(report).toEqual({
      lines: [
        'AWS supports nodejs22.x until 2027-04-30; from 2027-06-01 on Lambda will refuse new functions, from 2027-07-01 on Lambda will refuse updates of functions (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). Functions: dev-loan-default. Set functionRuntimes.node to "nodejs24.x" in the environments. nodejs24.x requires version 6.21.0 of Terraform\'s AWS provider: then run npx sagemaker-stages providers-lock. See docs/runtimes.md.',
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
        /^AWS ended the support of python3\.12 on 2028-10-31; .*Functions: dev-churn\. Set function\.runtime to "python3\.13" in the environments\. See docs\/runtimes\.md\.$/,
      ),
    );
  });

  it("the report has one line for each runtime, with the functions of all environments", () => {
    // Prepare
    const dev = devWithChurn({ function: { runtime: "python3.11" } });
    const test: Environment = { ...dev, name: "test", project: "shop" };
    const prod: Environment = { ...dev, name: "prod", functionRuntimes: { node: "nodejs24.x" } };

    // Act
    const { lines } = reportOn([dev, test, prod], "2027-05-01");

    // Assess
    expect(lines.map((line) => [/nodejs\S+|python\S+/.exec(line)?.[0], functionsIn(line)])).toEqual([
      ["nodejs22.x", "dev-loan-default, shop-test-loan-default"],
      ["python3.11", "dev-churn, shop-test-churn, prod-churn"],
      ["nodejs24.x", "prod-loan-default"],
    ]);
  });

  it("a line names the given number of functions and the number of the others", () => {
    // Prepare
    const environments = ["a", "b", "c"].map((name): Environment => ({ ...devWithChurn(), name }));

    // Act
    const { lines } = reportRuntimes({ models: MODELS, environments }, noon("2026-11-29"), {
      maxFunctions: 2,
    });

    // Assess
    expect(lines.map(functionsIn)).toEqual([
      "a-loan-default, b-loan-default and 1 more, see npx sagemaker-stages doctor --runtimes",
    ]);
  });

  it("the report omits models without a new function", () => {
    // Prepare
    const { models, ...dev } = devWithChurn();
    const loan = models["loan-default"];
    if (loan === undefined) throw new Error("dev: got no loan-default");
    const withoutFunction: Environment[] = [
      { ...dev, name: "existing", models: { "loan-default": { ...loan, existingFunction: "scoring" } } },
      { ...dev, name: "gateway", models: { "loan-default": { ...loan, via: "gateway" } } },
    ];

    // Act
    const { lines } = reportOn(withoutFunction, "2029-01-01");

    // Assess
    expect(lines).toEqual([]);
  });

  it("the remedy is an upgrade of the engine when no runtime of the language is supported longer", () => {
    // Act
    const { lines } = reportOn(
      [{ ...devWithChurn(), functionRuntimes: { node: "nodejs24.x" } }],
      "2028-05-01",
    );

    // Assess
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^AWS ended .* nodejs24\.x .*Upgrade sagemaker-stages to a version with a newer runtime\. See docs\/runtimes\.md\.$/,
      ),
    );
  });

  function functionsIn(line: string): string | undefined {
    return /Functions: (.*?)\. [A-Z]/.exec(line)?.[1];
  }
});

describe("blocked runtimes", () => {
  const OTHER: Environment = { ...devWithChurn({ function: { runtime: "python3.11" } }), name: "other" };
  const APP = { models: MODELS, environments: [devWithChurn(), OTHER] };

  it.each([
    ["2027-05-31T23:59:59Z", []],
    ["2027-06-01T00:00:00Z", ["dev functionRuntimes.node", "other functionRuntimes.node"]],
    [
      "2027-07-31T00:00:00Z",
      ["dev functionRuntimes.node", "other functionRuntimes.node", "other models.churn.function.runtime"],
    ],
  ])("are at %s: %j", (time, expected) => {
    // Act
    const faults = findBlockedRuntimes(APP, new Date(time), []);

    // Assess
    expect(faults.map(({ environment, field }) => `${environment} ${field}`)).toEqual(expected);
  });

  it("are reported with the dates, their source, the models, the remedy and the way to accept the runtime", () => {
    // Act
    const [fault] = findBlockedRuntimes(APP, noon("2027-06-02"), ["python3.11"]);

    // Assess
    expect(fault && describeFault(fault)).toBe(
      '  dev: functionRuntimes.node: got "nodejs22.x"; allowed: nodejs24.x (AWS ended the support of nodejs22.x on 2027-04-30; since 2027-06-01 Lambda refuses new functions, from 2027-07-01 on Lambda will refuse updates of functions: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html. Models: loan-default. nodejs24.x requires version 6.21.0 of Terraform\'s AWS provider: then run npx sagemaker-stages providers-lock. For a rollback or a destroy, set the environment variable ACCEPT_BLOCKED_RUNTIMES=python3.11,nodejs22.x, see docs/runtimes.md)',
    );
  });

  it("are no fault when they are accepted", () => {
    // Act
    const faults = findBlockedRuntimes(APP, noon("2027-08-01"), ["nodejs22.x"]);

    // Assess
    expect(faults.map(({ got }) => got)).toEqual(['"python3.11"']);
  });
});
