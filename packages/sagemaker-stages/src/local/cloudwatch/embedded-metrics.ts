import { isObject, parseJson } from "../../lib/json";
import type { Datum } from "./metric-store";

/** The metrics in a log line. */
export type EmbeddedMetrics =
  | { readonly data: readonly EmbeddedDatum[] }
  /** The reason why CloudWatch creates no metrics from the line. The reason contains names, but no values of the line. */
  | { readonly fault: string };

/** A value of a metric in a log line. The account and the region are those of the log group. */
export type EmbeddedDatum = Omit<Datum, "scope">;

/** The member by which CloudWatch recognizes a line. */
const METADATA = "_aws";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_DIMENSIONS = 30;

/** The largest size of a line with metrics, from the same specification. */
export const MAX_LINE_IN_BYTES = 1024 * 1024;

/** The units of CloudWatch (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html). */
const UNITS: ReadonlySet<string> = new Set([
  ...["Seconds", "Microseconds", "Milliseconds"],
  ...["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"],
  ...["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"],
  ...["Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second"],
  ...["Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second"],
  ...["Percent", "Count", "Count/Second", "None"],
]);

/**
 * Reads the metrics of a line as CloudWatch does: in the embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 *
 * @returns `undefined` for a line that contains no metrics
 */
export function readEmbeddedMetrics(line: string): EmbeddedMetrics | undefined {
  // Most lines of other programs contain no metrics, and parsing costs time.
  if (!line.includes(`"${METADATA}"`)) return undefined;
  const root = parseJson(line);
  if (!isObject(root) || !(METADATA in root)) return undefined;
  try {
    return { data: readRoot(root) };
  } catch (error) {
    if (error instanceof EmbeddedMetricsFault) return { fault: error.message };
    throw error;
  }
}

class EmbeddedMetricsFault extends Error {}

type Root = Readonly<Record<string, unknown>>;

function readRoot(root: Root): EmbeddedDatum[] {
  const metadata = root[METADATA];
  if (!isObject(metadata)) throw new EmbeddedMetricsFault(`${METADATA}: required: an object`);
  const { Timestamp: timestamp } = metadata;
  if (typeof timestamp !== "number") {
    throw new EmbeddedMetricsFault(`${METADATA}.Timestamp: required: milliseconds since 1970, as a number`);
  }
  return listOf(metadata.CloudWatchMetrics, `${METADATA}.CloudWatchMetrics`).flatMap((directive) =>
    readDirective(root, directive, timestamp),
  );
}

function readDirective(root: Root, directive: unknown, timestamp: number): EmbeddedDatum[] {
  if (!isObject(directive)) throw new EmbeddedMetricsFault("CloudWatchMetrics: required: objects");
  const namespace = nameOf(directive.Namespace, "Namespace");
  const sets = listOf(directive.Dimensions, "Dimensions").map((set) => readDimensions(root, set));
  const metrics = listOf(directive.Metrics, "Metrics");
  if (metrics.length > MAX_METRICS) {
    throw new EmbeddedMetricsFault(`Metrics: got ${metrics.length} metrics; allowed: up to ${MAX_METRICS}`);
  }
  return metrics.flatMap((metric) => {
    const { name, unit, values } = readMetric(root, metric);
    return sets.flatMap((dimensions) =>
      values.map((value) => ({ namespace, name, dimensions, unit, value, timestamp })),
    );
  });
}

function readDimensions(root: Root, set: unknown): Record<string, string> {
  const names = listOf(set, "Dimensions").map((name) => nameOf(name, "Dimensions"));
  if (names.length > MAX_DIMENSIONS) {
    throw new EmbeddedMetricsFault(
      `Dimensions: got ${names.length} dimensions; allowed: up to ${MAX_DIMENSIONS}`,
    );
  }
  return Object.fromEntries(
    names.map((name) => {
      const value = root[name];
      if (typeof value !== "string" || value === "") {
        throw new EmbeddedMetricsFault(`dimension ${name}: required: a text at the top level of the line`);
      }
      return [name, value];
    }),
  );
}

function readMetric(
  root: Root,
  metric: unknown,
): { readonly name: string; readonly unit: string; readonly values: readonly number[] } {
  if (!isObject(metric)) throw new EmbeddedMetricsFault("Metrics: required: objects");
  const name = nameOf(metric.Name, "Metrics.Name");
  const { Unit: unit = "None", StorageResolution: resolution = 60 } = metric;
  if (typeof unit !== "string" || !UNITS.has(unit)) {
    throw new EmbeddedMetricsFault(`metric ${name}: Unit: required: a unit of CloudWatch, e.g. Count`);
  }
  if (resolution !== 1 && resolution !== 60) {
    throw new EmbeddedMetricsFault(`metric ${name}: StorageResolution: required: 1 or 60`);
  }
  const target = root[name];
  const values = Array.isArray(target) ? target : [target];
  if (values.length > MAX_VALUES || !values.every((value) => typeof value === "number")) {
    throw new EmbeddedMetricsFault(
      `metric ${name}: required: a number, or up to ${MAX_VALUES} numbers, at the top level of the line`,
    );
  }
  return { name, unit, values };
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new EmbeddedMetricsFault(`${name}: required: a list`);
  return value;
}

function nameOf(value: unknown, name: string): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new EmbeddedMetricsFault(`${name}: required: a text that is not empty`);
  }
  return value;
}
