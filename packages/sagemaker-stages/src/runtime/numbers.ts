/** A decimal number, plain or in exponent form, as Python, C and spreadsheets write it. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads a decimal number of callers or models.
 *
 * @returns NaN where the text is anything else or no finite number: `NaN`, `Infinity`, `0x1F`, `1e999`, blanks
 */
export function readDecimal(text: string): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
