/** Short enough that a reader of a terminal does not see the delay. */
const DELAY_IN_MS = 5;

/**
 * Output that is written a few milliseconds later, together with all output of this time. An answer does not wait for the
 * terminal, and the log lines of several requests need one write.
 */
export class DelayedOutput {
  private text = "";
  private timer: NodeJS.Timeout | undefined;

  /** @param write - writes text, e.g. to the terminal */
  constructor(private readonly write: (text: string) => void) {}

  /** Adds text to the output. */
  readonly add = (text: string): void => {
    this.text += text;
    this.timer ??= setTimeout(this.flush, DELAY_IN_MS);
  };

  /** Writes the text immediately. Call this function before other output, and before the process ends. */
  readonly flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { text } = this;
    this.text = "";
    if (text !== "") this.write(text);
  };
}
