/**
 * The cron expressions of Application Auto Scaling: six fields, in a time zone
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html). The engine reads
 * `*`, `?`, lists, ranges, steps and names, and not `L`, `W` and `#`: it calculates how long each capacity lasts. It reads
 * recurring expressions only, so that the year is `*`.
 */

/** The values of each field that an expression matches. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** `undefined`: any day of the month, because the expression names days of the week. */
  readonly daysOfMonth: ReadonlySet<number> | undefined;
  /** 1 is January. */
  readonly months: ReadonlySet<number>;
  /** 1 is Sunday. `undefined`: any day of the week, because the expression names days of the month. */
  readonly daysOfWeek: ReadonlySet<number> | undefined;
}

/** Description of the expressions that {@link parseCron} reads. */
export const CRON_ALLOWED =
  "six fields: minutes, hours, day of month, month, day of week, and * as the year, with ? for one of the days, " +
  "e.g. 0 7 ? * MON-FRI *; without L, W and #; times that exist in every year";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * Reads an expression of six fields, without `cron( )`.
 *
 * @returns `undefined` if the expression is malformed or unsupported, or matches no time of a common year
 */
export function parseCron(expression: string): Cron | undefined {
  const fields = expression.trim().split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  // Exactly one of the two fields names days.
  if (fields.length !== 6 || (dayOfMonth === "?") === (dayOfWeek === "?") || year !== "*") return undefined;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const daysOfMonth = dayOfMonth === "?" ? undefined : valuesOf(dayOfMonth, 1, 31);
  const months = valuesOf(month, 1, 12, MONTHS);
  const daysOfWeek = dayOfWeek === "?" ? undefined : valuesOf(dayOfWeek, 1, 7, DAYS);
  if (minutes === undefined || hours === undefined || months === undefined) return undefined;
  if (daysOfMonth === undefined && daysOfWeek === undefined) return undefined;
  const cron = { minutes, hours, daysOfMonth, months, daysOfWeek };
  return hasDay(cron, DAYS_OF_COMMON_YEAR) ? cron : undefined;
}

/** The days of each month, from January. February has a 29th day in a leap year only. */
const DAYS_OF_COMMON_YEAR = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_OF_LEAP_YEAR = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether one of the months has one of the days, e.g. not February 30. */
function hasDay({ daysOfMonth, months }: Cron, lengths: readonly number[]): boolean {
  if (daysOfMonth === undefined) return months.size > 0;
  const first = Math.min(...daysOfMonth);
  return [...months].some((month) => first <= (lengths[month - 1] ?? 0));
}

/**
 * Whether two expressions match the same minute in some year. A day of the month falls on each day of the week in some year.
 */
export function canCoincide(one: Cron, other: Cron): boolean {
  const common = (a: ReadonlySet<number> | undefined, b: ReadonlySet<number> | undefined) =>
    a === undefined || b === undefined ? (a ?? b) : new Set([...a].filter((value) => b.has(value)));
  const none = new Set<number>();
  const days: Cron = {
    minutes: common(one.minutes, other.minutes) ?? none,
    hours: common(one.hours, other.hours) ?? none,
    months: common(one.months, other.months) ?? none,
    daysOfMonth: common(one.daysOfMonth, other.daysOfMonth),
    daysOfWeek: common(one.daysOfWeek, other.daysOfWeek),
  };
  return (
    days.minutes.size > 0 &&
    days.hours.size > 0 &&
    days.daysOfWeek?.size !== 0 &&
    hasDay(days, DAYS_OF_LEAP_YEAR)
  );
}

/** The values of one field. @returns `undefined` if the field is malformed */
function valuesOf(
  field: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [, range = "", stepText] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const bounds = boundsOf(range, min, max, names, stepText !== undefined);
    const step = stepText === undefined ? 1 : Number(stepText);
    if (bounds === undefined || step < 1) return undefined;
    const [from, to] = bounds;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values.size === 0 ? undefined : values;
}

function boundsOf(
  range: string,
  min: number,
  max: number,
  names: readonly string[],
  hasStep: boolean,
): readonly [number, number] | undefined {
  if (range === "*") return [min, max];
  const [fromText = "", toText, ...others] = range.split("-");
  const numberOf = (text: string): number => {
    const index = names.indexOf(text.toUpperCase());
    if (index >= 0) return index + 1;
    return /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const from = numberOf(fromText);
  // `5/10` means 5, 15, 25 and so on.
  const end = hasStep ? max : from;
  const to = toText === undefined ? end : numberOf(toText);
  const isValid = others.length === 0 && from >= min && to <= max && from <= to;
  return isValid ? [from, to] : undefined;
}

/** A capacity that an expression sets. */
export interface ScheduledValue {
  readonly cron: Cron;
  readonly value: number;
}

const MINUTES_OF_DAY = 24 * 60;

/** A Monday, from which a year is averaged. The year contains each day of the month once, and no February 29. */
const FIRST_DAY = Date.UTC(2027, 0, 4);
const DAYS_OF_YEAR = 365;

/** 52 weeks: the average of a weekly schedule is exact. */
const DAYS_OF_WEEKS = 52 * 7;
const DAY_IN_MS = MINUTES_OF_DAY * 60 * 1000;

/**
 * The average of the values that schedules set, weighted by the time for which each value lasts. A value lasts until the next
 * value. Changes of the clock in spring and autumn are ignored.
 *
 * @returns `undefined` without schedules
 */
export function averageOf(schedules: readonly ScheduledValue[]): number | undefined {
  const days = schedules.every(({ cron }) => isWeekly(cron)) ? DAYS_OF_WEEKS : DAYS_OF_YEAR;
  const changes = schedules
    .flatMap(({ cron, value }) => minutesOf(cron, days).map((minute) => [minute, value] as const))
    .sort(([one], [other]) => one - other);
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const end = days * MINUTES_OF_DAY;
  // Before the first change, the last value of the previous year applies.
  const total = changes.reduce(
    (sum, [minute, value], index) => sum + value * ((changes[index + 1]?.[0] ?? end) - minute),
    last[1] * first[0],
  );
  return total / end;
}

/** Whether an expression matches the same times in each week. */
function isWeekly({ daysOfMonth, months }: Cron): boolean {
  return (daysOfMonth === undefined || daysOfMonth.size === 31) && months.size === 12;
}

/** The minutes at which an expression matches, from the first day. */
function minutesOf({ minutes, hours, daysOfMonth, months, daysOfWeek }: Cron, days: number): number[] {
  return Array.from({ length: days }, (_, day) => day).flatMap((day) => {
    const date = new Date(FIRST_DAY + day * DAY_IN_MS);
    const matches =
      months.has(date.getUTCMonth() + 1) &&
      daysOfMonth?.has(date.getUTCDate()) !== false &&
      daysOfWeek?.has(date.getUTCDay() + 1) !== false;
    if (!matches) return [];
    return [...hours].flatMap((hour) =>
      [...minutes].map((minute) => day * MINUTES_OF_DAY + hour * 60 + minute),
    );
  });
}
