const SPACE = /\s*/y;

/** A position in a text that a parser reads from left to right. White space before each part is skipped. */
export class TextCursor {
  private at = 0;

  constructor(readonly text: string) {}

  /** The position, to which {@link goTo} returns. */
  get position(): number {
    return this.at;
  }

  goTo(position: number): void {
    this.at = position;
  }

  /** Whether only white space follows. */
  isAtEnd(): boolean {
    this.skipSpace();
    return this.at === this.text.length;
  }

  /** Takes a literal text. @returns whether the text follows */
  takeText(text: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes the match of a sticky pattern; `undefined` if the pattern does not match here. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    this.skipSpace();
    return this.match(pattern);
  }

  /** The rest of the text from a position, for an error. */
  describeRest(position = this.at): string {
    return `got ${JSON.stringify(this.text.slice(position).trim() || "the end")} in ${JSON.stringify(this.text)}`;
  }

  private skipSpace(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }
}
