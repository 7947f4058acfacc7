import { partOf } from "./event";
import { cut } from "./faults";
import { isRecord } from "./json";
import { ProblemError } from "./problem";

/**
 * The query of a GET, every value a text.
 *
 * @throws ProblemError 400 for a parameter that was given more than once
 */
export function readQueryOnce(event: unknown): unknown {
  const [name, times] = findRepeatedParameter(event) ?? [];
  if (name !== undefined) {
    const got = times === 2 ? "twice" : `${times} times`;
    throw new ProblemError({
      status: 400,
      detail: `${cut(name)}: got the parameter ${got}; allowed: once`,
    });
  }
  // Both kinds of HTTP event, and a direct invocation of a model that is asked by GET, have the query by this name.
  return partOf(event, "queryStringParameters");
}

/**
 * The first parameter of the query that was given more than once, and how often. Of such a parameter,
 * `queryStringParameters` has the last value (REST) or all values in one text (function URL).
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
