import type * as z from "zod";
import { CRON_ALLOWED, parseCron } from "../../../aws/cron";
import { byName, number, optional, rule, settings, text } from "../setting";

const CRON_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html";

/** Zones with a constant offset, which `Intl.supportedValuesOf` does not list. */
const CONSTANT_ZONE = /^(?:UTC|Etc\/UTC|Etc\/GMT(?:\+(?:[1-9]|1[0-2])|-(?:[1-9]|1[0-4])))$/;

/** IANA's present names of zones that Node.js lists by a former name, e.g. `Asia/Calcutta` (https://www.iana.org/time-zones). */
const RENAMED_ZONES = new Set([
  "Africa/Asmara",
  "America/Argentina/Buenos_Aires",
  "America/Argentina/Catamarca",
  "America/Argentina/Cordoba",
  "America/Argentina/Jujuy",
  "America/Argentina/Mendoza",
  "America/Atikokan",
  "America/Indiana/Indianapolis",
  "America/Kentucky/Louisville",
  "America/Nuuk",
  "Asia/Ho_Chi_Minh",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Yangon",
  "Atlantic/Faroe",
  "Europe/Kyiv",
  "Pacific/Chuuk",
  "Pacific/Pohnpei",
]);

/** Whether a name is a time zone in exactly this spelling: AWS distinguishes upper and lower case, and Node.js does not. */
function isTimeZone(name: string): boolean {
  return (
    CONSTANT_ZONE.test(name) || RENAMED_ZONES.has(name) || Intl.supportedValuesOf("timeZone").includes(name)
  );
}

/** A change of the capacity at certain times. */
export const scheduledCapacity = settings({
  /**
   * The times, as the six fields of Application Auto Scaling's cron expressions: minutes, hours, day of month, month, day of
   * week and year, e.g. `0 7 ? * MON-FRI *` for 7:00 on working days. One of the two days is `?`, and the year is `*`: an
   * action recurs. The times exist in every year, and no two actions of a schedule have the same time. `L`, `W` and `#` are
   * not supported: the review calculates how long each capacity lasts
   * (https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html).
   */
  cron: rule(text, {
    holds: (expression) => parseCron(expression) !== undefined,
    allowed: CRON_ALLOWED,
    source: CRON_SOURCE,
  }),
  /** The smallest capacity from this time on, from 1. */
  minCapacity: number,
  /** The largest capacity from this time on, from `minCapacity`. Without `autoscaling`, equal to `minCapacity`. */
  maxCapacity: number,
});

/**
 * Scheduled scaling: each action changes the range of the capacity until the next action
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html).
 */
export const scheduleSettings = settings({
  /**
   * The time zone of all actions: a canonical IANA name in IANA's spelling, e.g. `Europe/Berlin`. Application Auto Scaling
   * follows the zone's daylight saving time.
   *
   * @default "UTC"
   */
  timezone: optional(
    rule(text, {
      holds: isTimeZone,
      allowed: "UTC, or a canonical name of an IANA time zone in its exact spelling, such as Europe/Berlin",
      source: CRON_SOURCE,
    }),
  ),
  /**
   * The actions, 2–200. The key is the action's name: 1–32 characters `a-z`, `0-9`, `-`, starting with a letter. Two actions are
   * the minimum, because the capacity of a single action would never end
   * (https://docs.aws.amazon.com/general/latest/gr/as-app.html).
   */
  actions: byName(scheduledCapacity),
});

/** Scheduled scaling. */
export type ScheduleSettings = z.input<typeof scheduleSettings>;

/** A change of the capacity at certain times. */
export type ScheduledCapacity = z.input<typeof scheduledCapacity>;
