/** A decimal number, plain or in exponent form, in the notation of Python, C and spreadsheets. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads a decimal number from a caller or a model.
 *
 * @returns NaN for every other text: `NaN`, `Infinity`, `0x1F`, `1e999`, spaces
 * @example readDecimal("1.5e3"); // 1500
 */
export function readDecimal(text: string): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
