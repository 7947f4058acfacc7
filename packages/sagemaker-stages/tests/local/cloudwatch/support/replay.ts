import type { AlarmDefinition } from "../../../../src/local/cloudwatch/alarm-definition";
import { Alarms } from "../../../../src/local/cloudwatch/alarms";
import { MetricStore } from "../../../../src/local/cloudwatch/metric-store";
import type { Change, Observed } from "./fault-stage";

const MINUTE_IN_MS = 60_000;

/**
 * The changes of other alarms for the metrics of a scenario.
 *
 * @param isEnough - whether the replay ends after a minute, given the changes so far. Default: it ends with the scenario
 */
export function replay(
  definitions: readonly AlarmDefinition[],
  observed: Observed,
  isEnough: (changes: readonly Change[], minute: number) => boolean = () => false,
): Change[] {
  const changes: Change[] = [];
  const store = new MetricStore();
  let time = observed.from;
  const alarms = new Alarms(
    store,
    () => time,
    (received) => {
      for (const { alarm, from, to, at } of received) {
        changes.push({ alarm: alarm.name, from, to, minute: (at - observed.start) / MINUTE_IN_MS });
      }
    },
  );
  alarms.define(definitions);
  const names = new Set(definitions.flatMap(namesOf));
  const data = observed.data.filter(({ name }) => names.has(name)).sort((a, b) => a.timestamp - b.timestamp);
  let next = 0;
  while (time < observed.to) {
    time += MINUTE_IN_MS;
    for (; next < data.length; next++) {
      const datum = data[next];
      if (datum === undefined || datum.timestamp >= time) break;
      store.add(datum);
    }
    alarms.evaluate();
    if (isEnough(withoutStart(changes), (time - observed.start) / MINUTE_IN_MS)) break;
  }
  return withoutStart(changes);
}

/** The names of the metrics that an alarm uses. */
function namesOf(definition: AlarmDefinition): string[] {
  if (definition.kind !== "metric") return [];
  return [...definition.statistics.values()].map(({ metric }) => metric.name);
}

/** The changes without the first evaluation of new alarms. */
export function withoutStart(changes: readonly Change[]): Change[] {
  return changes.filter(({ from, to }) => !(from === "INSUFFICIENT_DATA" && to === "OK"));
}
