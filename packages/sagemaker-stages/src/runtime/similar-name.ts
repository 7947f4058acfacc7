/** A name with more changes is another name. */
const MAX_CHANGES = 2;

/** A short name is near to too many others: one change is permitted for so many characters. */
const CHARACTERS_PER_CHANGE = 3;

/**
 * The known name that a misspelt name probably means, e.g. `serverless` for `serverles`.
 *
 * @returns `undefined` where no known name is similar
 */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const max = Math.min(MAX_CHANGES, Math.floor(name.length / CHARACTERS_PER_CHANGE));
  const [nearest] = known
    // Other lengths differ in more characters.
    .filter((candidate) => Math.abs(candidate.length - name.length) <= max)
    .map((candidate) => ({ candidate, changes: changesBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ changes }) => changes <= max)
    .sort((one, other) => one.changes - other.changes);
  return nearest?.candidate;
}

/** What a message about an unknown name ends with, e.g. `. Did you mean serverless?`; empty where no known name is similar. */
export function suggestion(name: string, known: readonly string[]): string {
  const similar = similarName(name, known);
  return similar === undefined ? "" : `. Did you mean ${similar}?`;
}

/** The characters to insert, remove or replace (the Levenshtein distance). */
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
