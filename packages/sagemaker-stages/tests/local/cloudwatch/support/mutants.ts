import type { JsonObject } from "../../support/terraform";

/** An alarm with one change, which the faults must detect. */
export interface Mutant {
  /** The change, e.g. `threshold 0.072 -> 0.144`. */
  readonly change: string;
  /** The arguments of the mutant. */
  readonly values: JsonObject;
  /** The changed part of a rule. @default - another argument is changed */
  readonly part?: string;
}

interface MetricJson extends JsonObject {
  metric_name: string;
  dimensions: Record<string, string>;
}

interface QueryJson extends JsonObject {
  id: string;
}

/** A model whose metrics are not those of the alarm. */
const OTHER_MODEL = "ticket-urgency";

const REVERSED: Readonly<Record<string, string>> = {
  GreaterThanThreshold: "LessThanThreshold",
  GreaterThanOrEqualToThreshold: "LessThanOrEqualToThreshold",
};

/** Another metric with the same dimensions. */
const OTHER_METRICS: Readonly<Record<string, string>> = {
  Failures: "ModelFaults",
  Invocations: "Duration",
  Throttles: "Invocations",
  Errors: "Duration",
  TotalTime: "Requests",
  EndpointWakeUps: "ModelFaults",
  Drift: "Rows",
  ServerlessConcurrentExecutionsUtilization: "Invocation4XXErrors",
  ConcurrentExecutions: "Throttles",
  Invocation5XXErrors: "Invocation4XXErrors",
  ModelLatency: "Invocations",
  ApproximateAgeOfOldestRequest: "ApproximateBacklogSize",
  HasBacklogWithoutCapacity: "ApproximateBacklogSize",
  InvocationFailures: "Invocation4XXErrors",
  ExpiredRequests: "InvocationFailures",
};

/** Another statistic. */
const OTHER_STATISTICS: Readonly<Record<string, string>> = {
  Sum: "Average",
  Maximum: "Average",
  Average: "Maximum",
  p99: "Average",
  SampleCount: "Average",
};

/** The mutants of a metric alarm's arguments. */
export function mutantsOf(alarm: JsonObject): Mutant[] {
  return [
    ...mutateNumbers(alarm),
    ...mutatePeriod(alarm),
    ...mutateMissingData(alarm),
    ...metricsOf(alarm).flatMap(({ label, mutate }) => mutateMetric(alarm, label, mutate)),
    ...mutateExpression(alarm),
  ];
}

function mutateNumbers(alarm: JsonObject): Mutant[] {
  const { threshold, comparison_operator: comparison, evaluation_periods: periods } = alarm;
  const n = Number(periods);
  const m = Number(alarm.datapoints_to_alarm ?? n);
  const thresholds = threshold === 0 ? [1, -1] : [Number(threshold) * 2, Number(threshold) / 2];
  const counts = [
    ...(m > 1 ? [[m - 1, n]] : []),
    ...(m < n ? [[m + 1, n]] : [[m + 1, n + 1]]),
    [m, n + 1],
    ...(n > m ? [[m, n - 1]] : []),
  ];
  return [
    ...thresholds.map((value) => with_(alarm, `threshold ${threshold} -> ${value}`, { threshold: value })),
    with_(alarm, `comparison ${comparison} reversed`, {
      comparison_operator: REVERSED[String(comparison)] ?? "",
    }),
    ...counts.map(([datapoints = 0, evaluated = 0]) =>
      with_(alarm, `${m} of ${n} periods -> ${datapoints} of ${evaluated}`, {
        datapoints_to_alarm: datapoints,
        evaluation_periods: evaluated,
      }),
    ),
  ];
}

function mutatePeriod(alarm: JsonObject): Mutant[] {
  const [before = 0] = periodsOf(alarm);
  const half = Math.floor(before / 120) * 60;
  return [before * 2, ...(half > 0 ? [half] : [])].map((after) =>
    with_(alarm, `period ${before} s -> ${after} s`, changePeriod(alarm, after)),
  );
}

function periodsOf(alarm: JsonObject): number[] {
  if (alarm.period !== undefined) return [Number(alarm.period)];
  return queriesOf(alarm).flatMap(({ metric }) =>
    metric === undefined ? [] : [Number((metric as MetricJson).period)],
  );
}

function changePeriod(alarm: JsonObject, period: number): JsonObject {
  if (alarm.period !== undefined) return { period };
  const metric_query = queriesOf(alarm).map((query) =>
    query.metric === undefined ? query : { ...query, metric: { ...(query.metric as MetricJson), period } },
  );
  return { metric_query };
}

const TREATMENTS = ["breaching", "notBreaching", "ignore", "missing"];

/**
 * The treatment of missing data. An expression with FILL never lacks data: its treatment has an effect only without FILL.
 */
function mutateMissingData(alarm: JsonObject): Mutant[] {
  const hasExpression = queriesOf(alarm).some(({ expression }) => expression !== undefined);
  if (!hasExpression) {
    const others = TREATMENTS.filter((treatment) => treatment !== alarm.treat_missing_data);
    return others.map((treatment) =>
      with_(alarm, `missing data ${alarm.treat_missing_data} -> ${treatment}`, {
        treat_missing_data: treatment,
      }),
    );
  }
  const metric_query = changeExpression(alarm, (text) => text.replace(/FILL\((\w+), 0\)/g, "$1"));
  return [
    with_(alarm, "missing data is breaching, without FILL", {
      metric_query,
      treat_missing_data: "breaching",
    }),
  ];
}

