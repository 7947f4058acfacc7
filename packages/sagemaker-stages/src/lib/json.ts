/** A JSON object whose members are not known. */
export type JsonObject = { readonly [name: string]: unknown };

/**
 * Parses a JSON document. The function does not throw the error of `JSON.parse`, because the error's message quotes the
 * text, and the text can contain secrets. The runtime of handlers has a stricter `parseJson`: it also refuses documents
 * that need too much memory.
 *
 * @returns `undefined` for a text that is not JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object, and not a list or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON object or a list. */
export function isObjectOrList(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
