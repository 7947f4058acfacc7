/** A noun for one, and for several where an `s` does not make it so. */
export interface Noun {
  readonly one: string;
  readonly many: string;
}

/** `1 endpoint`, `2 endpoints`, `1 policy`, `2 policies`. */
export function counted(count: number, noun: string | Noun): string {
  const { one, many } = typeof noun === "string" ? { one: noun, many: `${noun}s` } : noun;
  return `${count} ${count === 1 ? one : many}`;
}

/** The first texts, and how many more there are: `a, b and 2 more`. */
export function firstOf(texts: readonly string[], max: number): string {
  // Of what is left, one takes no more room than its number.
  const shown = texts.length <= max + 1 ? texts : texts.slice(0, max);
  const left = texts.length - shown.length;
  if (left > 0) return `${shown.join(", ")} and ${left} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
