import { asyncOf } from "./async-requests";
import { type Environment, namePrefix } from "./environment";
import type { ModelSettings } from "./model-settings";

/**
 * The alarms of one model's objectives: the end of each alarm's name `<prefix>-<model>-<alarm>`. The names are a contract:
 * policies, the review and the runbook in docs/alarms.md use them.
 */
export const OBJECTIVE_ALARMS = [
  "availability-fast",
  "availability-fast-1h",
  "availability-fast-5m",
  "availability-slow",
  "availability-slow-6h",
  "availability-slow-30m",
  "latency",
  "throttled",
  "not-waking",
  "saturated",
  "drift",
] as const;

/** The further alarms of a model with asynchronous requests. @see {@link OBJECTIVE_ALARMS} */
export const ASYNC_OBJECTIVE_ALARMS = ["waiting", "failing", "not-starting"] as const;

/** The end of the name of an alarm of a model's objectives. */
export type ObjectiveAlarm = (typeof OBJECTIVE_ALARMS)[number] | (typeof ASYNC_OBJECTIVE_ALARMS)[number];

/** Name of an alarm of a model's objectives. @param prefix - the environment's `namePrefix` */
export function objectiveAlarmName(prefix: string, model: string, alarm: ObjectiveAlarm): string {
  return `${prefix}-${model}-${alarm}`;
}

/** Name of the environment's composite alarm, which is in ALARM if an alarm of a model is. @param prefix - the environment's `namePrefix` */
export function environmentAlarmName(prefix: string): string {
  return `${prefix}-alarm`;
}

/** Name of the topic that sends the alarms to an email address. @param prefix - the environment's `namePrefix` */
export function alarmTopicName(prefix: string): string {
  return `${prefix}-alarms`;
}

/** With a concurrency limit of 1, every request uses the whole limit, so that no alarm observes the limit. */
export const MIN_OBSERVED_CONCURRENCY = 2;

/**
 * The alarms that the environment's composite alarm combines for a model; empty for a model without objectives. The alarm
 * `drift` is not combined: requests drift until the model is trained again, and the composite alarm sends nothing about a second
 * alarm while a first alarm keeps it on.
 */
export function combinedAlarms(settings: ModelSettings): ObjectiveAlarm[] {
  const { objectives } = settings;
  if (objectives === undefined) return [];
  const { availability, p99InMs, waitInSeconds, failuresPerHour } = objectives;
  if (asyncOf(settings) !== undefined) {
    return [
      ...(waitInSeconds === undefined ? [] : (["waiting"] as const)),
      ...(failuresPerHour === undefined ? [] : (["failing"] as const)),
      "not-starting",
      "throttled",
      ...(hasObservedConcurrency(settings) ? (["saturated"] as const) : []),
    ];
  }
  return [
    ...(availability === undefined ? [] : (["availability-fast", "availability-slow"] as const)),
    ...(p99InMs === undefined ? [] : (["latency"] as const)),
    "throttled",
    "not-waking",
    ...(hasObservedConcurrency(settings) ? (["saturated"] as const) : []),
  ];
}

/** Every alarm of a model's objectives: {@link combinedAlarms}, the alarms of the single windows, and `drift`. */
export function objectiveAlarms(settings: ModelSettings): ObjectiveAlarm[] {
  const combined = combinedAlarms(settings).flatMap((alarm) =>
    [...OBJECTIVE_ALARMS, ...ASYNC_OBJECTIVE_ALARMS].filter(
      (one) => one === alarm || one.startsWith(`${alarm}-`),
    ),
  );
  return settings.objectives?.drift === true ? [...combined, "drift"] : combined;
}

/** The names of all alarms of an environment's objectives, with the environment's composite alarm. */
export function objectiveAlarmNames(
  environment: Pick<Environment, "name" | "project" | "models">,
): { readonly name: string; readonly model?: string }[] {
  const prefix = namePrefix(environment);
  const ofModels = Object.entries<ModelSettings>(environment.models).flatMap(([model, settings]) =>
    objectiveAlarms(settings).map((alarm) => ({ model, name: objectiveAlarmName(prefix, model, alarm) })),
  );
  return ofModels.length === 0 ? [] : [...ofModels, { name: environmentAlarmName(prefix) }];
}

function hasObservedConcurrency(settings: ModelSettings): boolean {
  const limits = [
    settings.function?.reservedConcurrency,
    "serverless" in settings ? settings.serverless.maxConcurrency : undefined,
  ];
  return limits.some((limit) => limit !== undefined && limit >= MIN_OBSERVED_CONCURRENCY);
}
