import { CloudwatchCompositeAlarm } from "@cdktf/provider-aws/lib/cloudwatch-composite-alarm";
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmMetricQuery,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { Construct } from "constructs";
import { DRIFT_METRIC, METRICS_NAMESPACE, metricDimensions } from "../../aws/metrics";
import {
  MIN_OBSERVED_CONCURRENCY,
  type ObjectiveAlarm,
  objectiveAlarmName,
} from "../../environment/alarm-names";
import {
  BURN_RATES,
  DEFAULT_START_IN_SECONDS,
  type ParsedObjectivesSettings,
} from "../../environment/settings/model/objectives";
import {
  type AlarmMetric,
  lambdaMetric,
  type MathAlarm,
  metricQueries,
  metricQuery,
  printedMetric,
  queueMetric,
  sum,
  zeroIfMissing,
} from "./metric-math";

/** Props of {@link ModelAlarms}. */
export interface ModelAlarmsProps {
  /** The environment's prefix, with which every name begins. */
  readonly prefix: string;
  /** The model's name. */
  readonly model: string;
  readonly objectives: ParsedObjectivesSettings;
  readonly functionName: string;
  /** The concurrency that Lambda reserves for the function; `undefined` if Lambda reserves none. */
  readonly reservedConcurrency: number | undefined;
  /** The serverless endpoint that the environment creates; `undefined` for instances and for an existing endpoint. */
  readonly serverless: ServerlessEndpointOfAlarms | undefined;
  /** The endpoint with asynchronous requests; `undefined` for an endpoint that answers in real time. */
  readonly asynchronous: AsyncEndpointOfAlarms | undefined;
  readonly topic: NotifiedTopic;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The topic of the notifications. */
export interface NotifiedTopic {
  readonly arn: string;
  /** The policy of a topic that the environment creates; `undefined` for an existing topic. */
  readonly policy: SnsTopicPolicy | undefined;
}

/** A serverless endpoint whose concurrency an alarm observes. */
export interface ServerlessEndpointOfAlarms {
  readonly endpointName: string;
  readonly variantName: string;
  readonly maxConcurrency: number;
}

/** An endpoint with asynchronous requests, whose queue alarms observe. */
export interface AsyncEndpointOfAlarms {
  readonly endpointName: string;
  readonly variantName: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * The failed requests of a long window from which a burn rate counts. With little traffic, one failed request of three is a
 * high rate, and says nothing about the model. A minimum of requests instead would hide a model that fails for every caller.
 */
const MIN_FAILURES = 3;
/** The requests of a period from which their 99th percentile counts. */
const MIN_REQUESTS_OF_LATENCY = 50;
/**
 * The last periods of a short window, of which one must have a high rate. A model that fails for all of its few callers has
 * periods without requests between its failures: with one period, its alarm would end and start again with each request. A
 * window that keeps its state without requests would go off hours later, when old successes leave the long window. Four periods are
 * a third of the long window: with longer pauses between failures, the long window soon has fewer than three.
 */
const PERIODS_OF_SHORT_WINDOW = 4;
/** The share of a concurrency limit that counts as exhausted. */
const SATURATION = 0.8;

const LONG = { minFailures: MIN_FAILURES, periods: 1 } as const;
const SHORT = { minFailures: 1, periods: PERIODS_OF_SHORT_WINDOW } as const;

/**
 * The windows of the availability alarms
 * (https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts). The long window proves that the failures
 * matter, and the short window ends the alarm soon after the last failure. Alarms with periods of less than an hour can
 * evaluate one day, and longer periods seven days
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
 */
const WINDOWS = {
  fast: [
    { alarm: "availability-fast-1h", seconds: HOUR, ...LONG, name: "1 hour" },
    { alarm: "availability-fast-5m", seconds: 5 * MINUTE, ...SHORT, name: "5 minutes" },
  ],
  slow: [
    { alarm: "availability-slow-6h", seconds: 6 * HOUR, ...LONG, name: "6 hours" },
    { alarm: "availability-slow-30m", seconds: 30 * MINUTE, ...SHORT, name: "30 minutes" },
  ],
} as const satisfies Record<keyof typeof BURN_RATES, readonly Window[]>;

/** One window of an availability alarm. */
interface Window {
  readonly alarm: ObjectiveAlarm;
  readonly seconds: number;
  /** The failed requests of a period from which its rate counts. */
  readonly minFailures: number;
  /** The last periods, of which one must have a high rate. */
  readonly periods: number;
  readonly name: string;
}

/** When a metric alarm goes off. */
interface Trigger {
  readonly threshold: number;
  readonly comparisonOperator: "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold";
  /** Number of the last periods that the alarm evaluates. */
  readonly periods: number;
  /** Number of these periods that must breach the threshold. */
  readonly breaching: number;
}

/**
 * The alarms of one model's objectives. All alarms except `drift` treat missing data as not breaching: a model without requests
 * keeps its objectives, and a new deployment has no data yet.
 */
export class ModelAlarms extends Construct {
  /** The alarms that the environment's composite alarm combines. */
  readonly alarms: readonly (CloudwatchMetricAlarm | CloudwatchCompositeAlarm)[];

