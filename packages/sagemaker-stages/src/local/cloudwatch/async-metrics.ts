import { type MetricSink, modelMetrics, scopedTo } from "./aws-metrics";

/** The queue of an endpoint at one moment. */
export interface QueueState {
  readonly endpointName: string;
  /** Requests that wait or are processed. */
  readonly size: number;
  /** The age of the oldest of these requests. */
  readonly ageInSeconds: number;
  readonly hasInstance: boolean;
}

/**
 * The metrics of a queue with requests. An empty queue has no metrics on this machine. AWS does not document whether it has: an alarm
 * must work with both.
 */
export function recordQueue(sink: MetricSink, scope: string, state: QueueState, timestamp: number): void {
  const { endpointName, size, ageInSeconds, hasInstance } = state;
  if (size === 0) return;
  sink.record(
    scopedTo(scope, { EndpointName: endpointName }),
    [
      { name: "ApproximateBacklogSize", value: size, unit: "Count" },
      // Without an instance, the quotient does not exist.
      ...(hasInstance ? [{ name: "ApproximateBacklogSizePerInstance", value: size, unit: "Count" }] : []),
      { name: "ApproximateAgeOfOldestRequest", value: ageInSeconds, unit: "Seconds" },
      { name: "HasBacklogWithoutCapacity", value: hasInstance ? 0 : 1, unit: "Count" },
    ],
    timestamp,
  );
}

/** Why a request of a queue has no answer. */
export type QueueFailure = "expired" | "invocation" | "download" | "upload";

/** The metrics of each reason. "If an invocation fails for any reason" includes the objects that SageMaker cannot read or write. */
const METRICS: Readonly<Record<QueueFailure, readonly string[]>> = {
  expired: ["ExpiredRequests"],
  invocation: ["InvocationFailures"],
  download: ["InvocationFailures", "RequestDownloadFailures"],
  upload: ["InvocationFailures", "ResponseUploadFailures"],
};

/** The end of a request that was in a queue. */
export interface QueueResult {
  readonly endpointName: string;
  readonly variantName: string;
  /** The time since SageMaker received the request. */
  readonly durationInMs: number;
  /** @default - the request has an answer */
  readonly failure?: QueueFailure | undefined;
  /** @default - the request did not reach the container */
  readonly model?: ModelResult | undefined;
}

/** What a container did with a request. */
export interface ModelResult {
  /** @default - the container gave no answer, which counts as 500 */
  readonly status?: number | undefined;
  readonly durationInMs: number;
}

/** The metrics of the end of a request. */
export function recordQueueResult(sink: MetricSink, scope: string, result: QueueResult): void {
  const { endpointName, variantName, durationInMs, failure, model } = result;
  sink.record(scopedTo(scope, { EndpointName: endpointName, VariantName: variantName }), [
    ...(failure === undefined ? [] : METRICS[failure].map((name) => ({ name, value: 1, unit: "Count" }))),
    { name: "TotalProcessingTime", value: durationInMs, unit: "Milliseconds" },
    // `Invocations` is not published for asynchronous endpoints.
    ...(model === undefined ? [] : modelMetrics(model)),
  ]);
}
