import { describe, expect, it } from "@jest/globals";
import { readPlan } from "../../src/review/reading/plan";
import { MAX_COMMENT_CHARACTERS } from "../../src/review/rendering/document";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { largePolicies, planOfMany, planOfPair } from "./support/large-policies";

/** Several times the measured times, because other processes run at the same time. `npm run bench` measures. */
const MAX_MS = { policies: 8_000, changes: 20_000 };

/** A review with its CPU time, on which other processes have little effect. */
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
      expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS);
      // The number of sentences does not grow with the number of permissions.
      expect(markdown.match(/^- ⚠/gm)?.length ?? 0).toBeLessThanOrEqual(7);
    },
  );

  it("a completely changed statement is one change", () => {
    // Prepare
    const [pair] = largePolicies();
    if (pair === undefined) throw new Error("there is a pair");

    // Act
    const { report } = reviewed(planOfPair(pair));

    // Assess
    expect(report?.access).toHaveLength(1);
    expect(report?.access[0]?.change).toBe("revoked");
    expect(report?.access[0]?.actions.length).toBeGreaterThan(50);
    expect(report?.access[0]?.resources.length).toBeGreaterThan(50);
  });
});

describe("10,000 changes", () => {
  const { markdown, ms, report } = reviewed(planOfMany(10_000));

  it("are reviewed within the time limit, and fit into a comment", () => {
    expect(ms).toBeLessThan(MAX_MS.changes);
    expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS);
    expect(report?.changes).toHaveLength(10_000);
  });

  it("keep every change for anyone while tables have rows", () => {
    expect(markdown).toContain("⚠ **opened to the public**: authorization changed");
    expect(markdown).toContain("Anyone can now call the URL of the function `f7`");
    expect(markdown.indexOf("### Routes and public access")).toBeLessThan(
      markdown.indexOf("### New or wider permissions"),
    );
    expect(markdown).toContain("✖ destroyed");
  });
});
