/** A metric of CloudWatch: metrics with other dimensions are other metrics. */
export interface MetricId {
  /** The account and the region, e.g. `123456789012/us-east-1`: CloudWatch stores metrics by account and region. */
  readonly scope: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One value of a metric. */
export interface Datum extends MetricId {
  readonly value: number;
  /** A unit of CloudWatch, e.g. `Count`. */
  readonly unit: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** The statistics that the local stage computes. A percentile is greater than 0 and at most 100. */
export type Statistic = (typeof SIMPLE_STATISTICS)[number] | { readonly percentile: number };

/** The statistics without parameters (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html). */
export const SIMPLE_STATISTICS = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"] as const;

/** Reads `Sum` or `p99`. @returns `undefined` for a statistic that the local stage does not compute, e.g. `tm99` */
export function readStatistic(text: string): Statistic | undefined {
  const simple = SIMPLE_STATISTICS.find((name) => name === text);
  if (simple !== undefined) return simple;
  const [, digits] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(text) ?? [];
  return digits === undefined || Number(digits) === 0 ? undefined : { percentile: Number(digits) };
}

const MINUTE_IN_MS = 60_000;

/**
 * Data that is older than the longest window of the alarms is not needed. The check of the age costs time, so the store
 * does it only once in this time.
 */
const CLEANUP_INTERVAL_IN_MS = 15 * MINUTE_IN_MS;

/** The values of one minute. */
interface Minute {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** The number of each value, for percentiles. */
  readonly values: Map<number, number> | undefined;
}

/** The minutes of a metric with one unit, by the start of the minute in milliseconds. */
type Minutes = Map<number, Minute>;

/**
 * The metrics of this machine in the resolution of CloudWatch's standard metrics: one minute. Only metrics of which an alarm
 * uses a percentile keep every value.
 */
export class MetricStore {
  /** By the key of the metric, then by the unit. */
  private readonly metrics = new Map<string, Map<string, Minutes>>();
  private readonly keys = new WeakMap<MetricId, string>();
  private kept: ReadonlySet<string> | undefined;
  private withValues: ReadonlySet<string> = new Set();
  /** The dimensions of the last value, and the prefix of their keys. */
  private last: (Omit<MetricId, "name"> & { readonly prefix: string }) | undefined;
  private cleanedUpAt = Number.NEGATIVE_INFINITY;
  /** The age of data that no alarm needs. It changes with the alarms. */
  retentionInMs = MINUTE_IN_MS;

  /**
   * Keeps only the metrics that alarms use. Before the first call, the store keeps every metric.
   *
   * @param metrics - the metrics to keep
   * @param withValues - the metrics of which percentiles are needed. Percentiles exist for data that arrives after this call
   */
  keepOnly(metrics: readonly MetricId[], withValues: readonly MetricId[] = metrics): void {
    this.kept = new Set(metrics.map(keyOf));
    this.withValues = new Set(withValues.map(keyOf));
  }

  add({ scope, namespace, name, dimensions, value, unit, timestamp }: Datum): void {
    // A request has dozens of values, of which several have the same dimensions.
    if (
      dimensions !== this.last?.dimensions ||
      namespace !== this.last.namespace ||
      scope !== this.last.scope
    ) {
      this.last = { scope, namespace, dimensions, prefix: prefixOf({ scope, namespace, dimensions }) };
    }
    const key = this.last.prefix + name;
    if (this.kept?.has(key) === false) return;
    const units = getOrAdd(this.metrics, key, () => new Map<string, Minutes>());
    const minutes = getOrAdd(units, unit, () => new Map<number, Minute>());
    const minute = getOrAdd(minutes, floorToMinute(timestamp), () => ({
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      values: this.withValues.has(key) ? new Map<number, number>() : undefined,
    }));
    minute.count++;
    minute.sum += value;
    minute.min = Math.min(minute.min, value);
    minute.max = Math.max(minute.max, value);
    minute.values?.set(value, (minute.values.get(value) ?? 0) + 1);
    this.cleanUp(timestamp);
  }