  private readonly props: ModelAlarmsProps;

  constructor(scope: Construct, id: string, props: ModelAlarmsProps) {
    super(scope, id);
    this.props = props;
    const { asynchronous } = props;
    this.alarms =
      asynchronous === undefined
        ? [
            ...this.addAvailability(),
            ...this.addLatency(),
            this.addThrottled(),
            this.addNotWaking(),
            ...this.addSaturated(),
          ]
        : [
            ...this.addWaiting(asynchronous),
            ...this.addFailing(asynchronous),
            this.addNotStarting(asynchronous),
            this.addThrottled(),
            ...this.addSaturated(),
          ];
    this.addDrift();
  }

  /** The longest age of five minutes: the alarm ends five minutes after the last old request has left the queue. */
  private addWaiting({ endpointName }: AsyncEndpointOfAlarms): CloudwatchMetricAlarm[] {
    const { waitInSeconds } = this.props.objectives;
    if (waitInSeconds === undefined) return [];
    return [
      this.addMetricAlarm(
        "waiting",
        `A request is in the queue for more than ${waitInSeconds} seconds`,
        {
          // Without FILL, an alarm uses older data while an empty queue has no data, and ends ten minutes later.
          expression: zeroIfMissing("age"),
          label: "seconds of the oldest request in the queue",
          metrics: { age: queueMetric("ApproximateAgeOfOldestRequest", endpointName, "Maximum") },
          periodInSeconds: 5 * MINUTE,
        },
        { threshold: waitInSeconds, comparisonOperator: "GreaterThanThreshold", periods: 1, breaching: 1 },
      ),
    ];
  }

  /**
   * The failed requests of the last hour, as a number: a rate needs the requests that were answered, and the metric of processed
   * requests has no documented relation to the metric of failures. For the same reason, nothing subtracts `Invocation4XXErrors`: a
   * container's refusal is a failure, as in real time. Lambda's throttles are no part: a caller that reads its answer too often causes
   * them, and loses no request. Lambda's errors also count crashes in reads of answers: the metric has no operation.
   */
  private addFailing({ endpointName, variantName }: AsyncEndpointOfAlarms): CloudwatchMetricAlarm[] {
    const { objectives, functionName } = this.props;
    const { failuresPerHour } = objectives;
    if (failuresPerHour === undefined) return [];
    return [
      this.addMetricAlarm(
        "failing",
        `More than ${failuresPerHour} requests failed or expired within an hour`,
        {
          expression: sum("invocations", "expired", "starts", "errors"),
          label: "failed requests",
          metrics: {
            invocations: queueMetric("InvocationFailures", endpointName, "Sum", variantName),
            expired: queueMetric("ExpiredRequests", endpointName, "Sum", variantName),
            starts: this.printed("Failures", "Sum"),
            errors: lambdaMetric("Errors", functionName, "Sum"),
          },
          periodInSeconds: HOUR,
        },
        { threshold: failuresPerHour, comparisonOperator: "GreaterThanThreshold", periods: 1, breaching: 1 },
      ),
    ];
  }

