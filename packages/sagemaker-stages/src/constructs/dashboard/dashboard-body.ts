import { type CostEstimate, type CostSources, estimateCost, stageMetric } from "./cost";
import { type DashboardModel, type Duration, ModelMetrics, OUTCOMES, type Outcome } from "./model-metrics";
import {
  type DashboardBody,
  type Metric,
  type MetricProperties,
  placed,
  Rows,
  type Shown,
  sumOf,
  type WidgetContent,
  type WidgetRow,
} from "./widgets";

/** What a dashboard shows. */
export interface DashboardSources extends CostSources {
  /** ARNs of the environment's alarms; empty without alarms. */
  readonly alarmArns: readonly string[];
}

/** The alarms of one widget (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html). */
const MAX_ALARMS = 100;

const PERIOD_IN_SECONDS = 300;
const HOUR_IN_SECONDS = 3600;

const BLUE = "#1f77b4";
const GREEN = "#2ca02c";
const ORANGE = "#ff7f0e";
const RED = "#d62728";
const GREY = "#7f7f7f";
const PURPLE = "#9467bd";

/** The lines of the models in graphs with one line per model; CloudWatch's own order of colours. */
const MODEL_COLORS = [
  BLUE,
  ORANGE,
  GREEN,
  RED,
  PURPLE,
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#bcbd22",
  "#17becf",
];

/**
 * The dashboard of an environment, from the most to the least urgent: alarms, numbers of the time range, graphs of all models,
 * cost, and graphs of each model.
 */
export function dashboardBody(sources: DashboardSources): DashboardBody {
  const { environment, alarmArns, models } = sources;
  const graphs = new Graphs(sources);
  const rows: WidgetRow[] = [
    { height: 2, widgets: [text(introduction(sources))] },
    ...(alarmArns.length === 0 ? [] : [alarmRow(alarmArns)]),
    { height: 4, widgets: graphs.numbers() },
    { height: 7, widgets: [...graphs.requestsOfAll(), ...graphs.outcomesOfAll()] },
    { height: 7, widgets: [...graphs.latencyOfAll(), ...graphs.concurrencyOfAll()] },
    { height: 7, widgets: [...graphs.answersOfApi(), ...graphs.latencyOfApi()] },
    ...graphs.costRow(),
    ...models.flatMap((model): WidgetRow[] => {
      const ofModel = [...graphs.requests(model), ...graphs.latency(model), ...graphs.capacity(model)];
      return [
        { height: 1, widgets: [text(`## ${model.title} (\`${environment}-${model.model}\`)`)] },
        ofModel.length === 0
          ? { height: 1, widgets: [text(WITHOUT_METRICS)] }
          : { height: 6, widgets: ofModel },
        ...graphs.queueRow(model),
      ];
    }),
  ];
  return { start: "-P1D", periodOverride: "auto", widgets: placed(rows) };
}

/** An existing endpoint has metrics only for a variant. */
const WITHOUT_METRICS =
  "This model has no metrics: its endpoint exists outside of the environment. Set `targetVariant` to show the endpoint's metrics.";

function introduction({ environment, region, models }: DashboardSources): string {
  const count = models.length === 1 ? "1 model" : `${models.length} models`;
  return (
    `# ${environment}\n${count} in ${region}. A **failure** is a request without a prediction that the caller did not ` +
    "cause. The success rate is the part of the requests that are no failures. Lambda's crashes and throttles count as failures. " +
    "A request that API Gateway or the authorizer refuses reaches no model: see **Answers of the API**."
  );
}

function text(markdown: string): WidgetContent {
  return { type: "text", properties: { markdown, background: "transparent" } };
}

function alarmRow(alarmArns: readonly string[]): WidgetRow {
  const alarms = alarmArns.slice(0, MAX_ALARMS);
  // CloudWatch shows four alarms in a line of this width.
  return {
    height: 1 + Math.ceil(alarms.length / 4),
    widgets: [{ type: "alarm", properties: { title: "Alarms", alarms } }],
  };
}

/** The graphs of a dashboard. */
class Graphs {
  private readonly all: readonly (readonly [DashboardModel, ModelMetrics])[];

  constructor(private readonly sources: DashboardSources) {
    this.all = sources.models.map((model) => [model, new ModelMetrics(sources.environment, model)]);
  }

