import { describe, expect, it } from "@jest/globals";
import { readEmbeddedMetrics } from "../../../src/local/cloudwatch/embedded-metrics";
import { LineReader } from "../../../src/local/cloudwatch/line-reader";

const TIMESTAMP = Date.parse("2026-11-30T12:00:00Z");

/** A line with one metric. */
const LINE = {
  requestId: "1",
  Environment: "dev",
  Model: "iris",
  TotalTime: 25,
  _aws: {
    Timestamp: TIMESTAMP,
    CloudWatchMetrics: [
      {
        Namespace: "SageMakerStages",
        Dimensions: [["Environment", "Model"]],
        Metrics: [{ Name: "TotalTime", Unit: "Milliseconds" }],
      },
    ],
  },
};

const DIRECTIVE = LINE._aws.CloudWatchMetrics[0];

function withDirective(change: object, root: object = {}) {
  return {
    ...LINE,
    ...root,
    _aws: { ...LINE._aws, CloudWatchMetrics: [{ ...DIRECTIVE, ...change }] },
  };
}

describe("a log line with metrics", () => {
  it("has a value for each metric, with the dimensions, the unit and the time", () => {
    // Act
    const metrics = readEmbeddedMetrics(JSON.stringify(LINE));

    // Assess
    expect(metrics).toEqual({
      data: [
        {
          namespace: "SageMakerStages",
          name: "TotalTime",
          dimensions: { Environment: "dev", Model: "iris" },
          unit: "Milliseconds",
          value: 25,
          timestamp: TIMESTAMP,
        },
      ],
    });
  });

  it("has a value for each set of dimensions and each number of a list, and no unit without Unit", () => {
    // Prepare
    const line = withDirective(
      { Dimensions: [["Model"], []], Metrics: [{ Name: "TotalTime", StorageResolution: 1 }] },
      { TotalTime: [1, 2] },
    );

    // Act
    const metrics = readEmbeddedMetrics(JSON.stringify(line));

    // Assess
    const values = metrics !== undefined && "data" in metrics ? metrics.data : [];
    expect(values.map(({ dimensions, value, unit }) => [dimensions, value, unit])).toEqual([
      [{ Model: "iris" }, 1, "None"],
      [{ Model: "iris" }, 2, "None"],
      [{}, 1, "None"],
      [{}, 2, "None"],
    ]);
  });

  it.each([
    ["a text", "Server started"],
    ["JSON without metadata", JSON.stringify({ totalMs: 3 })],
    ["a text around JSON", `INFO ${JSON.stringify(LINE)}`],
    ["a line that is cut", JSON.stringify(LINE).slice(0, -1)],
    ["metadata below the top level", JSON.stringify({ message: LINE })],
  ])("contains no metrics: %s", (_what, line) => {
    // Act
    const metrics = readEmbeddedMetrics(line);

    // Assess
    expect(metrics).toBeUndefined();
  });

  it.each<[fault: string, line: object]>([
    ["_aws: required: an object", { ...LINE, _aws: "x" }],
    ["_aws.Timestamp: required: milliseconds since 1970", { ...LINE, _aws: { CloudWatchMetrics: [] } }],
    ["_aws.CloudWatchMetrics: required: a list", { ...LINE, _aws: { Timestamp: 1 } }],
    ["CloudWatchMetrics: required: objects", { ...LINE, _aws: { Timestamp: 1, CloudWatchMetrics: [1] } }],
    ["Namespace: required: a text", withDirective({ Namespace: "" })],
    ["Dimensions: required: a list", withDirective({ Dimensions: ["Model"] })],
    [
      "dimension Model: required: a text at the top level of the line",
      withDirective({}, { Model: undefined }),
    ],
    ["dimension Model: required: a text at the top level of the line", withDirective({}, { Model: 7 })],
    [
      "Dimensions: got 31 dimensions; allowed: up to 30",
      withDirective({ Dimensions: [Array.from({ length: 31 }, (_, i) => `d${i}`)] }),
    ],
    ["Metrics: required: a list", withDirective({ Metrics: {} })],
    ["Metrics: required: objects", withDirective({ Metrics: ["TotalTime"] })],
    [
      "Metrics: got 101 metrics; allowed: up to 100",
      withDirective({ Metrics: Array.from({ length: 101 }, () => ({ Name: "TotalTime" })) }),
    ],
    [
      "metric TotalTime: Unit: required: a unit",
      withDirective({ Metrics: [{ Name: "TotalTime", Unit: "ms" }] }),
    ],
    [
      "metric TotalTime: StorageResolution: required: 1 or 60",
      withDirective({ Metrics: [{ Name: "TotalTime", StorageResolution: 30 }] }),
    ],
    ["metric Absent: required: a number", withDirective({ Metrics: [{ Name: "Absent" }] })],
    ["metric TotalTime: required: a number", withDirective({}, { TotalTime: "25 secrets" })],
    [
      "metric TotalTime: required: a number, or up to 100 numbers",
      withDirective({}, { TotalTime: Array.from({ length: 101 }, () => 1) }),
    ],
  ])("creates no metrics if CloudWatch refuses it, and the fault quotes no values: %s", (fault, line) => {
    // Act
    const metrics = readEmbeddedMetrics(JSON.stringify(line));

    // Assess
    expect(metrics).toEqual({ fault: expect.stringContaining(fault) });
    expect(JSON.stringify(metrics)).not.toContain("secrets");
  });
});

describe("the reader of lines", () => {
  it.each([
    [["a\nb\n"], ["a", "b"]],
    [
      ["a", "b\nc", "\n"],
      ["ab", "c"],
    ],
    [["a\n", "rest"], ["a"]],
    [["12345\n123456\n1\n"], ["12345", "1"]],
    [["1234", "56", "7\n1\n"], ["1"]],
  ])("takes each complete line that is not too long: %j", (parts, expected) => {
    // Prepare
    const lines: string[] = [];
    const reader = new LineReader((line) => lines.push(line), 5);

    // Act
    for (const part of parts) reader.add(part);

    // Assess
    expect(lines).toEqual(expected);
  });
});
