import type { LogLine } from "./log";

/** The outcome of a failed request: the name of its metric; empty for a prediction. Each failure has exactly one outcome. */
function outcomeOf(line: LogLine): string {
  if (line.status < 400) return "";
  if (line.status === 429) return "Throttles";
  if (line.status < 500) return "CallerFaults";
  if (line.status > 502) return "EndpointWakeUps";
  return line.error?.origin === "container" ? "ModelFaults" : "FunctionFaults";
}

/**
 * The log line of a request with its metrics, in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * CloudWatch reads the line from the function's log group. The names are a contract, see src/aws/metrics.ts.
 *
 * The function writes the JSON of the metrics itself: most of the text is constant, and the serialization of an object needs half
 * as long again.
 *
 * @param environment - the dimension `Environment`
 * @param rows - the rows that the function sent to the endpoint, if it sent a request
 */
export function jsonWithMetrics(line: LogLine, environment: string, rows: number | undefined): string {
  const outcome = outcomeOf(line);
  const isRefused = outcome === "CallerFaults";
  const values: Record<string, number | undefined> = {
    Requests: 1,
    Failures: outcome && !isRefused ? 1 : 0,
    // The function refuses a request in a millisecond, which says nothing about the model.
    TotalTime: isRefused ? undefined : line.totalMs,
    EndpointTime: line.endpointMs,
    Rows: rows,
    ColdStarts: line.cold ? 1 : undefined,
    Retries: line.retries || undefined,
    [outcome || "Requests"]: 1,
  };
  const metrics: string[] = [];
  for (const name in values) {
    // CloudWatch bills a metric for the hours in which it has a value. A contract can also return a number of rows that
    // JSON does not have.
    if (Number.isFinite(values[name])) {
      metrics.push(`{"Name":"${name}","Unit":"${name.endsWith("Time") ? "Milliseconds" : "Count"}"}`);
    }
  }
  // In place: Node.js needs four times as long for the JSON of an object with a spread.
  Object.assign(line, values, { Environment: environment, Model: line.model });
  return `${JSON.stringify(line).slice(0, -1)},"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"SageMakerStages","Dimensions":[["Environment","Model"]],"Metrics":[${metrics}]}]}}`;
}

/**
 * Writes the log line of a request.
 *
 * @param metricsEnvironment - the variable METRICS_ENVIRONMENT; without a value, the line has no metrics
 */
export function writeLine(
  line: LogLine,
  metricsEnvironment: string | undefined,
  rows: number | undefined,
): void {
  const json = metricsEnvironment ? jsonWithMetrics(line, metricsEnvironment, rows) : JSON.stringify(line);
  // Lambda wraps lines of `console.log`, so that a log query cannot read their fields.
  process.stdout.write(`${json}\n`);
}
