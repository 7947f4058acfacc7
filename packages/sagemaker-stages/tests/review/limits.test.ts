import { describe, expect, it } from "@jest/globals";
import { LONGEST_COMMENT } from "../../src/review/markdown/document";
import { toMarkdown } from "../../src/review/markdown/render";
import { readPlan } from "../../src/review/plan";
import { reportOf } from "../../src/review/report";
import { largePolicies, planOfMany, planOfPair } from "./support/large-policies";

/** Several times what is measured: other processes run at the same time. `npm run bench` measures. */
const MAX_MS = { policies: 8_000, changes: 20_000 };

/** The CPU time that a review takes, which other processes change little. */
function reviewed(text: string) {
  const start = process.cpuUsage();
  const report = reportOf([readPlan(text, "dev.json")]);
  const markdown = toMarkdown(report);
  const { user, system } = process.cpuUsage(start);
  return { report: report.environments[0], markdown, ms: (user + system) / 1_000 };
}

describe("policies of the largest legal size", () => {
  it.each(largePolicies().map((pair) => [pair.name, pair] as const))(
    "%s: are compared in time",
    (_, pair) => {
      // Act
      const { report, markdown, ms } = reviewed(planOfPair(pair));

      // Assess
      expect(report?.flags.widen).toBe(pair.widens);
      expect(ms).toBeLessThan(MAX_MS.policies);
      expect(markdown.length).toBeLessThanOrEqual(LONGEST_COMMENT);
      // The sentences are few, however many rights there are.
      expect(markdown.match(/^- ⚠/gm)?.length ?? 0).toBeLessThanOrEqual(7);
    },
  );

  it("a statement that changes as a whole is one change", () => {
    // Prepare
    const [pair] = largePolicies();
    if (pair === undefined) throw new Error("there is a pair");

    // Act
    const { report } = reviewed(planOfPair(pair));

    // Assess
    expect(report?.access).toHaveLength(1);
    expect(report?.access[0]?.change).toBe("withdrawn");
    expect(report?.access[0]?.actions.length).toBeGreaterThan(50);
    expect(report?.access[0]?.resources.length).toBeGreaterThan(50);
  });
});

describe("10,000 changes", () => {
  const { markdown, ms, report } = reviewed(planOfMany(10_000));

  it("are reviewed in time, and fit into a comment", () => {
    expect(ms).toBeLessThan(MAX_MS.changes);
    expect(markdown.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(report?.changes).toHaveLength(10_000);
  });

  it("leave out nothing of what anyone can do now while tables have rows", () => {
    expect(markdown).toContain("⚠ **open to the public**: authorization changed");
    expect(markdown).toContain("Anyone can now call the URL of the function `f7`");
    expect(markdown.indexOf("### Public surface")).toBeLessThan(markdown.indexOf("### Access is widened"));
    expect(markdown).toContain("✖ destroyed");
  });
});
