import type { LogLine } from "./log";

/** The outcome of a failed request: the name of its metric; empty for a prediction. Each failure has exactly one outcome. */
function outcomeOf({ status, error }: LogLine): string {
  if (status < 400) return "";
  if (status === 429) return "Throttles";
  if (status < 500) return "CallerFaults";
  if (status > 502) return "EndpointWakeUps";
  return error?.origin === "container" ? "ModelFaults" : "FunctionFaults";
}

/**
 * Adds the request's metrics to its log line, in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * CloudWatch reads the line from the function's log group. The names are a contract, see src/aws/metrics.ts.
 *
 * The function changes the line in place: Node.js needs four times as long for the JSON of an object with a spread.
 *
 * @param environment - the dimension `Environment`
 * @param rows - the rows that the function sent to the endpoint, if it sent a request
 */
export function addMetrics(line: LogLine, environment: string, rows: number | undefined): void {
  const outcome = outcomeOf(line);
  const isRefused = outcome === "CallerFaults";
  const values: Record<string, number | undefined> = {
    Requests: 1,
    Failures: Number(outcome && !isRefused),
    // The function refuses a request in a millisecond, which says nothing about the model.
    TotalTime: isRefused ? undefined : line.totalMs,
    EndpointTime: line.endpointMs,
    Rows: rows,
    ColdStarts: line.cold ? 1 : undefined,
    Retries: line.retries || undefined,
  };
  if (outcome) values[outcome] = 1;
  Object.assign(line, values, {
    Environment: environment,
    Model: line.model,
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: "SageMakerStages",
          Dimensions: [["Environment", "Model"]],
          // CloudWatch bills a metric for the hours in which it has a value. A contract can also return a number of rows
          // that JSON does not have.
          Metrics: Object.keys(values)
            .filter((name) => (values[name] as number) >= 0)
            .map((Name) => ({ Name, Unit: Name.endsWith("Time") ? "Milliseconds" : "Count" })),
        },
      ],
    },
  });
}
