import type { Datum, MetricId } from "./metric-store";

/** The namespace of Lambda's metrics. */
export const LAMBDA = "AWS/Lambda";

/** Metrics that have the same dimensions: those of one of the sets. */
interface EmulatedMetrics {
  readonly names: readonly string[];
  readonly dimensions: readonly (readonly string[])[];
}

/** SageMaker's metrics of streams. */
const STREAM_METRICS = [
  "FirstChunkLatency",
  "FirstChunkModelLatency",
  "FirstChunkOverheadLatency",
  "MidStreamErrors",
];

/**
 * The metrics of AWS's services that the local stage emulates, by the namespace. Sets with the dimensions of an API's routes exist
 * only with detailed metrics.
 */
const EMULATED: Readonly<Record<string, readonly EmulatedMetrics[]>> = {
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  [LAMBDA]: [
    {
      names: ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"],
      dimensions: [["FunctionName"]],
    },
  ],
  // https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
  // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html
  // https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
  // FirstChunk… and MidStreamErrors: see isOfBidirectionalStreams.
  "AWS/SageMaker": [
    {
      names: [
        "Invocations",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "ModelLatency",
        "ServerlessConcurrentExecutionsUtilization",
        "ExpiredRequests",
        "InvocationFailures",
        "RequestDownloadFailures",
        "ResponseUploadFailures",
        "TotalProcessingTime",
        ...STREAM_METRICS,
      ],
      dimensions: [["EndpointName", "VariantName"]],
    },
    {
      names: [
        "ApproximateAgeOfOldestRequest",
        "ApproximateBacklogSize",
        "ApproximateBacklogSizePerInstance",
        "HasBacklogWithoutCapacity",
      ],
      dimensions: [["EndpointName"]],
    },
  ],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  "AWS/ApiGateway": [
    {
      names: ["Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"],
      dimensions: [["ApiName"], ["ApiName", "Stage"]],
    },
  ],
};

/**
 * The reason why the local stage has no data of a metric: a service of AWS sends the metric, and the local stage does not
 * emulate it.
 *
 * @returns `undefined` for an emulated metric, and for a metric that a function can print
 */
export function findUnavailable({ namespace, name, dimensions }: MetricId): string | undefined {
  if (!namespace.startsWith("AWS/")) return undefined;
  const emulated = EMULATED[namespace];
  if (emulated === undefined) {
    return `namespace: got ${namespace}; supported: ${Object.keys(EMULATED).join(", ")}, and namespaces of printed metrics`;
  }
  const sets = emulated.find(({ names }) => names.includes(name))?.dimensions;
  if (sets === undefined) {
    const names = emulated.flatMap((metrics) => metrics.names);
    return `metric_name: got ${namespace} ${name}; supported: ${names.join(", ")}`;
  }
  const has = Object.keys(dimensions).sort().join(", ");
  return sets.some((set) => [...set].sort().join(", ") === has)
    ? undefined
    : `dimensions of ${namespace}: got ${has || "none"}; supported: ${sets.map((set) => set.join(" and ")).join(", or ")}`;
}

/**
 * Whether AWS documents a metric for bidirectional streams only
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-detailed-observability-metric-mapping.html has these metrics
 * under "Bidirectional streaming metrics", and no other metrics of streams). The local stage records them for
 * InvokeEndpointWithResponseStream, for which they are not documented.
 */
export function isOfBidirectionalStreams({ namespace, name }: Pick<MetricId, "namespace" | "name">): boolean {
  return namespace === "AWS/SageMaker" && STREAM_METRICS.includes(name);
}

/** One value of an AWS metric. */
type Value = Pick<Datum, "name" | "value" | "unit">;

/** Receives the metrics of this machine. */
export interface MetricSink {
  /** @param timestamp - milliseconds since 1970. Default: now */
  record(id: Omit<MetricId, "name">, values: readonly Value[], timestamp?: number): void;
}

/** An invocation of a function. */
export interface Invocation {
  readonly functionName: string;
  /** Lambda counts an error at the time of the invocation, milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationInMs: number;
  /** Whether the function failed, e.g. with a crash or a timeout. */
  readonly hasFailed: boolean;
  /** The concurrent executions at the start, with this invocation. */
  readonly concurrency: number;
}

/** The metrics of an invocation that Lambda has not throttled. */
export function recordInvocation(sink: MetricSink, scope: string, invocation: Invocation): void {
  const { functionName, startedAt, durationInMs, hasFailed, concurrency } = invocation;
  sink.record(
    ofFunction(scope, functionName),
    [
      count("Invocations", 1),
      count("Errors", Number(hasFailed)),
      count("Throttles", 0),
      count("ConcurrentExecutions", concurrency),
      { name: "Duration", value: durationInMs, unit: "Milliseconds" },
    ],
    startedAt,
  );
}

/** The metrics of an invocation that Lambda has throttled: the function did not run. */
export function recordThrottle(sink: MetricSink, scope: string, functionName: string): void {
  sink.record(ofFunction(scope, functionName), [count("Throttles", 1)]);
}