  /**
   * Requests wait, and the endpoint has no instance, for longer than the start of an instance takes. A single minute without data
   * must not end the alarm: without FILL, CloudWatch uses an older minute in its place.
   */
  private addNotStarting({ endpointName }: AsyncEndpointOfAlarms): CloudwatchMetricAlarm {
    const { startInSeconds = DEFAULT_START_IN_SECONDS } = this.props.objectives;
    const minutes = Math.ceil(startInSeconds / MINUTE);
    const backlog = queueMetric("HasBacklogWithoutCapacity", endpointName, "Average");
    return this.addAlarm(
      "not-starting",
      `Requests wait, and the endpoint has had no instance for ${minutes} minutes`,
      metricQuery("1 if requests wait without an instance", backlog, MINUTE),
      {
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        periods: minutes,
        breaching: minutes,
      },
    );
  }

  private addAvailability(): CloudwatchCompositeAlarm[] {
    const { objectives, topic } = this.props;
    const { availability } = objectives;
    if (availability === undefined) return [];
    const errorBudget = 1 - availability;
    const percent = percentOf(availability);
    return [
      this.addBurnRate("availability-fast", WINDOWS.fast, BURN_RATES.fast * errorBudget, {
        description: `So many requests fail that two days use up the error budget of 30 days (objective: ${percent})`,
        // The environment's alarm sends nothing while another alarm keeps it in ALARM, and this alarm must not wait.
        ...notificationsTo(topic),
      }),
      this.addBurnRate("availability-slow", WINDOWS.slow, BURN_RATES.slow * errorBudget, {
        description: `So many requests fail that five days use up the error budget of 30 days (objective: ${percent})`,
      }),
    ];
  }

  /** Adds an alarm for each window, and the composite alarm that needs both. */
  private addBurnRate(
    alarm: ObjectiveAlarm,
    windows: readonly Window[],
    ratio: number,
    {
      description,
      ...actions
    }: { readonly description: string } & Partial<ReturnType<typeof notificationsTo>>,
  ): CloudwatchCompositeAlarm {
    const ofWindows = windows.map((window) => this.addWindow(window, ratio));
    return new CloudwatchCompositeAlarm(this, alarm, {
      alarmName: this.nameOf(alarm),
      alarmDescription: this.describe(description, alarm),
      alarmRule: ruleOf(ofWindows, "AND"),
      ...actions,
      tags: { ...this.props.tags },
      ...AFTER_DEPENDENTS,
    });
  }

  /**
   * The rate of failed requests in one window. Lambda's errors are crashes and timeouts of the function, which print no line,
   * and its throttles are requests that never reached the function. Lambda's invocations include the errors and exclude the
   * throttles (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html). They also count the requests of a
   * function that prints no metrics.
   */
  private addWindow(
    { alarm, seconds, minFailures, periods, name }: Window,
    ratio: number,
  ): CloudwatchMetricAlarm {
    const { functionName } = this.props;
    const failed = sum("failures", "errors", "throttles");
    const all = sum("invocations", "throttles");
    return this.addMetricAlarm(
      alarm,
      `The rate of failed requests of ${name}`,
      {
        expression: `IF(${failed} >= ${minFailures}, (${failed}) / (${all}), 0)`,
        label: "failed requests / requests",
        metrics: {
          failures: this.printed("Failures", "Sum"),
          invocations: lambdaMetric("Invocations", functionName, "Sum"),
          errors: lambdaMetric("Errors", functionName, "Sum"),
          throttles: lambdaMetric("Throttles", functionName, "Sum"),
        },
        periodInSeconds: seconds,
      },
      { threshold: rounded(ratio), comparisonOperator: "GreaterThanThreshold", periods, breaching: 1 },
    );
  }

  private addLatency(): CloudwatchMetricAlarm[] {
    const { p99InMs } = this.props.objectives;
    if (p99InMs === undefined) return [];
    return [
      this.addMetricAlarm(
        "latency",
        `99 % of the requests take longer than ${p99InMs} ms for half an hour`,
        {
          expression: `IF(${zeroIfMissing("timed")} >= ${MIN_REQUESTS_OF_LATENCY}, ${zeroIfMissing("p99")}, 0)`,
          label: "p99 of the function's time in ms",
          metrics: { timed: this.timed(), p99: this.printed("TotalTime", "p99") },
          periodInSeconds: 15 * MINUTE,
        },
        { threshold: p99InMs, comparisonOperator: "GreaterThanThreshold", periods: 2, breaching: 2 },
      ),
    ];
  }

