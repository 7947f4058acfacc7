/** The number of names that a message contains. */
const MAX_NAMES = 10;

/** A number with its noun, e.g. `2 rows`. */
export function countOf(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** Names for a message. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name.slice(0, 60)));
  return names.length > MAX_NAMES ? `${shown.join(", ")}, … (${names.length})` : shown.join(", ");
}