interface MetricMutation {
  readonly label: string;
  /** The arguments of the alarm with a changed metric. @param stat - the name of the argument of the statistic */
  readonly mutate: (change: (metric: MetricJson, stat: string) => JsonObject) => JsonObject;
}

function metricsOf(alarm: JsonObject): MetricMutation[] {
  if (alarm.metric_name !== undefined) {
    return [
      {
        label: String(alarm.metric_name),
        mutate: (change) => change(alarm as MetricJson, "statistic"),
      },
    ];
  }
  return queriesOf(alarm).flatMap(({ id, metric }) =>
    metric === undefined
      ? []
      : [
          {
            label: `${id} (${(metric as MetricJson).metric_name})`,
            mutate: (change) => ({
              metric_query: queriesOf(alarm).map((query) =>
                query.id === id
                  ? {
                      ...query,
                      metric: { ...(metric as MetricJson), ...change(metric as MetricJson, "stat") },
                    }
                  : query,
              ),
            }),
          },
        ],
  );
}

function mutateMetric(alarm: JsonObject, label: string, mutate: MetricMutation["mutate"]): Mutant[] {
  const otherMetric = mutate(({ metric_name: name }) => ({ metric_name: OTHER_METRICS[name] ?? "" }));
  const otherModel = mutate(({ dimensions }) => ({
    dimensions: Object.fromEntries(
      Object.entries(dimensions).map(([name, value]) => [
        name,
        value
          .replace(/house-price|energy-demand|loan-default/, OTHER_MODEL)
          .replace(/^(prod-)?ticket-urgency$/, (same) =>
            value.includes(OTHER_MODEL) ? same.replace(OTHER_MODEL, "house-price") : same,
          ),
      ]),
    ),
  }));
  const otherStatistic = mutate((metric, stat) => ({
    [stat]: OTHER_STATISTICS[String(metric[stat])] ?? "",
  }));
  return [
    with_(alarm, `metric ${label}: another metric`, otherMetric),
    with_(alarm, `metric ${label}: another model`, otherModel),
    // A sum is above 0 if and only if the average is: the statistic of such an alarm has no effect.
    ...(alarm.threshold === 0 ? [] : [with_(alarm, `metric ${label}: another statistic`, otherStatistic)]),
  ];
}

function mutateExpression(alarm: JsonObject): Mutant[] {
  const [expression] = queriesOf(alarm).flatMap(({ expression: text }) =>
    typeof text === "string" ? [text] : [],
  );
  if (expression === undefined) return [];
  const ids = new Set([...expression.matchAll(/FILL\((\w+), 0\)/g)].map(([, id = ""]) => id));
  const numbers = new Map([...expression.matchAll(/(>=|\/) (\d+)/g)].map((match) => [match[0], match]));
  const guards = [...numbers.values()].flatMap(([whole, operator, number]) => {
    const before = Number(number);
    const after = [before * 2, ...(before > 1 ? [Math.floor(before / 2)] : [])];
    return after.map((value) => [whole, `${operator} ${value}`] as const);
  });
  return [
    ...[...ids].map((id) =>
      with_(alarm, `without ${id}`, {
        metric_query: changeExpression(alarm, (text) => text.replaceAll(`FILL(${id}, 0)`, "FILL(none, 0)"), [
          { id: "none", metric: noMetric(alarm) },
        ]),
      }),
    ),
    ...guards.map(([before, after]) =>
      with_(alarm, `${before} -> ${after}`, {
        metric_query: changeExpression(alarm, (text) => text.replaceAll(before, after)),
      }),
    ),
  ];
}

/** A metric that never has data. */
function noMetric(alarm: JsonObject): JsonObject {
  const [period = 60] = periodsOf(alarm);
  return { namespace: "None", metric_name: "None", dimensions: {}, period, stat: "Sum" };
}

function changeExpression(
  alarm: JsonObject,
  change: (expression: string) => string,
  others: readonly JsonObject[] = [],
): JsonObject[] {
  return [
    ...queriesOf(alarm).map((query) =>
      typeof query.expression === "string" ? { ...query, expression: change(query.expression) } : query,
    ),
    ...others,
  ];
}

function queriesOf({ metric_query: queries }: JsonObject): QueryJson[] {
  return Array.isArray(queries) ? (queries as QueryJson[]) : [];
}

/** The mutants of a composite alarm's arguments. @param tested - the alarms that a fault triggers */
export function ruleMutantsOf(alarm: JsonObject, isTested: (reference: string) => boolean): Mutant[] {
  const rule = String(alarm.alarm_rule);
  const [, operator = "AND"] = /\) (AND|OR) /.exec(rule) ?? [];
  const other = operator === "AND" ? "OR" : "AND";
  const parts = rule.split(` ${operator} `);
  return [
    with_(alarm, `${operator} -> ${other}`, { alarm_rule: parts.join(` ${other} `) }),
    ...parts
      .filter((part) => isTested(part))
      .flatMap((part) => [
        {
          ...with_(alarm, `without ${part}`, {
            alarm_rule: parts.filter((one) => one !== part).join(` ${operator} `),
          }),
          part,
        },
        {
          ...with_(alarm, `${part} -> OK`, {
            alarm_rule: rule.replace(part, part.replace("ALARM(", "OK(")),
          }),
          part,
        },
      ]),
  ];
}

function with_(alarm: JsonObject, change: string, values: JsonObject): Mutant {
  return { change, values: { ...alarm, ...values } };
}
