/** Shorter texts are part of any other by chance. */
export const SHORTEST_NEEDLE = 6;

/** Finds many texts in others, in one walk over each. */
export class Needles {
  /** By their first characters and their lengths: of thousands that begin alike, one look finds the one that is there. */
  private readonly byStart = new Map<number, Map<number, Set<string>>>();
  private readonly lengths = new Map<number, readonly number[]>();
  private readonly all = new Set<string>();

  /** @param needle - one that is too short is not taken */
  add(needle: string): void {
    if (needle.length < SHORTEST_NEEDLE || this.all.has(needle)) return;
    this.all.add(needle);
    const start = startOf(needle, 0);
    const byLength = this.byStart.get(start) ?? new Map<number, Set<string>>();
    this.byStart.set(start, byLength);
    const known = byLength.get(needle.length);
    if (known !== undefined) {
      known.add(needle);
      return;
    }
    byLength.set(needle.length, new Set([needle]));
    // The longest first, for one can be the beginning of another.
    this.lengths.set(
      start,
      [...byLength.keys()].sort((a, b) => b - a),
    );
  }

  has(text: string): boolean {
    return this.all.has(text);
  }

  /** `text` with everything that is found replaced. */
  replaceIn(text: string, replacement: (needle: string) => string): string {
    if (this.all.size === 0) return text;
    let replaced = "";
    let from = 0;
    for (let at = 0; at <= text.length - SHORTEST_NEEDLE; ) {
      const found = this.at(text, at);
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

  /** The longest that begins there. */
  private at(text: string, at: number): string | undefined {
    const start = startOf(text, at);
    const byLength = this.byStart.get(start);
    if (byLength === undefined) return undefined;
    for (const length of this.lengths.get(start) ?? []) {
      if (at + length > text.length) continue;
      const candidate = text.slice(at, at + length);
      if (byLength.get(length)?.has(candidate)) return candidate;
    }
    return undefined;
  }
}

/** Much the same number for the same three characters, and seldom for others. */
function startOf(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) ^ (text.charCodeAt(at + 1) << 8) ^ text.charCodeAt(at + 2);
}
