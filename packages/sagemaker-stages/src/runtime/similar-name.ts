/** A name with more changes is a different name. */
const MAX_CHANGES = 2;

/** One change is permitted per so many characters, because a short name is similar to too many names. */
const CHARACTERS_PER_CHANGE = 3;

/**
 * Finds the known name that a misspelt name probably means, e.g. `serverless` for `serverles`.
 *
 * @returns `undefined` if no known name is similar
 */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const max = Math.min(MAX_CHANGES, Math.floor(name.length / CHARACTERS_PER_CHANGE));
  const [nearest] = known
    // The number of changes is at least the difference of the lengths.
    .filter((candidate) => Math.abs(candidate.length - name.length) <= max)
    .map((candidate) => ({ candidate, changes: changesBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ changes }) => changes <= max)
    .sort((one, other) => one.changes - other.changes);
  return nearest?.candidate;
}

/** The end of a message about an unknown name, e.g. `. Did you mean serverless?`; empty if no known name is similar. */
export function suggestion(name: string, known: readonly string[]): string {
  const similar = similarName(name, known);
  return similar === undefined ? "" : `. Did you mean ${similar}?`;
}

/** The number of characters to insert, remove or replace (the Levenshtein distance). */
function changesBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, character] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, changes] of above.slice(0, -1).entries()) {
      const replaced = changes + (character === other[column] ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
}
