import Ajv from "ajv";
import { isRecord } from "../../src/runtime/json";

/** AWS's specification, with the JSON schema whose rules {@link SCHEMA} states. */
const SPECIFICATION =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html";

const RATES = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"];
const BITS = ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"];
const UNITS = [
  ...["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"],
  ...[...RATES, ...BITS].flatMap((unit) => [unit, `${unit}/Second`]),
];

const name = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });

/** The rules of the JSON schema in {@link SPECIFICATION}, and its rule of at most 100 metrics. */
const SCHEMA = {
  type: "object",
  required: ["_aws"],
  properties: {
    _aws: {
      type: "object",
      required: ["Timestamp", "CloudWatchMetrics"],
      properties: {
        Timestamp: { type: "integer" },
        CloudWatchMetrics: {
          type: "array",
          items: {
            type: "object",
            required: ["Namespace", "Dimensions", "Metrics"],
            properties: {
              Namespace: name(1024),
              Dimensions: {
                type: "array",
                minItems: 1,
                items: { type: "array", maxItems: 30, items: name(250) },
              },
              Metrics: {
                type: "array",
                maxItems: 100,
                items: {
                  type: "object",
                  required: ["Name"],
                  properties: {
                    Name: name(1024),
                    Unit: { type: "string", enum: UNITS },
                    StorageResolution: { type: "integer", enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

const validate = new Ajv().compile<Document>(SCHEMA);

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

interface Document extends Readonly<Record<string, unknown>> {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
}

/** One metric that CloudWatch reads from a line. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/**
 * The metrics that CloudWatch reads from a line of a log group.
 *
 * @throws Error if the line violates AWS's specification
 */
export function embeddedMetrics(line: unknown): EmbeddedMetric[] {
  if (!validate(line)) throw new Error(`got ${JSON.stringify(validate.errors)}; allowed: ${SPECIFICATION}`);
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) => {
      const dimensions = Object.fromEntries(set.map((key) => [key, dimensionOf(line, key)]));
      return Metrics.map(({ Name, Unit = "None" }) => ({
        namespace: Namespace,
        dimensions,
        name: Name,
        unit: Unit,
        value: numberOf(line, Name),
      }));
    }),
  );
}

/** The values of the metrics in a line by name. @throws Error like {@link embeddedMetrics} */
export function embeddedValues(line: unknown): Record<string, number> {
  return Object.fromEntries(embeddedMetrics(line).map(({ name, value }) => [name, value]));
}

/** Whether a line contains metrics. */
export function hasMetrics(line: unknown): boolean {
  return isRecord(line) && "_aws" in line;
}

/** "A dimension target MUST have a string value", of at most 1024 characters. */
function dimensionOf(line: Document, key: string): string {
  const value = line[key];
  if (typeof value === "string" && value !== "" && value.length <= 1024) return value;
  throw new Error(`${key}: got ${JSON.stringify(value)}; allowed: 1–1024 characters (${SPECIFICATION})`);
}

/** "A metric target MUST be a numeric value or an array of numeric values": the engine writes single values. */
function numberOf(line: Document, key: string): number {
  const value = line[key];
  if (typeof value === "number") return value;
  throw new Error(`${key}: got ${JSON.stringify(value)}; allowed: a number (${SPECIFICATION})`);
}