  /** The numbers of the whole time range. */
  numbers(): WidgetContent[] {
    const total = (of: (metrics: ModelMetrics) => Metric[], label: string, color: string) => {
      const rows = new Rows();
      const ids = this.useAll(rows, of);
      if (ids.length > 0) rows.showExpression(sumOf(ids), { label, color });
      return rows;
    };
    const numbers: readonly (readonly [string, Rows])[] = [
      ["Requests", total((metrics) => metrics.requests(), "Requests", BLUE)],
      ["Success rate (%)", this.successRate()],
      ["p99 of the slowest model (ms)", this.slowest("p99")],
      ["Throttled requests", total((metrics) => metrics.throttles(), "Throttled", ORANGE)],
      ["Cold starts", total((metrics) => metrics.coldStarts(), "Cold starts", PURPLE)],
    ];
    const cost = this.costNumber();
    return [
      ...numbers.flatMap(([title, rows]) =>
        this.graph(title, rows, { view: "singleValue", sparkline: true, setPeriodToTimeRange: true }),
      ),
      // The last value of the running total. With one period of the whole time range, instances would count in all of it.
      ...(cost === undefined
        ? []
        : this.graph("Estimated cost (USD)", cost, { view: "singleValue", sparkline: true })),
    ];
  }

  requestsOfAll(): WidgetContent[] {
    const rows = new Rows();
    this.eachModel((metrics, shown) => this.showSum(rows, metrics.requests(), shown));
    return this.graph("Requests by model", rows, {
      stacked: true,
      yAxis: { left: { min: 0, label: "Requests", showUnits: false } },
    });
  }

  outcomesOfAll(): WidgetContent[] {
    const rows = new Rows();
    const outcomes = this.all.map(([, metrics]) => metrics.outcomes());
    for (const outcome of Object.keys(OUTCOMES) as Outcome[]) {
      const metrics = outcomes.flatMap((ofModel) => ofModel.get(outcome) ?? []);
      this.showSum(rows, metrics, OUTCOMES[outcome]);
    }
    return this.graph("Requests without a prediction, by outcome", rows, {
      stacked: true,
      yAxis: { left: { min: 0, label: "Requests", showUnits: false } },
    });
  }

  latencyOfAll(): WidgetContent[] {
    const rows = new Rows();
    this.eachModel((metrics, shown) => this.showDurations(rows, metrics.latency("p99"), shown));
    return this.graph("Latency by model, p99", rows, {
      yAxis: { left: { min: 0, label: "Milliseconds", showUnits: false } },
    });
  }

  concurrencyOfAll(): WidgetContent[] {
    const rows = new Rows();
    this.eachModel((metrics, shown) => {
      for (const metric of metrics.concurrency()) rows.show(metric, shown);
    });
    return this.graph("Concurrent executions of the functions, maximum", rows, {
      yAxis: { left: { min: 0, label: "Executions", showUnits: false } },
    });
  }

  /** What API Gateway answers, also to requests that reach no model. */
  answersOfApi(): WidgetContent[] {
    const rows = new Rows();
    rows.show(stageMetric(this.sources, "Count"), { label: "Requests", color: BLUE });
    rows.show(stageMetric(this.sources, "4XXError"), { label: "4xx", color: PURPLE, yAxis: "right" });
    rows.show(stageMetric(this.sources, "5XXError"), { label: "5xx", color: RED, yAxis: "right" });
    return this.graph("Answers of the API", rows, {
      yAxis: {
        left: { min: 0, label: "Requests", showUnits: false },
        right: { min: 0, label: "Errors", showUnits: false },
      },
    });
  }

  latencyOfApi(): WidgetContent[] {
    const rows = new Rows();
    rows.show(stageMetric(this.sources, "Latency", "p50"), { label: "p50", color: GREEN });
    rows.show(stageMetric(this.sources, "Latency", "p90"), { label: "p90", color: ORANGE });
    rows.show(stageMetric(this.sources, "Latency", "p99"), { label: "p99", color: RED });
    return this.graph("Latency of the API, with functions and endpoints", rows, {
      yAxis: { left: { min: 0, label: "Milliseconds", showUnits: false } },
    });
  }

  /** The running total of the cost, and what it counts. */
  costRow(): WidgetRow[] {
    const rows = new Rows();
    const estimate = estimateCost(this.sources, rows);
    const { services } = estimate;
    const explanation = text(costText(this.sources, estimate));
    if (services.length === 0) return [{ height: 3, widgets: [explanation] }];
    for (const { name, color, id } of services) {
      rows.showExpression(`RUNNING_SUM(${id})`, { label: name, color });
    }
    const graph = this.graph("Estimated cost of the last month to date (USD), running total", rows, {
      stacked: true,
      start: "-P1M",
      period: HOUR_IN_SECONDS,
      yAxis: { left: { min: 0, label: "USD", showUnits: false } },
    });
    return [{ height: 7, widgets: [...graph, explanation], widths: [16, 8] }];
  }

