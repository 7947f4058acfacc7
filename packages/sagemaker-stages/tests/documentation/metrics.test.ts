import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { METRICS, METRICS_DIMENSIONS, METRICS_NAMESPACE, OUTCOME_METRICS } from "../../src/aws/metrics";

const PAGE = readFileSync(join(__dirname, "../../../../docs/metrics.md"), "utf8");

it("docs/metrics.md has a row with the unit of each metric, and the names of namespace and dimensions", () => {
  // Act
  const rows = PAGE.split("\n").filter((line) => line.startsWith("| `"));
  const missing = Object.entries(METRICS)
    .filter(
      ([name, { unit }]) => !rows.some((row) => row.includes(`\`${name}\``) && row.includes(`| ${unit} |`)),
    )
    .map(([name]) => name);

  // Assess
  expect(missing).toEqual([]);
  for (const name of [METRICS_NAMESPACE, ...METRICS_DIMENSIONS]) expect(PAGE).toContain(`\`${name}\``);
});

it("docs/metrics.md explains each outcome in the table of outcomes", () => {
  // Act
  const section = PAGE.slice(PAGE.indexOf("## Outcomes"), PAGE.indexOf("## Queries"));
  const missing = OUTCOME_METRICS.filter((name) => !section.includes(`| \`${name}\` |`));

  // Assess
  expect(missing).toEqual([]);
});
