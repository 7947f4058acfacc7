/** Splits a stream of text into lines, as CloudWatch Logs receives the output of a function. */
export class LineReader {
  private rest = "";
  private skips = false;

  /**
   * @param take - receives each complete line, without the line break
   * @param maxLength - longer lines are skipped, so that a stream without line breaks needs no unlimited memory
   */
  constructor(
    private readonly take: (line: string) => void,
    private readonly maxLength: number,
  ) {}

  /** Adds the next part of the stream. */
  readonly add = (text: string): void => {
    const [first = "", ...others] = text.split("\n");
    this.rest += first;
    for (const next of others) {
      if (!this.skips && this.rest.length <= this.maxLength) this.take(this.rest);
      this.skips = false;
      this.rest = next;
    }
    if (this.rest.length > this.maxLength) {
      this.rest = "";
      this.skips = true;
    }
  };
}
