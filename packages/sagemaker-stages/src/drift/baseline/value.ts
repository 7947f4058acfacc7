/** The texts for a missing value that pandas and R write and read (https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html). */
const MISSING = new Set(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]);

/** A number as CSV contains it. `Number` also reads hexadecimal numbers and spaces. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a value of a row is missing: absent, `null`, or one of the texts for a missing value. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && MISSING.has(value.trim()));
}

/** The number that a value of a row is; `undefined` if the value is not a finite number. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && DECIMAL.test(value.trim()) ? Number(value) : value;
  // 0 and -0 are the same value.
  return typeof number === "number" && Number.isFinite(number) ? number + 0 : undefined;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY_IN_MS = 86_400_000;

/** The day of a date `YYYY-MM-DD` as the number of days since 1970-01-01; `undefined` if the value is not a date. */
export function dayOf(value: unknown): number | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  if (!DATE.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  // `Date.parse` reads 2026-02-30 as a day of March.
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
  return isDay ? time / DAY_IN_MS : undefined;
}

/** The day of a time, in UTC, as {@link dayOf} counts days. */
export function dayOfTime(time: Date): number {
  return Math.floor(time.getTime() / DAY_IN_MS);
}

/** The category that a value of a row is. Python writes `True`, and JSON contains `true`. */
export function categoryOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^(?:true|false)$/i.test(text) ? text.toLowerCase() : text;
}
