import { COMPARISONS, type MetricAlarmDefinition } from "./alarm-definition";
import type { AlarmState } from "./alarm-state";
import { evaluate } from "./expression";
import type { MetricStore } from "./metric-store";

/** The result of an evaluation. */
export interface Evaluation {
  readonly state: AlarmState;
  /** The cause of the state, as a sentence. It is composed when it is read: most evaluations are never shown. */
  readonly reason: string;
}

/** The value that an alarm compares in one period; `undefined` without data. */
export interface DataPoint {
  /** The start of the period, in milliseconds since 1970. */
  readonly start: number;
  readonly value: number | undefined;
}

/**
 * The number of periods before the evaluation periods of which CloudWatch uses data if the evaluation periods lack data.
 * CloudWatch does not document the number in general. Its examples have 3 evaluation periods in an evaluation range of 5
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
 */
const FURTHER_PERIODS = 2;

/** The longest age of data that an alarm uses. */
export function rangeInMs({
  periodInSeconds,
  evaluationPeriods,
}: Pick<MetricAlarmDefinition, "periodInSeconds" | "evaluationPeriods">): number {
  return (evaluationPeriods + FURTHER_PERIODS) * periodInSeconds * 1000;
}

/**
 * The data points of an alarm's evaluation range, the oldest first. Older data points than needed are left out: an alarm
 * uses the last evaluation periods with data.
 *
 * @param end - the end of the last period
 */
function dataPointsOf(definition: MetricAlarmDefinition, store: MetricStore, end: number): DataPoint[] {
  const { evaluationPeriods, periodInSeconds } = definition;
  const points: DataPoint[] = [];
  let known = 0;
  for (let age = 1; age <= evaluationPeriods + FURTHER_PERIODS && known < evaluationPeriods; age++) {
    const start = end - age * periodInSeconds * 1000;
    const value = valueAt(definition, store, start);
    if (value !== undefined) known++;
    points.unshift({ start, value });
  }
  return points;
}

function valueAt(definition: MetricAlarmDefinition, store: MetricStore, start: number): number | undefined {
  const end = start + definition.periodInSeconds * 1000;
  const valueOfId = (id: string): number | undefined => {
    const statistic = definition.statistics.get(id);
    if (statistic !== undefined) {
      return store.statisticOf(statistic.metric, statistic.unit, statistic.statistic, start, end);
    }
    const expression = definition.expressions.get(id);
    if (expression === undefined) throw new Error(`${definition.name}: there is no ${id}`);
    return evaluate(expression, valueOfId);
  };
  return valueOfId(definition.watched);
}

/**
 * Evaluates an alarm as CloudWatch does: the last evaluation periods with data, and periods without data only if too few
 * periods of the evaluation range have data
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
 *
 * @param end - the end of the last period: the start of a minute, in milliseconds since 1970
 * @param before - the state before the evaluation
 */
export function evaluateAlarm(
  definition: MetricAlarmDefinition,
  store: MetricStore,
  end: number,
  before: AlarmState,
): Evaluation {
  if (hasLowSampleCount(definition, store, end)) {
    return { state: before, reason: "Too few values for a percentile: the state does not change" };
  }
  return evaluatePoints(definition, dataPointsOf(definition, store, end), before);
}

/**
 * The state for the data points of an evaluation range.
 *
 * @param points - the oldest first; the last point is that of the last period
 */
