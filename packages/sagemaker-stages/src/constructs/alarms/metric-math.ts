import type { CloudwatchMetricAlarmMetricQuery } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { METRICS_NAMESPACE, type MetricName } from "../../aws/metrics";

/** A metric that an expression reads, by the id that the expression uses. */
export interface AlarmMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** A statistic such as `Sum` and `Maximum`, or a percentile such as `p99`. */
  readonly stat: string;
}

/** `metric_query` of an alarm on one metric. */
export function metricQuery(
  label: string,
  { namespace, metricName, dimensions, stat }: AlarmMetric,
  periodInSeconds: number,
): CloudwatchMetricAlarmMetricQuery[] {
  const metric = { namespace, metricName, dimensions: { ...dimensions }, stat, period: periodInSeconds };
  return [{ id: "value", label, metric, returnData: true }];
}

/** An alarm on an expression of several metrics. */
export interface MathAlarm {
  /**
   * The expression of CloudWatch's metric math. The alarms use a small subset: numbers, ids, `+ - * /`, comparisons,
   * `IF(condition, then, else)`, `FILL(metric, 0)` and parentheses. The local stage evaluates this subset.
   */
  readonly expression: string;
  /** The name of the expression's value in the console, e.g. `failed requests / requests`. */
  readonly label: string;
  /** The metrics by their ids, at most ten (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html). */
  readonly metrics: Readonly<Record<string, AlarmMetric>>;
  /** Length of one period in seconds. All metrics of an alarm have the same period. */
  readonly periodInSeconds: number;
}

/** The dimensions of the metrics that one model's function prints. */
export type FunctionDimensions = Readonly<Record<string, string>>;

/** A metric that the model's function prints. */
export function printedMetric(
  metricName: MetricName,
  dimensions: FunctionDimensions,
  stat: string,
): AlarmMetric {
  return { namespace: METRICS_NAMESPACE, metricName, dimensions, stat };
}

/**
 * A metric that Lambda measures outside of the function
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
 */
export function lambdaMetric(
  metricName: "ConcurrentExecutions" | "Errors" | "Invocations" | "Throttles",
  functionName: string,
  stat: string,
): AlarmMetric {
  return { namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: functionName }, stat };
}

/**
 * A metric of an endpoint with asynchronous requests (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html).
 *
 * @param variantName - `undefined` for the metrics of the queue, which have no variant
 */
export function queueMetric(
  metricName:
    | "ApproximateAgeOfOldestRequest"
    | "ExpiredRequests"
    | "HasBacklogWithoutCapacity"
    | "InvocationFailures",
  endpointName: string,
  stat: string,
  variantName?: string,
): AlarmMetric {
  const dimensions = {
    EndpointName: endpointName,
    ...(variantName === undefined ? {} : { VariantName: variantName }),
  };
  return { namespace: "AWS/SageMaker", metricName, dimensions, stat };
}

/** A metric without data counts as 0: no requests, or no metric of this kind yet. */
export function zeroIfMissing(id: string): string {
  return `FILL(${id}, 0)`;
}

/** The sum of metrics, in which a metric without data counts as 0. */
export function sum(...ids: readonly string[]): string {
  return ids.map(zeroIfMissing).join(" + ");
}

/** `metric_query` of Terraform's resource: the expression first, then its metrics. */
export function metricQueries({
  expression,
  label,
  metrics,
  periodInSeconds,
}: MathAlarm): CloudwatchMetricAlarmMetricQuery[] {
  return [
    { id: "value", expression, label, returnData: true },
    ...Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
      id,
      metric: { namespace, metricName, dimensions: { ...dimensions }, stat, period: periodInSeconds },
    })),
  ];
}
