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
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) isInString = !isInString;
    else if (isInString) index += code === BACKSLASH ? 1 : 0;
    else if (code === BRACKET || code === BRACE || code === COLON) parts++;
  }
  return parts > MAX_JSON_PARTS;
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