  requests({ model }: DashboardModel): WidgetContent[] {
    const rows = new Rows();
    const metrics = this.metricsOf(model);
    this.showSum(rows, metrics.requests(), { label: "Requests", color: BLUE });
    // Few requests have no prediction: on the axis of all requests, their line would be flat.
    for (const [outcome, metric] of metrics.outcomes()) {
      rows.show(metric, { ...OUTCOMES[outcome], yAxis: "right" });
    }
    return this.graph("Requests, and requests without a prediction", rows, {
      yAxis: {
        left: { min: 0, label: "Requests", showUnits: false },
        right: { min: 0, label: "Without a prediction", showUnits: false },
      },
    });
  }

  latency({ model }: DashboardModel): WidgetContent[] {
    const rows = new Rows();
    const metrics = this.metricsOf(model);
    this.showDurations(rows, metrics.latency("p50"), { label: "p50", color: GREEN });
    this.showDurations(rows, metrics.latency("p90"), { label: "p90", color: ORANGE });
    this.showDurations(rows, metrics.latency("p99"), { label: "p99", color: RED });
    this.showDurations(rows, metrics.endpointLatency("p99"), { label: "Endpoint p99", color: GREY });
    return this.graph("Latency", rows, {
      yAxis: { left: { min: 0, label: "Milliseconds", showUnits: false } },
    });
  }

  /** The queue of an endpoint with asynchronous requests; empty for other endpoints. */
  queueRow({ model }: DashboardModel): WidgetRow[] {
    const metrics = this.metricsOf(model);
    const [queue, times] = [new Rows(), new Rows()];
    for (const metric of metrics.backlog()) queue.show(metric, { label: "Requests", color: BLUE });
    for (const metric of metrics.queueAge()) {
      queue.show(metric, { label: "Oldest request (s)", color: ORANGE, yAxis: "right" });
    }
    for (const metric of metrics.processingTime("Average"))
      times.show(metric, { label: "Average", color: GREEN });
    for (const metric of metrics.processingTime("Maximum"))
      times.show(metric, { label: "Maximum", color: RED });
    const widgets = [
      ...this.graph("Requests in the queue, with requests that are processed", queue, {
        yAxis: {
          left: { min: 0, label: "Requests", showUnits: false },
          right: { min: 0, label: "Seconds", showUnits: false },
        },
      }),
      ...this.graph("Time from the queue to the result", times, {
        yAxis: { left: { min: 0, label: "Milliseconds", showUnits: false } },
      }),
    ];
    return widgets.length === 0 ? [] : [{ height: 6, widgets }];
  }

  capacity({ model }: DashboardModel): WidgetContent[] {
    const rows = new Rows();
    const metrics = this.metricsOf(model);
    for (const metric of metrics.concurrency()) {
      rows.show(metric, { label: "Concurrent executions", color: BLUE });
    }
    for (const metric of metrics.coldStarts()) rows.show(metric, { label: "Cold starts", color: PURPLE });
    const utilization = metrics.serverlessUtilization();
    for (const metric of utilization) {
      rows.showExpression(`${rows.use(metric)}*100`, {
        label: "Endpoint's concurrency in use (%)",
        color: ORANGE,
        yAxis: "right",
      });
    }
    for (const metric of metrics.cpu()) {
      rows.show(metric, { label: "CPU of the instances (% of one vCPU)", color: ORANGE, yAxis: "right" });
    }
    const isLimited = utilization.length > 0;
    return this.graph("Concurrency and cold starts", rows, {
      yAxis: {
        left: { min: 0, showUnits: false },
        right: { min: 0, label: "Percent", showUnits: false },
      },
      ...(isLimited
        ? { annotations: { horizontal: [{ label: "throttles", value: 100, yAxis: "right", color: RED }] } }
        : {}),
    });
  }

  /** A graph; none without a line, e.g. the cold starts of functions that print no metrics. */
  private graph(
    title: string,
    { rows, isVisible }: Rows,
    options: Partial<Omit<MetricProperties, "title" | "metrics" | "region">>,
  ): WidgetContent[] {
    if (!isVisible) return [];
    const { region } = this.sources;
    const common = { view: "timeSeries", stat: "Sum", period: PERIOD_IN_SECONDS } as const;
    return [{ type: "metric", properties: { title, region, ...common, ...options, metrics: rows } }];
  }

