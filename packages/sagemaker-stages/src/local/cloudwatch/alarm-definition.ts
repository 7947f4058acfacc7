import type { CompositeRule } from "./composite-rule";
import type { Expression } from "./expression";
import type { MetricId, Statistic } from "./metric-store";

/** The comparisons of alarms with a static threshold, with the words of CloudWatch's reasons. */
export const COMPARISONS = {
  GreaterThanThreshold: {
    holds: (value: number, threshold: number) => value > threshold,
    words: "greater than",
  },
  GreaterThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value >= threshold,
    words: "greater than or equal to",
  },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: "less than" },
  LessThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value <= threshold,
    words: "less than or equal to",
  },
} as const;

/** The treatments of missing data (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html). */
export const MISSING_DATA_TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"] as const;

/** A statistic of one metric. */
export interface MetricStatistic {
  readonly metric: MetricId;
  readonly statistic: Statistic;
  /** Counts only data with this unit. @default - all units */
  readonly unit?: string | undefined;
}

interface AlarmBase {
  /** The name, which is unique in an account and region. */
  readonly name: string;
  /** The account and the region, see `MetricId`. */
  readonly scope: string;
  readonly description?: string | undefined;
  /** The references of the actions for the state ALARM. The local stage does not perform them. */
  readonly actions: readonly string[];
}

/** An alarm of one metric or of an expression of metrics. */
export interface MetricAlarmDefinition extends AlarmBase {
  readonly kind: "metric";
  /** The statistics of metrics by their ids. */
  readonly statistics: ReadonlyMap<string, MetricStatistic>;
  /** The expressions by their ids. Expressions use ids of statistics and of other expressions. */
  readonly expressions: ReadonlyMap<string, Expression>;
  /** The id of the statistic or the expression that the alarm compares. */
  readonly watched: string;
  /** The period of every statistic: whole minutes. */
  readonly periodInSeconds: number;
  readonly comparison: keyof typeof COMPARISONS;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: (typeof MISSING_DATA_TREATMENTS)[number];
  /** Whether the alarm keeps its state while a percentile has too few values to be statistically significant. */
  readonly ignoresLowSampleCounts: boolean;
}

/** An alarm of the states of other alarms. */
export interface CompositeAlarmDefinition extends AlarmBase {
  readonly kind: "composite";
  readonly rule: CompositeRule;
}

/** An alarm that the local stage cannot evaluate. */
export interface UnsupportedAlarmDefinition extends AlarmBase {
  readonly kind: "unsupported";
  readonly of: "metric" | "composite";
  /** The reason: the argument, what it got, and what is supported. */
  readonly fault: string;
}

/** An alarm of a stack. */
export type AlarmDefinition = MetricAlarmDefinition | CompositeAlarmDefinition | UnsupportedAlarmDefinition;
