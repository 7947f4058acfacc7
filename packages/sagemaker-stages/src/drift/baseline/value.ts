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

/** The category that a value of a row is. Python writes `True`, and JSON contains `true`. */
export function categoryOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^(?:true|false)$/i.test(text) ? text.toLowerCase() : text;
}