export function evaluatePoints(
  definition: Pick<
    MetricAlarmDefinition,
    "comparison" | "threshold" | "evaluationPeriods" | "datapointsToAlarm" | "missingData"
  >,
  points: readonly DataPoint[],
  before: AlarmState,
): Evaluation {
  const { comparison, threshold, evaluationPeriods, datapointsToAlarm, missingData } = definition;
  const isBreaching = (value: number) => COMPARISONS[comparison].holds(value, threshold);
  const known = points.flatMap(({ start, value }, index) =>
    value === undefined ? [] : [{ start, value, age: points.length - index }],
  );
  const evaluated = known.slice(-evaluationPeriods);
  const breaching = evaluated.filter(({ value }) => isBreaching(value));
  const missing = evaluationPeriods - evaluated.length;

  const explain = (state: AlarmState, rest = ""): Evaluation => ({
    state,
    get reason() {
      return describe(definition, evaluated, breaching.length, rest);
    },
  });
  if (breaching.length >= datapointsToAlarm) return explain("ALARM");
  if (missing === 0) return explain("OK");

  const treated = `${missing} missing ${missing === 1 ? "datapoint was" : "datapoints were"} treated as [${describeTreatment(missingData)}]`;
  switch (missingData) {
    case "breaching":
      return explain(breaching.length + missing >= datapointsToAlarm ? "ALARM" : "OK", treated);
    case "notBreaching":
      return explain("OK", treated);
    case "ignore":
    case "missing": {
      if (evaluated.length > breaching.length) return explain("OK", treated);
      if (evaluated.length === 0 && missingData === "missing") {
        return { state: "INSUFFICIENT_DATA", reason: "Insufficient Data: no datapoints were received" };
      }
      // CloudWatch's rule against premature alarms: a single new breaching datapoint may be followed by others that do not
      // breach.
      const oldest = breaching[0]?.age ?? 0;
      if (missingData === "missing" && oldest >= datapointsToAlarm) return explain("ALARM", treated);
      return { state: before, reason: `Unchanged: ${treated}` };
    }
  }
}

function describeTreatment(treatment: MetricAlarmDefinition["missingData"]): string {
  return treatment === "breaching" ? "Breaching" : treatment === "notBreaching" ? "NonBreaching" : treatment;
}

/** The newest values of a reason; the other values are left out. */
const MAX_VALUES_OF_REASON = 5;

/** Similar to CloudWatch's `StateReason`. */
function describe(
  definition: Parameters<typeof evaluatePoints>[0],
  points: readonly { readonly start: number; readonly value: number }[],
  breaching: number,
  rest: string,
): string {
  const { comparison, threshold, datapointsToAlarm, evaluationPeriods } = definition;
  const values = points
    .slice(-MAX_VALUES_OF_REASON)
    .map(({ start, value }) => `${round(value)} (${new Date(start).toISOString()})`);
  const list = [...(points.length > values.length ? ["…"] : []), ...values].join(", ");
  const datapoints = points.length === 1 ? "datapoint" : "datapoints";
  const found =
    points.length === 0
      ? "no datapoints were received"
      : `${breaching} of ${points.length} ${datapoints} [${list}] ${breaching === 1 ? "was" : "were"} ${COMPARISONS[comparison].words} the threshold (${round(threshold)})`;
  const needed = `ALARM requires ${datapointsToAlarm} of ${evaluationPeriods}`;
  return [found, needed, ...(rest === "" ? [] : [rest])].join("; ");
}

/** A number with at most 6 significant digits. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * The number of values of the evaluation periods below which a percentile is not statistically significant
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html).
 */
function minSamplesOf(percentile: number): number {
  const share = percentile / 100;
  return share >= 0.5 ? 10 / (1 - share) : 10 / share;
}

function hasLowSampleCount(definition: MetricAlarmDefinition, store: MetricStore, end: number): boolean {
  if (!definition.ignoresLowSampleCounts) return false;
  const start = end - definition.evaluationPeriods * definition.periodInSeconds * 1000;
  return [...definition.statistics.values()].some(({ metric, unit, statistic }) => {
    if (typeof statistic === "string") return false;
    const samples = store.statisticOf(metric, unit, "SampleCount", start, end) ?? 0;
    // The difference of the share is not exact: 1 - 0.99 is a little more than 0.01.
    return samples < Math.round(minSamplesOf(statistic.percentile));
  });
}
