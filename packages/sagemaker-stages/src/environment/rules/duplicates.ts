import type { FaultCollector } from "../fault-collector";

/**
 * Checks that a list contains each entry once.
 *
 * @param field - the list's field in `collector`
 * @param what - the name of an entry, e.g. `model`
 * @param keyOf - equal for equal entries
 */
export function requireOnce<Entry>(
  field: string,
  entries: readonly Entry[],
  what: string,
  collector: FaultCollector,
  keyOf: (entry: Entry) => string,
): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const key = keyOf(entry);
    collector.require(
      !seen.has(key),
      field,
      entry,
      `each ${what} once`,
      "duplicate entry, probably a copy-paste mistake",
    );
    seen.add(key);
  }
}
