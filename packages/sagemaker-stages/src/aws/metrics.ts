/**
 * The metrics of a model's function in CloudWatch. The function prints them in its log line, in CloudWatch's embedded
 * metric format, and CloudWatch reads them from the log group. This module is the contract of all programs that read the
 * metrics: alarms, dashboards, the review and the local stage. A test compares it with the lines of the running handler.
 */

/** The namespace of the metrics. */
export const METRICS_NAMESPACE = "SageMakerStages";

/**
 * The names of the dimensions, in the order of the log line. Every metric has exactly these dimensions.
 * `Environment` is the environment's `namePrefix`, and `Model` is the model's name.
 */
export const METRICS_DIMENSIONS = ["Environment", "Model"] as const;

/** A unit of CloudWatch that the metrics use. */
export type MetricUnit = "Count" | "Milliseconds";

/** Describes one metric. */
export interface Metric {
  readonly unit: MetricUnit;
  /** The statistic that answers the usual question; a percentile for times. */
  readonly statistic: "Sum" | "p99";
  /**
   * When a log line contains the metric: in every line, or only if the line has a value. CloudWatch bills a metric for the
   * hours in which it has data.
   */
  readonly present: "always" | "with a value";
  /** What one value means, as a sentence for documentation. */
  readonly meaning: string;
}

/** All metrics of a model's function by name. */
export const METRICS = {
  Requests: {
    unit: "Count",
    statistic: "Sum",
    present: "always",
    meaning: "A request that the function answered: 1 in every line.",
  },
  Failures: {
    unit: "Count",
    statistic: "Sum",
    present: "always",
    meaning:
      "1 if the caller did nothing wrong and received no prediction, otherwise 0: the numerator of the error rate.",
  },
  TotalTime: {
    unit: "Milliseconds",
    statistic: "p99",
    present: "with a value",
    meaning:
      "The time from the event to the answer in the function, with all retries. A request that the function refused has no value.",
  },
  EndpointTime: {
    unit: "Milliseconds",
    statistic: "p99",
    present: "with a value",
    meaning: "The time of the last attempt at the endpoint, if the function called the endpoint.",
  },
  Rows: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "The rows or items that the function sent to the endpoint in one request.",
  },
  ColdStarts: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "1 for the first request of a process of the function.",
  },
  Retries: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "The attempts at the endpoint after the first attempt.",
  },
  CallerFaults: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "1 if the function refused the request, because the caller must change the request.",
  },
  Throttles: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "1 if SageMaker throttled the request, because the endpoint's concurrency was exhausted.",
  },
  ModelFaults: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "1 if the model's container failed, or its answer was unusable.",
  },
  EndpointWakeUps: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning: "1 if the endpoint was starting, unavailable, or did not answer in time.",
  },
  FunctionFaults: {
    unit: "Count",
    statistic: "Sum",
    present: "with a value",
    meaning:
      "1 if the function itself failed, or SageMaker refused the function's call, e.g. without permission.",
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/**
 * The outcomes of a request without a prediction. A line has at most one of these metrics; a line without any of them is
 * a success.
 */
export const OUTCOME_METRICS = [
  "CallerFaults",
  "Throttles",
  "ModelFaults",
  "EndpointWakeUps",
  "FunctionFaults",
] as const satisfies readonly MetricName[];

/** The outcomes that `Failures` counts: every outcome without a prediction except the caller's faults. */
export const FAILURE_METRICS = [
  "Throttles",
  "ModelFaults",
  "EndpointWakeUps",
  "FunctionFaults",
] as const satisfies readonly MetricName[];

/**
 * The number of a model's features that drift. The command `drift --put-metric` sends this metric, with the namespace and the
 * dimensions of the function's metrics.
 */
export const DRIFT_METRIC = "Drift";

/** The function's variable that switches the metrics on. Its value is the dimension `Environment`. */
export const METRICS_VARIABLE = "METRICS_ENVIRONMENT";

/**
 * The dimensions of a model's metrics, as CloudWatch's API and Terraform's `dimensions` take them.
 *
 * @param environment - the environment's `namePrefix`
 * @param model - the model's name
 * @example metricDimensions("dev", "iris") // { Environment: "dev", Model: "iris" }
 */
export function metricDimensions(
  environment: string,
  model: string,
): Readonly<Record<(typeof METRICS_DIMENSIONS)[number], string>> {
  return { Environment: environment, Model: model };
}