function ofFunction(scope: string, functionName: string): Omit<MetricId, "name"> {
  return { scope, namespace: LAMBDA, dimensions: { FunctionName: functionName } };
}

/** An invocation of an endpoint that reached a container. */
export interface EndpointInvocation {
  readonly endpointName: string;
  readonly variantName: string;
  /** The status of the container's answer; `undefined` without an answer. */
  readonly status: number | undefined;
  readonly durationInMs: number;
}

/** The metrics of an invocation of an endpoint. */
export function recordEndpointInvocation(
  sink: MetricSink,
  scope: string,
  { endpointName, variantName, ...model }: EndpointInvocation,
): void {
  sink.record(ofVariant(scope, endpointName, variantName), [none("Invocations", 1), ...modelMetrics(model)]);
}

/**
 * The metrics of a container's answer, which endpoints in real time and asynchronous endpoints have
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html). No answer counts as the status 500.
 */
export function modelMetrics({
  status = 500,
  durationInMs,
}: Partial<Pick<EndpointInvocation, "status">> & Pick<EndpointInvocation, "durationInMs">): Value[] {
  return [
    none("Invocation4XXErrors", Number(status >= 400 && status < 500)),
    none("Invocation5XXErrors", Number(status >= 500)),
    microseconds("ModelLatency", durationInMs),
  ];
}

/** The first chunk of a streamed answer of an endpoint. */
export interface FirstChunk extends Pick<EndpointInvocation, "endpointName" | "variantName"> {
  /** The milliseconds from the request to the first chunk for the caller. */
  readonly latencyInMs: number;
  /** The milliseconds in which the container made the chunk. */
  readonly modelLatencyInMs: number;
}

/** The metrics of the first chunk of a streamed answer. */
export function recordFirstChunk(
  sink: MetricSink,
  scope: string,
  { endpointName, variantName, latencyInMs, modelLatencyInMs }: FirstChunk,
): void {
  sink.record(ofVariant(scope, endpointName, variantName), [
    microseconds("FirstChunkLatency", latencyInMs),
    microseconds("FirstChunkModelLatency", modelLatencyInMs),
    microseconds("FirstChunkOverheadLatency", latencyInMs - modelLatencyInMs),
  ]);
}

/**
 * The metric of a streamed answer that failed after its status. The invocation is not in `Invocation5XXErrors`, which counts
 * requests "where the model returned a 5xx HTTP response code"
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html): the container's status was no error.
 */
export function recordMidStreamError(
  sink: MetricSink,
  scope: string,
  { endpointName, variantName }: Pick<EndpointInvocation, "endpointName" | "variantName">,
): void {
  sink.record(ofVariant(scope, endpointName, variantName), [none("MidStreamErrors", 1)]);
}

/** The used part of a serverless endpoint's concurrency, from 0 to 1. */
export function recordUtilization(
  sink: MetricSink,
  scope: string,
  {
    endpointName,
    variantName,
    running,
    maxConcurrency,
  }: Pick<EndpointInvocation, "endpointName" | "variantName"> & {
    readonly running: number;
    readonly maxConcurrency: number;
  },
): void {
  const value = running / maxConcurrency;
  sink.record(ofVariant(scope, endpointName, variantName), [
    none("ServerlessConcurrentExecutionsUtilization", value),
  ]);
}

function ofVariant(scope: string, endpointName: string, variantName: string): Omit<MetricId, "name"> {
  return scopedTo(scope, { EndpointName: endpointName, VariantName: variantName });
}

/** A metric of SageMaker, without its name. */
export function scopedTo(
  scope: string,
  dimensions: Readonly<Record<string, string>>,
): Omit<MetricId, "name"> {
  return { scope, namespace: "AWS/SageMaker", dimensions };
}

/** A request to a stage of a REST API. */
export interface ApiRequest {
  readonly apiName: string;
  readonly stageName: string;
  readonly status: number;
  readonly latencyInMs: number;
  /** @default - the request did not reach the integration */
  readonly integrationLatencyInMs?: number | undefined;
}

/** The metrics of a request, of the API and of its stage. */
export function recordApiRequest(sink: MetricSink, scope: string, request: ApiRequest): void {
  const { apiName, stageName, status, latencyInMs, integrationLatencyInMs } = request;
  const values = [
    count("Count", 1),
    count("4XXError", Number(status >= 400 && status < 500)),
    count("5XXError", Number(status >= 500)),
    { name: "Latency", value: latencyInMs, unit: "Milliseconds" },
    ...(integrationLatencyInMs === undefined
      ? []
      : [{ name: "IntegrationLatency", value: integrationLatencyInMs, unit: "Milliseconds" }]),
  ];
  for (const dimensions of [{ ApiName: apiName }, { ApiName: apiName, Stage: stageName }]) {
    sink.record({ scope, namespace: "AWS/ApiGateway", dimensions }, values);
  }
}

function count(name: string, value: number): Value {
  return { name, value, unit: "Count" };
}

function microseconds(name: string, inMs: number): Value {
  return { name, value: Math.round(inMs * 1000), unit: "Microseconds" };
}

function none(name: string, value: number): Value {
  return { name, value, unit: "None" };
}