  private addThrottled(): CloudwatchMetricAlarm {
    return this.addMetricAlarm(
      "throttled",
      "SageMaker or Lambda throttled requests in each 5 minutes of a quarter of an hour",
      {
        expression: sum("endpoint", "lambda"),
        label: "throttled requests",
        metrics: {
          endpoint: this.printed("Throttles", "Sum"),
          lambda: lambdaMetric("Throttles", this.props.functionName, "Sum"),
        },
        periodInSeconds: 5 * MINUTE,
      },
      { threshold: 0, comparisonOperator: "GreaterThanThreshold", periods: 3, breaching: 3 },
    );
  }

  /**
   * A serverless endpoint answers a first request late while it starts, which is normal. Three separate periods in which not one
   * request received another answer are not.
   */
  private addNotWaking(): CloudwatchMetricAlarm {
    const [wakeUps, timed] = [zeroIfMissing("wakeUps"), zeroIfMissing("timed")];
    return this.addMetricAlarm(
      "not-waking",
      "In three periods of 5 minutes within an hour, the endpoint was starting or unavailable for every request",
      {
        expression: `IF(${wakeUps} > 0, ${wakeUps} / ${timed}, 0)`,
        label: "requests that the endpoint did not answer / requests without the callers' faults",
        metrics: {
          timed: this.timed(),
          wakeUps: this.printed("EndpointWakeUps", "Sum"),
        },
        periodInSeconds: 5 * MINUTE,
      },
      { threshold: 1, comparisonOperator: "GreaterThanOrEqualToThreshold", periods: 12, breaching: 3 },
    );
  }

  /** The used part of the concurrency limits: the larger part of the endpoint's and of the function's. */
  private addSaturated(): CloudwatchMetricAlarm[] {
    const parts = this.concurrencyParts();
    const [first, second] = parts.map(({ part }) => part);
    if (first === undefined) return [];
    return [
      this.addMetricAlarm(
        "saturated",
        `Requests used ${percentOf(SATURATION)} of the concurrency in 10 of 15 minutes`,
        {
          expression: second === undefined ? first : `IF(${first} > ${second}, ${first}, ${second})`,
          label: "used part of the concurrency",
          metrics: Object.fromEntries(parts.map(({ id, metric }) => [id, metric])),
          periodInSeconds: MINUTE,
        },
        {
          threshold: SATURATION,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          periods: 15,
          breaching: 10,
        },
      ),
    ];
  }

  /**
   * The state of the last run of the command `drift --put-metric`. Between two runs, the metric has no data and the alarm keeps
   * its state. The shortest period keeps the values of two runs apart, so that a run after a correction ends the alarm.
   *
   * The alarm notifies by itself, and the environment's alarm does not combine it: requests drift until the model is trained again,
   * and would keep the environment's alarm on, which sends nothing about further alarms then.
   */
  private addDrift(): void {
    const { prefix, model, objectives, topic } = this.props;
    if (objectives.drift !== true) return;
    new CloudwatchMetricAlarm(this, "drift", {
      alarmName: this.nameOf("drift"),
      alarmDescription: this.describe(
        "The captured requests drift from the training sample in at least one feature",
        "drift",
      ),
      metricQuery: [
        {
          id: "value",
          label: "features that drift",
          metric: {
            namespace: METRICS_NAMESPACE,
            metricName: DRIFT_METRIC,
            dimensions: { ...metricDimensions(prefix, model) },
            stat: "Maximum",
            period: MINUTE,
          },
          returnData: true,
        },
      ],
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: "ignore",
      ...notificationsTo(topic),
      tags: { ...this.props.tags },
    });
  }

