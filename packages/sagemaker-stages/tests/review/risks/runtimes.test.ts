import { describe, expect, it } from "@jest/globals";
import { riskPredicate } from "../../../src/review/rendering/phrases/risk-sentences";
import { toMarkdown } from "../../../src/review/rendering/render";
import { reportOf } from "../../../src/review/report";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";

const TYPE = "aws_lambda_function";
const of = (runtime: string, memory_size = 128) => ({ function_name: "churn", runtime, memory_size });

const created = (runtime: string): PlannedChange => ({ type: TYPE, after: of(runtime) });
const changed = (runtime: string): PlannedChange => ({
  type: TYPE,
  before: of(runtime),
  after: of(runtime, 256),
});
const moved = (from: string, to: string): PlannedChange => ({ type: TYPE, before: of(from), after: of(to) });
const kept = (runtime: string): PlannedChange => ({ type: TYPE, before: of(runtime), after: of(runtime) });

function risksAt(day: string | undefined, change: PlannedChange) {
  const timestamp = day === undefined ? undefined : `${day}T12:00:00Z`;
  return risksOf(planned([change], "us-east-1", timestamp)).map((risk) => [
    risk.kind,
    risk.direction,
    riskPredicate(risk),
  ]);
}

describe("a review reports a function's runtime", () => {
  it.each([
    ["is created within 180 days before its end", "2029-01-02", created("python3.13")],
    ["moves to a runtime that ends within 180 days", "2029-01-02", moved("python3.12", "python3.13")],
  ])("when the function %s", (_title, day, change) => {
    // Act
    const risks = risksAt(day, change);

    // Assess
    expect(risks).toEqual([
      [
        "end of support",
        "worse",
        "has a runtime that ends soon: AWS supports python3.13 until 2029-06-30; from 2029-07-31 on Lambda will refuse new functions, from 2029-08-31 on Lambda will refuse updates of functions",
      ],
    ]);
  });

  it("when the function changes after the runtime's end", () => {
    // Act
    const risks = risksAt("2029-07-01", changed("python3.13"));

    // Assess
    expect(risks).toEqual([
      [
        "end of support",
        "worse",
        expect.stringMatching(/has ended: AWS ended the support of python3\.13 on 2029-06-30/),
      ],
    ]);
  });

  it.each([
    ["create", "2029-07-31", created("python3.13")],
    ["change", "2029-08-31", changed("python3.13")],
    ["change, of nodejs22.x", "2027-07-01", changed("nodejs22.x")],
  ])("as an outage when Lambda will refuse to %s the function", (_title, day, change) => {
    // Act
    const risks = risksAt(day, change);

    // Assess
    expect(risks).toEqual([
      ["outage", "worse", expect.stringMatching(/^cannot be applied, because its runtime has ended/)],
    ]);
  });

  it("once for all new functions on the same runtime, with their names and without a weaker protection", () => {
    // Prepare
    const functions = ["churn", "iris", "scores", "prices"].map(
      (name): PlannedChange => ({
        type: TYPE,
        after: { ...of("python3.13"), function_name: name },
      }),
    );

    // Act
    const text = toMarkdown(reportOf([planned(functions, "us-east-1", "2029-01-02T12:00:00Z")]));

    // Assess
    const rows = text
      .replaceAll("\\", "")
      .split("\n")
      .filter((line) => line.startsWith("- ⚠"));
    expect(rows).toEqual([
      expect.stringMatching(
        /^- ⚠ end of support: 4 functions \(churn, iris, scores and prices\) have a runtime that ends soon: AWS supports python3\.13 until 2029-06-30/,
      ),
    ]);
    expect(text).not.toContain("weaker protection");
  });

  it("in the text of the review", () => {
    // Act
    const text = toMarkdown(
      reportOf([planned([created("python3.13")], "us-east-1", "2029-07-31T12:00:00Z")]),
    );

    // Assess
    expect(text.replaceAll("\\", "")).toContain(
      "cannot be applied, because its runtime has ended: AWS ended the support of python3.13 on 2029-06-30",
    );
  });
});

describe("a review does not report a function's runtime", () => {
  it.each([
    ["has more than 180 days", "2028-12-31", created("python3.13")],
    ["ends soon and was chosen before", "2029-06-29", changed("python3.13")],
    ["is not known to this release", "2030-01-01", created("python4.0")],
    ["does not change, nor does the function", "2030-01-01", kept("python3.13")],
    ["is planned by a Terraform that does not say when", undefined, created("python3.9")],
  ])("when the function or the plan: %s", (_title, day, change) => {
    // Act
    const risks = risksAt(day, change);

    // Assess
    expect(risks).toEqual([]);
  });
});
