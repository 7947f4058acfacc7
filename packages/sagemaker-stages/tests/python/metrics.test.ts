import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { METRICS, METRICS_NAMESPACE, type MetricName, metricDimensions } from "../../src/aws/metrics";
import { embeddedMetrics } from "../support/emf";

const PAGE = readFileSync(join(__dirname, "../../../../docs/metrics.md"), "utf8");
const SNIPPET = /```python\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";

function print(call: string, environment: NodeJS.ProcessEnv): string {
  return execFileSync("python3", ["-c", `${SNIPPET}\n${call}\n`], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...environment },
  });
}

describe("the Python of docs/metrics.md", () => {
  it.each<{ outcome: string; failures: number }>([
    { outcome: "None", failures: 0 },
    { outcome: '"CallerFaults"', failures: 0 },
    { outcome: '"ModelFaults"', failures: 1 },
  ])("prints one line with valid metrics when the outcome is $outcome", ({ outcome, failures }) => {
    // Act
    const output = print(`print_metrics("churn", ${outcome}, 120, EndpointTime=100, Rows=2)`, {
      METRICS_ENVIRONMENT: "dev",
    });

    // Assess
    expect(output).toMatch(/^\{[^\n]*\}\n$/);
    const metrics = embeddedMetrics(JSON.parse(output));
    for (const { namespace, dimensions, name, unit } of metrics) {
      expect({ namespace, dimensions }).toEqual({
        namespace: METRICS_NAMESPACE,
        dimensions: metricDimensions("dev", "churn"),
      });
      expect(unit).toBe(METRICS[name as MetricName].unit);
    }
    expect(metrics).toContainEqual(expect.objectContaining({ name: "Failures", value: failures }));
    expect(metrics).toContainEqual(expect.objectContaining({ name: "EndpointTime", value: 100 }));
  });

  it("prints nothing when the environment switches the metrics off", () => {
    // Act
    const output = print('print_metrics("churn", None, 120)', {});

    // Assess
    expect(output).toBe("");
  });
});
