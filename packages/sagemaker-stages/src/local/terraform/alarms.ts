import * as z from "zod";
import {
  type AlarmDefinition,
  COMPARISONS,
  type CompositeAlarmDefinition,
  type MetricAlarmDefinition,
  type MetricStatistic,
  MISSING_DATA_TREATMENTS,
} from "../cloudwatch/alarm-definition";
import { findUnavailable } from "../cloudwatch/aws-metrics";
import { scopeOf } from "../cloudwatch/cloudwatch";
import { alarmsOf, parseRule, UnsupportedRule } from "../cloudwatch/composite-rule";
import { type Expression, idsOf, parseExpression, UnsupportedExpression } from "../cloudwatch/expression";
import { readStatistic, SIMPLE_STATISTICS } from "../cloudwatch/metric-store";
import { type Resource, type Stack, UnknownReference } from "./stack";

/** The types of alarms. */
export const METRIC_ALARM = "aws_cloudwatch_metric_alarm";
export const COMPOSITE_ALARM = "aws_cloudwatch_composite_alarm";

const text = z.string();
const wholeMinutes = z
  .number()
  .multipleOf(60, "supported: a multiple of 60, because metrics have a resolution of one minute here");

/** Arguments without an influence on the state. */
const withoutEffect = {
  actions_enabled: z.optional(z.unknown()),
  alarm_description: z.optional(z.string()),
  depends_on: z.optional(z.unknown()),
  lifecycle: z.optional(z.unknown()),
  tags: z.optional(z.unknown()),
};

const statisticOfMetric = {
  namespace: text,
  metric_name: text,
  dimensions: z.optional(z.record(text, text)),
  unit: z.optional(text),
};

const metricQuery = z.strictObject({
  id: text,
  expression: z.optional(text),
  label: z.optional(z.unknown()),
  return_data: z.optional(z.boolean()),
  period: z.optional(wholeMinutes),
  metric: z.optional(z.strictObject({ ...statisticOfMetric, period: wholeMinutes, stat: text })),
});

/** The supported arguments of a metric alarm. An alarm with another argument is not evaluated. */
const metricAlarm = z.strictObject({
  ...withoutEffect,
  alarm_name: text,
  comparison_operator: z.enum(Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[]),
  threshold: z.number(),
  evaluation_periods: z.number(),
  datapoints_to_alarm: z.optional(z.number()),
  treat_missing_data: z.optional(z.enum(MISSING_DATA_TREATMENTS)),
  evaluate_low_sample_count_percentiles: z.optional(z.enum(["evaluate", "ignore"])),
  namespace: z.optional(text),
  metric_name: z.optional(text),
  dimensions: z.optional(z.record(text, text)),
  unit: z.optional(text),
  period: z.optional(wholeMinutes),
  statistic: z.optional(text),
  extended_statistic: z.optional(text),
  metric_query: z.optional(z.array(metricQuery)),
});

/** The supported arguments of a composite alarm. A suppressor suppresses actions, not the state. */
const compositeAlarm = z.strictObject({
  ...withoutEffect,
  alarm_name: text,
  alarm_rule: text,
  actions_suppressor: z.optional(z.unknown()),
});

/** Arguments with references that only AWS can resolve. */
const ACTIONS = ["alarm_actions", "ok_actions", "insufficient_data_actions"];

/** The local stage cannot evaluate an alarm. */
class UnsupportedAlarm extends Error {}

/**
 * The alarms of a stack. An alarm that the local stage cannot evaluate has the kind `unsupported` with the reason: it is
 * reported, and does not prevent the stage from serving.
 */
export function readAlarms(stack: Stack): AlarmDefinition[] {
  const alarms = [
    ...stack.ofType(METRIC_ALARM).map((resource) => readAlarm(stack, resource, "metric")),
    ...stack.ofType(COMPOSITE_ALARM).map((resource) => readAlarm(stack, resource, "composite")),
  ];
  return inOrder(alarms);
}