  private concurrencyParts(): { readonly id: string; readonly metric: AlarmMetric; readonly part: string }[] {
    const { serverless, reservedConcurrency = 0, functionName } = this.props;
    const ofEndpoint =
      serverless === undefined || serverless.maxConcurrency < MIN_OBSERVED_CONCURRENCY
        ? []
        : [
            {
              id: "endpoint",
              // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html
              metric: {
                namespace: "AWS/SageMaker",
                metricName: "ServerlessConcurrentExecutionsUtilization",
                dimensions: { EndpointName: serverless.endpointName, VariantName: serverless.variantName },
                stat: "Maximum",
              },
              part: zeroIfMissing("endpoint"),
            },
          ];
    const ofFunction =
      reservedConcurrency < MIN_OBSERVED_CONCURRENCY
        ? []
        : [
            {
              id: "lambda",
              metric: lambdaMetric("ConcurrentExecutions", functionName, "Maximum"),
              part: `${zeroIfMissing("lambda")} / ${reservedConcurrency}`,
            },
          ];
    return [...ofEndpoint, ...ofFunction];
  }

  private addMetricAlarm(
    alarm: ObjectiveAlarm,
    description: string,
    math: MathAlarm,
    trigger: Trigger,
  ): CloudwatchMetricAlarm {
    return this.addAlarm(alarm, description, metricQueries(math), trigger);
  }

  private addAlarm(
    alarm: ObjectiveAlarm,
    description: string,
    metricQuery: CloudwatchMetricAlarmMetricQuery[],
    { threshold, comparisonOperator, periods, breaching }: Trigger,
  ): CloudwatchMetricAlarm {
    return new CloudwatchMetricAlarm(this, alarm, {
      alarmName: this.nameOf(alarm),
      alarmDescription: this.describe(description, alarm),
      metricQuery,
      threshold,
      comparisonOperator,
      evaluationPeriods: periods,
      datapointsToAlarm: breaching,
      treatMissingData: "notBreaching",
      tags: { ...this.props.tags },
      ...AFTER_DEPENDENTS,
    });
  }

  /** The number of requests without the callers' faults, which have no `TotalTime`: the function refuses them in a millisecond. */
  private timed(): AlarmMetric {
    return this.printed("TotalTime", "SampleCount");
  }

  private printed(name: Parameters<typeof printedMetric>[0], stat: string): AlarmMetric {
    const { prefix, model } = this.props;
    return printedMetric(name, metricDimensions(prefix, model), stat);
  }

  private nameOf(alarm: ObjectiveAlarm): string {
    return objectiveAlarmName(this.props.prefix, this.props.model, alarm);
  }

  private describe(description: string, alarm: ObjectiveAlarm): string {
    // A window has the section of the alarm that combines it.
    return `${this.props.model}: ${description}. ${runbook(alarm.replace(/-\d+[mh]$/, ""))}`;
  }
}

/** The place of the runbook, for an alarm's description. @param section - a heading in docs/alarms.md */
export function runbook(section: string): string {
  return `Runbook: docs/alarms.md#${section} of sagemaker-stages`;
}

/**
 * CloudWatch refuses to delete an alarm that a composite alarm names. With this argument, Terraform first changes the composite
 * alarm and then deletes the alarm.
 */
const AFTER_DEPENDENTS = { lifecycle: { createBeforeDestroy: true } } as const;

/**
 * The arguments of an alarm that notifies when it goes on and off. The topic's policy exists before the alarm: CloudWatch does not
 * repeat a notification that the topic refused.
 */
export function notificationsTo({ arn, policy }: NotifiedTopic): {
  readonly alarmActions: string[];
  readonly okActions: string[];
  readonly dependsOn?: SnsTopicPolicy[];
} {
  return { alarmActions: [arn], okActions: [arn], ...(policy === undefined ? {} : { dependsOn: [policy] }) };
}

/** A rule of a composite alarm: all or one of the alarms must be in ALARM. The references make Terraform create them first. */
export function ruleOf(
  alarms: readonly (CloudwatchMetricAlarm | CloudwatchCompositeAlarm)[],
  operator: "AND" | "OR",
): string {
  return alarms.map(({ alarmName }) => `ALARM("${alarmName}")`).join(` ${operator} `);
}

/** `99.5 %` of 0.995. */
function percentOf(part: number): string {
  return `${rounded(part * 100)} %`;
}

/** A number without the digits that only floating-point arithmetic adds. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
