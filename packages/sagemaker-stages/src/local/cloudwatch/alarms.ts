import type { AlarmDefinition, CompositeAlarmDefinition, MetricAlarmDefinition } from "./alarm-definition";
import type { AlarmState } from "./alarm-state";
import { alarmsOf, holds } from "./composite-rule";
import { type Evaluation, evaluateAlarm, rangeInMs } from "./metric-alarm";
import { floorToMinute, type MetricStore } from "./metric-store";

const MINUTE_IN_MS = 60_000;

/**
 * CloudWatch evaluates alarms every minute. After a longer break, e.g. of a laptop that was asleep, only the minutes of this
 * time are evaluated.
 */
const MAX_BREAK_IN_MS = 24 * 60 * MINUTE_IN_MS;

/** An alarm with its state. */
export interface AlarmStatus {
  readonly name: string;
  readonly kind: "metric" | "composite";
  readonly description?: string | undefined;
  /** `NOT_EVALUATED` if the local stage does not support the alarm. */
  readonly state: AlarmState | "NOT_EVALUATED";
  /** The cause of the state, as a sentence. */
  readonly reason: string;
  /** The time of the last change of the state, in ISO 8601; `undefined` before the first evaluation. */
  readonly since?: string | undefined;
  /** The actions on AWS for the state ALARM. */
  readonly actions: readonly string[];
}

interface Evaluated {
  readonly definition: MetricAlarmDefinition | CompositeAlarmDefinition;
  /** The alarms that the rule uses, by their names; empty for a metric alarm. */
  parts: ReadonlyMap<string, Evaluated>;
  /** The last evaluation. */
  last: Evaluation;
  since: number | undefined;
}

/** A change of a state. */
export interface StateChange {
  readonly alarm: Pick<AlarmDefinition, "name" | "kind" | "actions">;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The alarms of the served stacks. */
export class Alarms {
  /** By the scope and the name, each alarm after the alarms that it uses. */
  private evaluated: ReadonlyMap<string, Evaluated> = new Map();
  private definitions: readonly AlarmDefinition[] = [];
  /** The end of the last evaluated minute. */
  private evaluatedUntil: number;

  /**
   * @param now - returns the current time in milliseconds since 1970
   * @param changed - receives the changes of each evaluation
   */
  constructor(
    private readonly store: MetricStore,
    private readonly now: () => number,
    private readonly changed: (changes: readonly StateChange[]) => void,
  ) {
    this.evaluatedUntil = floorToMinute(now());
  }

  /**
   * Replaces the alarms. An alarm that has not changed keeps its state.
   *
   * @param definitions - without cycles, and without rules that name unsupported alarms
   */
  define(definitions: readonly AlarmDefinition[]): void {
    this.evaluate();
    const before = this.evaluated;
    this.definitions = definitions;
    const supported = definitions.filter((definition) => definition.kind !== "unsupported");
    const evaluated = new Map<string, Evaluated>();
    this.evaluated = evaluated;
    for (const definition of supported) {
      const key = keyOf(definition);
      const known = before.get(key);
      const isSame = known !== undefined && textOf(known.definition) === textOf(definition);
      evaluated.set(key, isSame ? known : { definition, parts: new Map(), last: NOT_YET, since: undefined });
    }
    for (const alarm of evaluated.values()) alarm.parts = this.partsOf(alarm.definition);
    const metricAlarms = supported.filter((definition) => definition.kind === "metric");
    this.store.retentionInMs = Math.max(...metricAlarms.map(rangeInMs), MINUTE_IN_MS) + MINUTE_IN_MS;
    const statistics = metricAlarms.flatMap((alarm) => [...alarm.statistics.values()]);
    this.store.keepOnly(
      statistics.map(({ metric }) => metric),
      statistics.flatMap(({ metric, statistic }) => (typeof statistic === "object" ? [metric] : [])),
    );
  }

  /** Evaluates the alarms at the end of each minute that has passed since the last evaluation. */
  evaluate(): void {
    for (const end of this.minutes()) this.evaluateAt(end);
    this.evaluatedUntil = Math.max(floorToMinute(this.now()), this.evaluatedUntil);
  }

  /** The ends of the minutes that the next evaluation evaluates, in milliseconds since 1970. */
  minutes(): number[] {
    const now = floorToMinute(this.now());
    const start = Math.max(this.evaluatedUntil, now - MAX_BREAK_IN_MS);
    return Array.from(
      { length: Math.max(0, Math.floor((now - start) / MINUTE_IN_MS)) },
      (_, index) => start + (index + 1) * MINUTE_IN_MS,
    );
  }

  /** The alarms in the order of their definitions. */
  describe(): AlarmStatus[] {
    return this.definitions.map((definition) => {
      const { name, description, actions } = definition;
      if (definition.kind === "unsupported") {
        const kind = definition.of;
        return { name, kind, description, state: "NOT_EVALUATED", reason: definition.fault, actions };
      }
      const { last, since } = this.find(keyOf(definition));
      const { state, reason } = last;
      return {
        name,
        kind: definition.kind,
        description,
        state,
        reason,
        since: since === undefined ? undefined : new Date(since).toISOString(),
        actions,
      };
    });
  }

  private evaluateAt(end: number): void {
    const changes: StateChange[] = [];
    for (const alarm of this.evaluated.values()) {
      const { definition } = alarm;
      const before = alarm.last.state;
      alarm.last =
        definition.kind === "metric"
          ? evaluateAlarm(definition, this.store, end, before)
          : evaluateRule(definition, alarm.parts);
      const { state } = alarm.last;
      if (state === before) continue;
      alarm.since = end;
      changes.push({ alarm: definition, from: before, to: state, reason: alarm.last.reason, at: end });
    }
    if (changes.length > 0) this.changed(changes);
  }

  /** The alarms that a definition uses. */
  private partsOf(definition: Evaluated["definition"]): ReadonlyMap<string, Evaluated> {
    if (definition.kind === "metric") return new Map();
    const { rule, scope } = definition;
    return new Map([...alarmsOf(rule)].map((name) => [name, this.find(keyOf({ scope, name }))]));
  }

  private find(key: string): Evaluated {
    const alarm = this.evaluated.get(key);
    if (alarm === undefined) throw new Error(`there is no alarm ${key}`);
    return alarm;
  }
}

const NOT_YET: Evaluation = {
  state: "INSUFFICIENT_DATA",
  reason: "Not evaluated yet: the first evaluation follows at the end of this minute",
};

/** @param parts - the alarms that the rule uses, by their names */
function evaluateRule(
  { rule }: CompositeAlarmDefinition,
  parts: ReadonlyMap<string, Pick<Evaluated, "last">>,
): Evaluation {
  const stateOf = (name: string) => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`there is no alarm ${name}`);
    return part.last.state;
  };
  const state = holds(rule, stateOf) ? "ALARM" : "OK";
  const inAlarm: string[] = [];
  for (const [name, { last }] of parts) if (last.state === "ALARM") inAlarm.push(name);
  return {
    state,
    get reason() {
      if (inAlarm.length === 0) return "no alarm of the rule is in ALARM";
      const names = inAlarm.join(", ");
      return state === "ALARM"
        ? `in ALARM: ${names}`
        : `the rule does not hold, because only ${names} is in ALARM`;
    },
  };
}

function keyOf({ scope, name }: Pick<AlarmDefinition, "scope" | "name">): string {
  return `${scope}/${name}`;
}

/** A text that is equal for equal definitions. */
function textOf(definition: AlarmDefinition): string {
  return JSON.stringify(definition, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}