function readAlarm(stack: Stack, resource: Resource, kind: "metric" | "composite"): AlarmDefinition {
  const { values, name: label } = resource;
  const written = values.alarm_name;
  const base = {
    name: typeof written === "string" ? written : label,
    scope: scopeOf(stack),
    description: typeof values.alarm_description === "string" ? values.alarm_description : undefined,
    actions: listOf(values.alarm_actions).map((action) => describeAction(stack, action)),
  };
  try {
    if (resource.region !== undefined && resource.region !== stack.region) {
      throw new UnsupportedAlarm(`provider: got the region ${resource.region}; supported: ${stack.region}`);
    }
    const resolved = stack.resolve(
      Object.fromEntries(Object.entries(values).filter(([argument]) => !ACTIONS.includes(argument))),
    );
    return kind === "metric"
      ? { ...base, ...toMetricAlarm(parse(metricAlarm, resolved), base.scope) }
      : { ...base, ...toCompositeAlarm(parse(compositeAlarm, resolved)) };
  } catch (error) {
    const isExpected = [UnsupportedAlarm, UnsupportedExpression, UnsupportedRule, UnknownReference].some(
      (type) => error instanceof type,
    );
    if (!isExpected || !(error instanceof Error)) throw error;
    return { ...base, kind: "unsupported", of: kind, fault: error.message };
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  throw new UnsupportedAlarm(
    error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")).join("; "),
  );
}

type MetricAlarmValues = z.infer<typeof metricAlarm>;

function toMetricAlarm(
  values: MetricAlarmValues,
  scope: string,
): Omit<MetricAlarmDefinition, "scope" | "description" | "actions"> {
  const { evaluation_periods: evaluationPeriods } = values;
  return {
    kind: "metric",
    name: values.alarm_name,
    ...(values.metric_query === undefined
      ? watchMetric(values, scope)
      : watchQueries(values.metric_query, scope)),
    comparison: values.comparison_operator,
    threshold: values.threshold,
    evaluationPeriods,
    datapointsToAlarm: values.datapoints_to_alarm ?? evaluationPeriods,
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    missingData: values.treat_missing_data ?? "missing",
    ignoresLowSampleCounts: values.evaluate_low_sample_count_percentiles === "ignore",
  };
}

type Watched = Pick<MetricAlarmDefinition, "statistics" | "expressions" | "watched" | "periodInSeconds">;

function watchMetric(values: MetricAlarmValues, scope: string): Watched {
  const { namespace, metric_name: metricName, period, dimensions, unit } = values;
  const stat = values.statistic ?? values.extended_statistic;
  if (namespace === undefined || metricName === undefined || period === undefined || stat === undefined) {
    throw new UnsupportedAlarm(
      "got no metric_query and not all of namespace, metric_name, period, and statistic or extended_statistic",
    );
  }
  const statistic = toStatistic({ namespace, metric_name: metricName, dimensions, unit, stat }, scope);
  return {
    statistics: new Map([["m", statistic]]),
    expressions: new Map(),
    watched: "m",
    periodInSeconds: period,
  };
}

function watchQueries(queries: readonly z.infer<typeof metricQuery>[], scope: string): Watched {
  const statistics = new Map<string, MetricStatistic>();
  const expressions = new Map<string, Expression>();
  const periods = new Set<number>();
  for (const { id, expression, metric, period } of queries) {
    if (period !== undefined) periods.add(period);
    if (metric !== undefined && expression === undefined) {
      statistics.set(id, toStatistic(metric, scope));
      periods.add(metric.period);
    } else if (metric === undefined && expression !== undefined) {
      expressions.set(id, parseExpression(expression));
    } else {
      throw new UnsupportedAlarm(`metric_query ${id}: supported: either a metric or an expression`);
    }
  }
  const [periodInSeconds, ...others] = periods;
  if (periodInSeconds === undefined || others.length > 0) {
    throw new UnsupportedAlarm(
      `metric_query: got the periods ${[...periods].join(", ") || "none"}; supported: one period for all metrics`,
    );
  }
  const [watched, ...more] = queries.filter(({ return_data: returns }) => returns === true);
  if (watched === undefined || more.length > 0) {
    throw new UnsupportedAlarm(
      `metric_query: got ${watched === undefined ? 0 : 1 + more.length} with return_data; required: 1`,
    );
  }
  requireSeries(watched.id, statistics, expressions, []);
  return { statistics, expressions, watched: watched.id, periodInSeconds };
}

/** Requires that an id leads to metrics, without a cycle and without unknown ids. */
function requireSeries(
  id: string,
  statistics: ReadonlyMap<string, MetricStatistic>,
  expressions: ReadonlyMap<string, Expression>,
  path: readonly string[],
): void {
  if (statistics.has(id)) return;
  const expression = expressions.get(id);
  if (expression === undefined) {
    throw new UnsupportedAlarm(`expression: got the id ${id}, which no metric_query has`);
  }
  if (path.includes(id)) throw new UnsupportedAlarm(`expression: got a cycle: ${[...path, id].join(" -> ")}`);
  const ids = idsOf(expression);
  if (ids.size === 0) throw new UnsupportedAlarm(`expression ${id}: got no metric; required: a time series`);
  for (const used of ids) requireSeries(used, statistics, expressions, [...path, id]);
}

function toStatistic(
  values: {
    readonly namespace: string;
    readonly metric_name: string;
    readonly dimensions?: Record<string, string> | undefined;
    readonly unit?: string | undefined;
    readonly stat: string;
  },
  scope: string,
): MetricStatistic {
  const { namespace, metric_name: name, dimensions = {}, unit, stat } = values;
  const statistic = readStatistic(stat);
  if (statistic === undefined) {
    throw new UnsupportedAlarm(
      `statistic of ${name}: got ${stat}; supported: ${SIMPLE_STATISTICS.join(", ")}, and percentiles such as p99`,
    );
  }
  const metric = { scope, namespace, name, dimensions };
  const unavailable = findUnavailable(metric);
  if (unavailable !== undefined) throw new UnsupportedAlarm(unavailable);
  return { metric, statistic, ...(unit === undefined ? {} : { unit }) };
}

function toCompositeAlarm(
  values: z.infer<typeof compositeAlarm>,
): Pick<CompositeAlarmDefinition, "kind" | "name" | "rule"> {
  return { kind: "composite", name: values.alarm_name, rule: parseRule(values.alarm_rule) };
}

/**
 * Orders the alarms so that each alarm follows the alarms of its rule. A composite alarm whose rule names an unsupported or
 * unknown alarm, or that is part of a cycle, is unsupported.
 */
function inOrder(alarms: readonly AlarmDefinition[]): AlarmDefinition[] {
  const byName = new Map(alarms.map((alarm) => [alarm.name, alarm]));
  const ordered = new Map<string, AlarmDefinition>();
  const visit = (alarm: AlarmDefinition, path: readonly string[]): AlarmDefinition => {
    const known = ordered.get(alarm.name);
    if (known !== undefined) return known;
    const fault = alarm.kind === "composite" ? findFault(alarm, path) : undefined;
    const result: AlarmDefinition =
      alarm.kind === "composite" && fault !== undefined ? toUnsupported(alarm, fault) : alarm;
    ordered.set(alarm.name, result);
    return result;
  };
  const findFault = (alarm: CompositeAlarmDefinition, path: readonly string[]): string | undefined => {
    for (const name of alarmsOf(alarm.rule)) {
      const used = byName.get(name);
      if (used === undefined) return `alarm_rule: got the alarm ${name}, which is not in this stack`;
      if (name === alarm.name || path.includes(name))
        return `alarm_rule: got a cycle: ${[...path, alarm.name, name].join(" -> ")}`;
      if (visit(used, [...path, alarm.name]).kind === "unsupported")
        return `alarm_rule: the alarm ${name} is not evaluated`;
    }
    return undefined;
  };
  for (const alarm of alarms) visit(alarm, []);
  return [...ordered.values()];
}

function toUnsupported(
  { name, scope, description, actions }: CompositeAlarmDefinition,
  fault: string,
): AlarmDefinition {
  return { kind: "unsupported", of: "composite", name, scope, description, actions, fault };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The email addresses and the name of a topic of the stack, or the action itself. */
function describeAction(stack: Stack, action: unknown): string {
  const reference = toReference(action);
  const topic = stack.ofType("aws_sns_topic").find(({ name }) => reference === `aws_sns_topic.${name}.arn`);
  if (topic === undefined || typeof topic.values.name !== "string") return reference;
  const emails = stack
    .ofType("aws_sns_topic_subscription")
    .filter(({ values }) => toReference(values.topic_arn) === reference && values.protocol === "email")
    .map(({ values }) => String(values.endpoint));
  const name = `the topic ${topic.values.name}`;
  return emails.length === 0 ? name : `${emails.join(", ")} (${name})`;
}

/** `aws_sns_topic.alarms.arn` of a reference, or the text itself. */
function toReference(action: unknown): string {
  return String(action).replace(/^\$\{(.*)\}$/s, "$1");
}
