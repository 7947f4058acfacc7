import { partOf } from "./event";
import { cut } from "./faults";
import { isRecord } from "./json";
import { notAllowed } from "./problem";

/**
 * Reads the query of a GET. Every value is a string.
 *
 * @throws ProblemError 400 for a repeated parameter
 */
export function readQueryOnce(event: unknown): unknown {
  const [name, times] = findRepeatedParameter(event) ?? [];
  if (name !== undefined) {
    const got = times === 2 ? "twice" : `${times} times`;
    throw notAllowed(400, cut(name), `the parameter ${got}`, "once");
  }
  // This name is the same in both kinds of HTTP event, and in a direct invocation of a model with a GET route.
  return partOf(event, "queryStringParameters");
}

/**
 * Finds the first repeated parameter of the query, and its number of occurrences. `queryStringParameters` contains only
 * the last value of such a parameter (REST), or all values in one string (function URL).
 */
function findRepeatedParameter(event: unknown): readonly [name: string, times: number] | undefined {
  const raw = isRecord(event) ? event.rawQueryString : undefined;
  const times = new Map<string, number>();
  if (typeof raw === "string") {
    for (const [name] of new URLSearchParams(raw)) times.set(name, (times.get(name) ?? 0) + 1);
  }
  for (const [name, values] of Object.entries(partOf(event, "multiValueQueryStringParameters"))) {
    if (Array.isArray(values)) times.set(name, values.length);
  }
  return [...times].find(([, count]) => count > 1);
}
