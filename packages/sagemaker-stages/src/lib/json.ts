/** A JSON object whose members are not known. */
export type JsonObject = { readonly [name: string]: unknown };

/**
 * The document in `text`, or `undefined` where it is no JSON: no JSON document is `undefined`. The error of `JSON.parse`
 * is not passed on, because its message quotes the text, which can hold secrets. The function's runtime has a stricter
 * `parseJson`, which also refuses documents that need too much memory.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON object or a list: members can be read from both. */
export function isObjectOrList(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
