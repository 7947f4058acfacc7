/** A shorter secret would also match unrelated texts. */
const MIN_SECRET_LENGTH = 6;

/** Replaces many secrets in a text in one pass. */
export class SecretReplacer {
  /** By first characters and length: one lookup finds a secret among thousands with the same start. */
  private readonly byStart = new Map<number, Map<number, Set<string>>>();
  private readonly lengths = new Map<number, readonly number[]>();
  private readonly all = new Set<string>();

  /** @param secret - ignored if shorter than {@link MIN_SECRET_LENGTH} */
  add(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.all.has(secret)) return;
    this.all.add(secret);
    const start = startOf(secret, 0);
    const byLength = this.byStart.get(start) ?? new Map<number, Set<string>>();
    this.byStart.set(start, byLength);
    const known = byLength.get(secret.length);
    if (known !== undefined) {
      known.add(secret);
      return;
    }
    byLength.set(secret.length, new Set([secret]));
    // The longest is first, because a secret can be the start of another secret.
    this.lengths.set(
      start,
      [...byLength.keys()].sort((a, b) => b - a),
    );
  }

  has(text: string): boolean {
    return this.all.has(text);
  }

  /** Replaces every secret in `text`. */
  replaceIn(text: string, replacement: (secret: string) => string): string {
    if (this.all.size === 0) return text;
    let replaced = "";
    let from = 0;
    for (let at = 0; at <= text.length - MIN_SECRET_LENGTH; ) {
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

  /** The longest secret at this position. */
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

/** A hash of three characters. */
function startOf(text: string, at: number): number {
  return (text.charCodeAt(at) << 16) ^ (text.charCodeAt(at + 1) << 8) ^ text.charCodeAt(at + 2);
}
