/** Shorter texts are part of any other by chance. */
export const SHORTEST_NEEDLE = 6;

/** Finds many texts in others, in one walk over each. */
export class Needles {
  /** By their first characters; the longest first, for one can be the beginning of another. */
  private readonly byStart = new Map<number, string[]>();
  private readonly all = new Set<string>();

  /** @param needle - one that is too short is not taken */
  add(needle: string): void {
    if (needle.length < SHORTEST_NEEDLE || this.all.has(needle)) return;
    this.all.add(needle);
    const start = startOf(needle, 0);
    const known = this.byStart.get(start) ?? [];
    this.byStart.set(
      start,
      [...known, needle].sort((a, b) => b.length - a.length),
    );
  }

  has(text: string): boolean {
    return this.all.has(text);
  }

  /** `text` with everything that is found replaced. */
  replaceIn(text: string, replacement: (needle: string) => string): string {
    if (this.byStart.size === 0) return text;
    let replaced = "";
    let from = 0;
    for (let at = 0; at <= text.length - SHORTEST_NEEDLE; ) {
      const found = this.byStart.get(startOf(text, at))?.find((needle) => text.startsWith(needle, at));
      if (found === undefined) {
        at += 1;
      } else {
        replaced += text.slice(from, at) + replacement(found);
        at += found.length;
        from = at;
      }
    }
    return from === 0 ? text : replaced + text.slice(from);
  }
}

/** Much the same number for the same three characters, and seldom for others. */
function startOf(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) ^ (text.charCodeAt(at + 1) << 8) ^ text.charCodeAt(at + 2);
}