  /**
   * The statistic of the data from `from` (inclusive) to `to` (exclusive), both starts of minutes in milliseconds.
   *
   * @param unit - counts only data with this unit; `undefined`: all units
   * @returns `undefined` without data
   */
  statisticOf(
    id: MetricId,
    unit: string | undefined,
    statistic: Statistic,
    from: number,
    to: number,
  ): number | undefined {
    const minutes = this.minutesOf(id, unit, from, to);
    const count = sumOf(minutes, (minute) => minute.count);
    if (count === 0) return undefined;
    if (typeof statistic === "object") return percentileOf(minutes, statistic.percentile);
    switch (statistic) {
      case "SampleCount":
        return count;
      case "Sum":
        return sumOf(minutes, (minute) => minute.sum);
      case "Average":
        return sumOf(minutes, (minute) => minute.sum) / count;
      case "Minimum":
        return Math.min(...minutes.map((minute) => minute.min));
      case "Maximum":
        return Math.max(...minutes.map((minute) => minute.max));
    }
  }

  private minutesOf(id: MetricId, unit: string | undefined, from: number, to: number): readonly Minute[] {
    const units = this.metrics.get(this.keyOfQuery(id));
    if (units === undefined) return [];
    const ofUnits = unit === undefined ? [...units.values()] : [units.get(unit) ?? new Map<number, Minute>()];
    return ofUnits.flatMap((minutes) => {
      const found: Minute[] = [];
      // The shorter way: most windows of 6 hours contain few minutes with data.
      if (minutes.size < (to - from) / MINUTE_IN_MS) {
        for (const [time, minute] of minutes) if (time >= from && time < to) found.push(minute);
        return found;
      }
      for (let time = from; time < to; time += MINUTE_IN_MS) {
        const minute = minutes.get(time);
        if (minute !== undefined) found.push(minute);
      }
      return found;
    });
  }

  /** The key of a metric that an alarm queries every minute. */
  private keyOfQuery(id: MetricId): string {
    const known = this.keys.get(id);
    if (known !== undefined) return known;
    const key = keyOf(id);
    this.keys.set(id, key);
    return key;
  }

  private cleanUp(now: number): void {
    if (now - this.cleanedUpAt < CLEANUP_INTERVAL_IN_MS) return;
    this.cleanedUpAt = now;
    for (const units of this.metrics.values()) {
      for (const minutes of units.values()) {
        for (const time of minutes.keys()) {
          if (time < now - this.retentionInMs) minutes.delete(time);
        }
      }
    }
  }
}

/** The start of the minute that contains a time. */
export function floorToMinute(time: number): number {
  return Math.floor(time / MINUTE_IN_MS) * MINUTE_IN_MS;
}

/** A text that is equal for equal metrics: the order of the dimensions has no meaning. */
function keyOf({ name, ...others }: MetricId): string {
  return prefixOf(others) + name;
}

function prefixOf({ scope, namespace, dimensions }: Omit<MetricId, "name">): string {
  const sorted = Object.keys(dimensions).sort();
  return [scope, namespace, ...sorted.flatMap((one) => [one, dimensions[one]]), ""].join("\u0000");
}

/**
 * The smallest value that at least `percentile` percent of the values do not exceed. CloudWatch documents the percentile
 * without a formula ("95 percent of the data within the period is lower than this value",
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html), and can estimate it.
 */
function percentileOf(minutes: readonly Minute[], percentile: number): number | undefined {
  const counts = new Map<number, number>();
  for (const { values } of minutes) {
    for (const [value, count] of values ?? []) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  const total = sumOf([...counts.values()], (count) => count);
  const rank = Math.ceil((percentile * total) / 100);
  let seen = 0;
  for (const [value, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return value;
  }
  return undefined;
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
