import { METRICS_NAMESPACE, type MetricName, metricDimensions } from "../../aws/metrics";
import type { Metric } from "./widgets";

/** A model on a dashboard. */
export interface DashboardModel {
  /** The model's name, e.g. `iris`. */
  readonly model: string;
  /** The model's title, e.g. `Iris species`. */
  readonly title: string;
  /** The function that answers the route; `undefined` if API Gateway invokes the endpoint without a function. */
  readonly function?: DashboardFunction | undefined;
  readonly endpoint: DashboardEndpoint;
}

/** A function on a dashboard. */
export interface DashboardFunction {
  readonly name: string;
  /** Whether the function prints the metrics of `src/aws/metrics.ts`. Other functions have only Lambda's own metrics. */
  readonly hasMetrics: boolean;
  /** The size; `undefined` for an existing function, whose size the environment does not set. */
  readonly size?: { readonly memorySizeInMb: number; readonly architecture: string } | undefined;
}

/** A metric of AWS Lambda. */
export function lambdaMetric(functionName: string, name: string): Metric {
  return { namespace: "AWS/Lambda", name, dimensions: { FunctionName: functionName }, stat: "Sum" };
}

/** An endpoint on a dashboard. */
export interface DashboardEndpoint {
  readonly name: string;
  /** The variant with the endpoint's metrics; `undefined` for an existing endpoint whose variant the environment does not name. */
  readonly variant?: string | undefined;
  /** The compute; `undefined` for an existing endpoint. */
  readonly compute?: Compute | undefined;
  /** Whether requests of the endpoint wait in a queue. @default false */
  readonly isAsync?: boolean | undefined;
}

/** What an endpoint runs on. */
export type Compute =
  | {
      readonly kind: "serverless";
      readonly memorySizeInMb: number;
      /** The smallest provisioned concurrency, on average; 0 without provisioned concurrency. */
      readonly provisionedConcurrency: number;
    }
  | {
      readonly kind: "instances";
      readonly instanceType: string;
      /** The smallest number of instances, on average. */
      readonly count: number;
    };

/** A metric of time, and the number of its units in a millisecond. */
export interface Duration {
  readonly metric: Metric;
  readonly perMillisecond: number;
}

/** Why a request has no prediction. */
export type Outcome =
  | "caller"
  | "throttled"
  | "model"
  | "expired"
  | "wake-up"
  | "function"
  | "crash"
  | "lambda-throttle";

/** The outcomes with their labels and colours, in the order of a graph. */
export const OUTCOMES: Readonly<Record<Outcome, { readonly label: string; readonly color: string }>> = {
  caller: { label: "Caller's fault (4xx)", color: "#9467bd" },
  throttled: { label: "Endpoint throttled", color: "#ff7f0e" },
  model: { label: "Model failed", color: "#d62728" },
  expired: { label: "Expired in the queue", color: "#bcbd22" },
  "wake-up": { label: "Endpoint not ready", color: "#e6b417" },
  function: { label: "Function failed", color: "#8c564b" },
  crash: { label: "Function crashed or timed out", color: "#e377c2" },
  "lambda-throttle": { label: "Function throttled", color: "#7f7f7f" },
};

/** The outcomes that are no fault of a caller. */
const FAILURES: readonly Outcome[] = [
  "throttled",
  "model",
  "expired",
  "wake-up",
  "function",
  "crash",
  "lambda-throttle",
];

const OF_HANDLER: Readonly<Partial<Record<Outcome, MetricName>>> = {
  caller: "CallerFaults",
  throttled: "Throttles",
  model: "ModelFaults",
  "wake-up": "EndpointWakeUps",
  function: "FunctionFaults",
};

/**
 * The metrics of one model. The function's own metrics are the most exact; a model without such a function has the metrics
 * of AWS Lambda, or of the endpoint.
 */
export class ModelMetrics {
  constructor(
    private readonly environment: string,
    private readonly model: DashboardModel,
  ) {}

  /** Requests, as one row for sums. */
  requests(): Metric[] {
    if (this.hasHandlerMetrics) return [this.ofHandler("Requests"), ...this.unansweredRequests()];
    const { function: fn } = this.model;
    if (fn !== undefined) return [this.ofLambda("Invocations"), this.ofLambda("Throttles")];
    return this.ofEndpoint("Invocations", "Sum");
  }

  /** The requests without a prediction, by outcome. */
  outcomes(): ReadonlyMap<Outcome, Metric> {
    const lambda: readonly (readonly [Outcome, Metric])[] =
      this.model.function === undefined
        ? []
        : [
            ["crash", this.ofLambda("Errors")],
            ["lambda-throttle", this.ofLambda("Throttles")],
          ];
    if (this.hasHandlerMetrics) {
      const own = Object.entries(OF_HANDLER).map(
        ([outcome, name]) => [outcome as Outcome, this.ofHandler(name)] as const,
      );
      return new Map([...own, ...this.queueFailures(), ...lambda]);
    }
    if (this.model.function !== undefined) return new Map(lambda);
    const [caller] = this.ofEndpoint("Invocation4XXErrors", "Sum");
    const [model] = this.ofEndpoint("Invocation5XXErrors", "Sum");
    return new Map([
      ...(caller === undefined ? [] : [["caller", caller] as const]),
      ...(model === undefined ? [] : [["model", model] as const]),
    ]);
  }