  private successRate(): Rows {
    const rows = new Rows();
    const requests = this.useAll(rows, (metrics) => metrics.requests());
    const failures = this.useAll(rows, (metrics) => metrics.failures());
    if (requests.length === 0 || failures.length === 0) return rows;
    const [all, failed] = [requests, failures].map((ids) => rows.useExpression(sumOf(ids)));
    rows.showExpression(`100*(1-${failed}/${all})`, { label: "Success rate", color: GREEN });
    return rows;
  }

  private slowest(stat: string): Rows {
    const rows = new Rows();
    const ids = this.all.flatMap(([, metrics]) =>
      metrics.latency(stat).map((duration) => this.useDuration(rows, duration)),
    );
    const slowest = ids.length === 1 ? (ids[0] ?? "") : `MAX([${ids.join(",")}])`;
    if (ids.length > 0) rows.showExpression(slowest, { label: stat, color: RED });
    return rows;
  }

  private costNumber(): Rows | undefined {
    const rows = new Rows();
    const { services } = estimateCost(this.sources, rows);
    if (services.length === 0) return undefined;
    const all = rows.useExpression(sumOf(services.map(({ id }) => id)));
    rows.showExpression(`RUNNING_SUM(${all})`, { label: "Estimated cost", color: GREEN });
    return rows;
  }

  private useAll(rows: Rows, of: (metrics: ModelMetrics) => Metric[]): string[] {
    return this.all.flatMap(([, metrics]) => of(metrics)).map((metric) => rows.use(metric));
  }

  private eachModel(show: (metrics: ModelMetrics, shown: Shown) => void): void {
    for (const [index, [{ model }, metrics]] of this.all.entries()) {
      show(metrics, { label: model, color: MODEL_COLORS[index % MODEL_COLORS.length] ?? BLUE });
    }
  }

  private metricsOf(model: string): ModelMetrics {
    const found = this.all.find(([candidate]) => candidate.model === model);
    if (found === undefined) throw new Error(`dashboard: got the model ${model}; allowed: its models`);
    return found[1];
  }

  private showSum(rows: Rows, metrics: readonly Metric[], shown: Shown): void {
    const [first, ...others] = metrics;
    if (first === undefined) return;
    if (others.length === 0) rows.show(first, shown);
    else rows.showExpression(sumOf(metrics.map((metric) => rows.use(metric))), shown);
  }

  private showDurations(rows: Rows, durations: readonly Duration[], shown: Shown): void {
    for (const duration of durations) {
      if (duration.perMillisecond === 1) rows.show(duration.metric, shown);
      else rows.showExpression(`${rows.use(duration.metric)}/${duration.perMillisecond}`, shown);
    }
  }

  private useDuration(rows: Rows, { metric, perMillisecond }: Duration): string {
    const id = rows.use(metric);
    return perMillisecond === 1 ? id : rows.useExpression(`${id}/${perMillisecond}`);
  }
}

/** The parts that an estimate never counts. */
const NEVER_COUNTED = "logs, metrics, alarms, data transfer, storage, firewalls, keys and taxes";

/** The number of uncounted parts that the text lists. */
const MAX_PARTS_SHOWN = 6;

function costText(
  { environment, region, models }: DashboardSources,
  { services, notCounted, countsWholeRange }: CostEstimate,
): string {
  const costExplorer =
    `[Cost Explorer](https://console.aws.amazon.com/costmanagement/home#/cost-explorer) with the tag ` +
    `\`Environment = ${environment}\``;
  if (services.length === 0) {
    return `### Cost\nThe engine knows no prices of ${region}, and estimates nothing. See the bill in ${costExplorer}.`;
  }
  const shown = notCounted.slice(0, MAX_PARTS_SHOWN);
  const more = notCounted.length - shown.length;
  const parts = [...shown, ...(more > 0 ? [`${more} others`] : [])];
  return [
    "### Estimated cost",
    `The measured use, multiplied by AWS's list prices of ${region}. Free tiers and discounts are not subtracted.`,
    ...(models.some(({ endpoint }) => endpoint.compute?.kind === "instances")
      ? ["Instances: the smallest number of the present settings, while the endpoint exists."]
      : []),
    ...(countsWholeRange
      ? [
          "Provisioned concurrency: the smallest amount of the present settings, in the whole time range, also before it existed.",
        ]
      : []),
    `Not counted: ${NEVER_COUNTED}.`,
    ...(parts.length === 0 ? [] : [`Without a known price: ${parts.join("; ")}.`]),
    `The bill: ${costExplorer}.`,
  ].join("\n\n");
}
