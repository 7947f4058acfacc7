import { describe, expect, it } from "@jest/globals";
import { OptionReport } from "../../src/contracts/option-report";

describe("the report of options", () => {
  it.each([
    ["maxrows", ". Did you mean maxRows?"],
    ["maxRow", ". Did you mean maxRows?"],
    ["colour", ""],
  ])("refuses the unknown option %s, and names the option that is similar", (name, suggestion) => {
    // Prepare
    const report = new OptionReport();

    // Act
    report.requireKnown({ features: ["length"], [name]: 3 }, ["features", "maxRows"]);

    // Assess
    expect(report.faults).toEqual([
      {
        field: name,
        got: "the number 3",
        allowed: `the options features, maxRows${suggestion}`,
        because: "the contract has no such option",
      },
    ]);
  });

  it("reports the value `nothing` when a required option is missing", () => {
    // Prepare
    const report = new OptionReport();

    // Act
    const holds = report.requireOneOf(undefined, "answer", ["json", "csv"], "the forms of answers");

    // Assess
    expect(holds).toBe(false);
    expect(report.faults).toEqual([
      { field: "answer", got: "nothing", allowed: '"json", "csv"', because: "the forms of answers" },
    ]);
  });
});