  /** Requests without a prediction that are no fault of the caller. */
  failures(): Metric[] {
    if (this.hasHandlerMetrics) {
      const ofQueue = [...this.queueFailures().values()];
      return [this.ofHandler("Failures"), ...this.unansweredRequests(), ...ofQueue];
    }
    const outcomes = this.outcomes();
    return FAILURES.flatMap((outcome) => outcomes.get(outcome) ?? []);
  }

  /** The time of a request; empty without a metric. */
  latency(stat: string): Duration[] {
    if (this.hasHandlerMetrics)
      return [{ metric: { ...this.ofHandler("TotalTime"), stat }, perMillisecond: 1 }];
    if (this.model.function !== undefined) {
      return [{ metric: { ...this.ofLambda("Duration"), stat }, perMillisecond: 1 }];
    }
    return this.modelLatency(stat);
  }

  /** The time of the endpoint; empty without a metric, or if {@link latency} is the same time. */
  endpointLatency(stat: string): Duration[] {
    // The time in which a queue accepts a request says nothing about the model.
    if (this.isAsync) return [];
    if (this.hasHandlerMetrics) {
      return [{ metric: { ...this.ofHandler("EndpointTime"), stat }, perMillisecond: 1 }];
    }
    return this.model.function === undefined ? [] : this.modelLatency(stat);
  }

  /** Cold starts of the function. */
  coldStarts(): Metric[] {
    return this.hasHandlerMetrics ? [this.ofHandler("ColdStarts")] : [];
  }

  /** Requests that SageMaker or Lambda throttled. */
  throttles(): Metric[] {
    const outcomes = this.outcomes();
    return (["throttled", "lambda-throttle"] as const).flatMap((outcome) => outcomes.get(outcome) ?? []);
  }

  /** Concurrent executions of the function. */
  concurrency(): Metric[] {
    return this.model.function === undefined
      ? []
      : [{ ...this.ofLambda("ConcurrentExecutions"), stat: "Maximum" }];
  }

  /** The used part of a serverless endpoint's concurrency, from 0 to 1. */
  serverlessUtilization(): Metric[] {
    return this.model.endpoint.compute?.kind === "serverless"
      ? this.ofEndpoint("ServerlessConcurrentExecutionsUtilization", "Maximum")
      : [];
  }

  /** The CPU of an endpoint's instances in percent of one vCPU. The instances send the metric each minute while they exist. */
  cpu(): Metric[] {
    const { compute } = this.model.endpoint;
    return compute?.kind === "instances"
      ? this.ofEndpoint("CPUUtilization", "Average", "/aws/sagemaker/Endpoints")
      : [];
  }

  /** The requests that wait or are processed, the largest number of a period. */
  backlog(): Metric[] {
    return this.ofQueue("ApproximateBacklogSize");
  }

  /** The age of the oldest request in the queue, in seconds. */
  queueAge(): Metric[] {
    return this.ofQueue("ApproximateAgeOfOldestRequest");
  }

  /** The time of a request from its arrival in the queue to its result, in milliseconds. CloudWatch has no percentiles of it. */
  processingTime(stat: "Average" | "Maximum"): Metric[] {
    return this.isAsync ? this.ofEndpoint("TotalProcessingTime", stat) : [];
  }

  /**
   * The requests that failed after the function had added them to the queue: the function's own metrics end with the start of a request
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html).
   */
  queueFailures(): ReadonlyMap<"model" | "expired", Metric> {
    const [model] = this.isAsync ? this.ofEndpoint("InvocationFailures", "Sum") : [];
    const [expired] = this.isAsync ? this.ofEndpoint("ExpiredRequests", "Sum") : [];
    return model === undefined || expired === undefined
      ? new Map()
      : new Map([
          ["model", model],
          ["expired", expired],
        ]);
  }

  private get isAsync(): boolean {
    return this.model.endpoint.isAsync === true;
  }

  /** A metric of the queue, which belongs to the endpoint and has no variant. */
  private ofQueue(name: string): Metric[] {
    if (!this.isAsync) return [];
    const dimensions = { EndpointName: this.model.endpoint.name };
    return [{ namespace: "AWS/SageMaker", name, dimensions, stat: "Maximum" }];
  }

  /** The time of the model's container in microseconds, as a sum. */
  modelTime(): Metric[] {
    return this.ofEndpoint("ModelLatency", "Sum");
  }

  private get hasHandlerMetrics(): boolean {
    return this.model.function?.hasMetrics === true;
  }

  /** Requests for which the function printed no line: it crashed, timed out, or did not run. */
  private unansweredRequests(): Metric[] {
    return [this.ofLambda("Errors"), this.ofLambda("Throttles")];
  }

  private ofHandler(name: MetricName): Metric {
    const dimensions = metricDimensions(this.environment, this.model.model);
    return { namespace: METRICS_NAMESPACE, name, dimensions, stat: "Sum" };
  }

  private ofLambda(name: string): Metric {
    return lambdaMetric(this.model.function?.name ?? "", name);
  }

  private ofEndpoint(name: string, stat: string, namespace = "AWS/SageMaker"): Metric[] {
    const { name: endpoint, variant } = this.model.endpoint;
    if (variant === undefined) return [];
    return [{ namespace, name, dimensions: { EndpointName: endpoint, VariantName: variant }, stat }];
  }

  /** SageMaker measures microseconds. */
  private modelLatency(stat: string): Duration[] {
    return this.ofEndpoint("ModelLatency", stat).map((metric) => ({ metric, perMillisecond: 1000 }));
  }
}
