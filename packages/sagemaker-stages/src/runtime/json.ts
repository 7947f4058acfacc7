/**
 * The maximum number of objects, lists and properties in one document. `JSON.parse` needs up to 300 bytes for each of
 * them, so that 6 MB of `{},{},…` or `[[[…` would need more memory than a function has.
 */
export const MAX_JSON_PARTS = 300_000;

// Before the first function, because esbuild then writes the numbers into the function.
const QUOTE = 0x22;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Whether the JSON in `text` has more than {@link MAX_JSON_PARTS} objects, lists and properties. */
export function hasTooManyParts(text: string): boolean {
  // Each part has at least two characters.
  if (text.length < 2 * MAX_JSON_PARTS) return false;
  let parts = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
      if (index < 0) return false;
    } else if (code === BRACKET || code === BRACE || code === COLON) {
      parts++;
      if (parts > MAX_JSON_PARTS) return true;
    }
  }
  return false;
}

/** The index of the quote that ends the JSON string with its first quote at `start`; -1 if nothing ends the string. */
function endOfString(text: string, start: number): number {
  let end = start;
  let backslashes: number;
  do {
    // Faster than a loop: a string can have megabytes.
    end = text.indexOf('"', end + 1);
    backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
  } while (backslashes % 2 === 1);
  return end;
}

/**
 * Parses a JSON document.
 *
 * @returns `undefined` if `text` is not JSON, or if the document needs more memory than a function has
 */
export function parseJson(text: string): unknown {
  try {
    return hasTooManyParts(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether `value` is an object or an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
