import { type Cron, canCoincide, parseCron } from "../../../aws/cron";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ScalingSettings } from "../../settings/endpoint/scaling";
import type { ScheduledCapacity, ScheduleSettings } from "../../settings/endpoint/schedule";
import { checkScaling } from "./scaling-checks";

const QUOTA_SOURCE = "https://docs.aws.amazon.com/general/latest/gr/as-app.html";

/** Scheduled actions of a scalable target (QUOTA_SOURCE). */
const MAX_ACTIONS = 200;

/** A name becomes a part of the construct's id and of the action's name. */
const ACTION_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** The limits of a schedule. */
export interface ScheduleLimits {
  /** Target tracking; `undefined` for an endpoint without autoscaling. */
  readonly autoscaling: ScalingSettings | undefined;
  /** The largest possible capacity. */
  readonly max: number;
  /** The reason why a capacity is refused, e.g. the source of `max`. */
  readonly because: (capacity: number) => string;
  /** The capacity with which each new configuration starts; `undefined` if the endpoint has none. */
  readonly initial: number | undefined;
  /** The setting of `initial`. */
  readonly initialField: string;
}

/** Checks the actions of a schedule. @param collector - collects the faults of `schedule` */
export function checkSchedule(
  { actions }: ScheduleSettings,
  { autoscaling, max, because, initial, initialField }: ScheduleLimits,
  collector: FaultCollector,
): void {
  const entries = Object.entries(actions);
  collector.require(
    entries.length >= 2 && entries.length <= MAX_ACTIONS,
    "actions",
    raw(`${entries.length} actions`),
    `2–${MAX_ACTIONS} actions`,
    `the capacity of a single action would never end; the quota is ${MAX_ACTIONS} actions: ${QUOTA_SOURCE}`,
  );
  for (const [name, action] of entries) {
    const below = collector.in(`actions.${name}`);
    collector.require(
      ACTION_NAME.test(name),
      `actions.${name}`,
      name,
      "a name of 1–32 characters a-z, 0-9, -, starting with a letter",
      "the name is part of Terraform's address",
    );
    const isRange = checkScaling(action, max, because, below);
    below.require(
      !isRange || autoscaling !== undefined || action.minCapacity === action.maxCapacity,
      "maxCapacity",
      raw(`minCapacity ${action.minCapacity} and maxCapacity ${action.maxCapacity} without autoscaling`),
      "equal numbers, or autoscaling as well",
      "without autoscaling, nothing changes the capacity between two actions",
    );
  }
  checkTimes(entries, collector);
  const largest = Math.max(...entries.map(([, { minCapacity }]) => minCapacity));
  collector.require(
    autoscaling !== undefined || initial === undefined || initial >= largest,
    "actions",
    raw(`minCapacity ${largest} with ${initialField} ${initial}`),
    `${initialField} of at least the largest minCapacity, or autoscaling as well`,
    `each new configuration starts with ${initialField} until the next action: a deployment at a busy time would lower the capacity`,
  );
}

/** Checks that no two actions set the capacity at the same time: one of them would win by chance. */
function checkTimes(
  entries: readonly (readonly [string, ScheduledCapacity])[],
  collector: FaultCollector,
): void {
  const crons = entries.flatMap(([name, { cron: expression }]): (readonly [string, Cron])[] => {
    const cron = parseCron(expression);
    return cron === undefined ? [] : [[name, cron]];
  });
  for (const [index, [name, cron]] of crons.entries()) {
    const same = crons.slice(0, index).find(([, other]) => canCoincide(cron, other));
    collector.require(
      same === undefined,
      `actions.${name}.cron`,
      raw(`times at which the action ${same?.[0]} also changes the capacity`),
      "actions at different times",
      "the order of two actions in the same minute is undefined",
    );
  }
}
