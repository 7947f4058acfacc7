import type { AlarmDefinition } from "./alarm-definition";
import { type AlarmStatus, Alarms, type StateChange } from "./alarms";
import type { MetricSink } from "./aws-metrics";
import { MAX_LINE_IN_BYTES, readEmbeddedMetrics } from "./embedded-metrics";
import { LineReader } from "./line-reader";
import { type MetricId, MetricStore } from "./metric-store";

/** Records the metrics of a moment. @param at - milliseconds since 1970 */
export type Sampler = (at: number) => void;

/** CloudWatch on this machine: metrics of the functions' output and of the emulated services, and alarms on them. */
export class CloudWatch implements MetricSink {
  private readonly alarms: Alarms;
  private readonly samplers: Sampler[] = [];
  /** The faults that are already printed, because each request can repeat a fault. */
  private readonly reportedFaults = new Set<string>();

  /**
   * @param log - receives the changes of alarms, and the faults of lines with metrics
   * @param now - returns the current time in milliseconds since 1970; default: the clock of the machine
   * @param store - stores the metrics; default: a new store
   */
  constructor(
    private readonly log: (text: string) => void,
    private readonly now: () => number = Date.now,
    private readonly store: MetricStore = new MetricStore(),
  ) {
    this.alarms = new Alarms(this.store, now, (changes) => log(describeChanges(changes)));
  }

  record(
    id: Omit<MetricId, "name">,
    values: Parameters<MetricSink["record"]>[1],
    timestamp = this.now(),
  ): void {
    const { scope, namespace, dimensions } = id;
    for (const { name, value, unit } of values) {
      this.store.add({ scope, namespace, dimensions, name, value, unit, timestamp });
    }
  }

  /**
   * Reads the metrics in the output of a process.
   *
   * @param source - the name of the function, for messages
   * @returns receives the parts of the output
   */
  readerOf(scope: string, source: string): (text: string) => void {
    return new LineReader((line) => this.readLine(scope, source, line), MAX_LINE_IN_BYTES).add;
  }

  /** Replaces the alarms; an alarm that has not changed keeps its state. */
  define(definitions: readonly AlarmDefinition[]): void {
    this.evaluateAlarms();
    this.alarms.define(definitions);
  }

  /** Adds a source of metrics that describe a state, e.g. a queue, once a minute. */
  addSampler(sample: Sampler): void {
    this.samplers.push(sample);
  }

  /** Evaluates the alarms at the end of each minute that has passed since the last evaluation. */
  evaluateAlarms(): void {
    // In the last millisecond of the minute that is evaluated.
    for (const end of this.alarms.minutes()) for (const sample of this.samplers) sample(end - 1);
    this.alarms.evaluate();
  }

  /** The alarms with their states. */
  describeAlarms(): AlarmStatus[] {
    this.evaluateAlarms();
    return this.alarms.describe();
  }

  private readLine(scope: string, source: string, line: string): void {
    const metrics = readEmbeddedMetrics(line);
    if (metrics === undefined) return;
    if ("fault" in metrics) {
      const message = `${source}: CloudWatch creates no metrics from this line: ${metrics.fault}\n`;
      if (!this.reportedFaults.has(message)) this.log(message);
      this.reportedFaults.add(message);
      return;
    }
    // The function's process has the machine's clock. The age of its line is the same for every clock.
    const difference = this.now() - Date.now();
    for (const datum of metrics.data) {
      const { namespace, dimensions, name, value, unit } = datum;
      this.store.add({
        scope,
        namespace,
        dimensions,
        name,
        value,
        unit,
        timestamp: datum.timestamp + difference,
      });
    }
  }
}

/** One line per change; one line for all alarms that are OK for the first time. */
function describeChanges(changes: readonly StateChange[]): string {
  const isFirst = ({ from, to }: StateChange) => from === "INSUFFICIENT_DATA" && to === "OK";
  const first = changes.filter(isFirst).map(({ alarm }) => alarm.name);
  const lines = changes
    .filter((change) => !isFirst(change))
    .map(({ alarm, from, to, reason, at }) => {
      const actions =
        to === "ALARM" && alarm.actions.length > 0 ? `; on AWS, it notifies ${alarm.actions.join(", ")}` : "";
      return `ALARM STATE ${new Date(at).toISOString()} ${alarm.name}: ${from} -> ${to}: ${reason}${actions}`;
    });
  if (first.length > 0) lines.push(`ALARM STATE OK: ${first.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** The scope of the metrics of an account and region. */
export function scopeOf({
  accountId,
  region,
}: {
  readonly accountId: string;
  readonly region: string;
}): string {
  return `${accountId}/${region}`;
}
