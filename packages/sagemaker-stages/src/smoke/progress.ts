import type { Check } from "./checks";

/** The stream of the progress line: standard error, because standard output has only the table. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * The period between two progress lines. On a terminal, a line replaces the line before; in a log, it is a new line.
 */
const PERIOD_IN_MS = { terminal: 1_000, log: 10_000 };

/** A progress line that names a check that is waiting for its next try. */
export class Progress {
  private readonly waiting = new Map<Check, string>();
  private readonly start = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly waitInSeconds: number,
    private readonly terminal: Terminal,
  ) {}

  /** Adds a check that waits for its next try. */
  wait(check: Check, reason: string): void {
    this.waiting.set(check, reason);
    if (this.timer !== undefined) return;
    this.show();
    const period = this.terminal.isTTY === true ? PERIOD_IN_MS.terminal : PERIOD_IN_MS.log;
    this.timer = setInterval(() => this.show(), period);
  }

  /** Removes a check that has its final result. */
  done(check: Check): void {
    this.waiting.delete(check);
  }

  /** Ends the output. */
  end(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    if (this.terminal.isTTY === true) this.terminal.write("\r\u001b[2K");
  }

  private show(): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    const [{ route, caller }, reason] = first;
    const seconds = Math.round((performance.now() - this.start) / 1000);
    const more = this.waiting.size > 1 ? `, and for ${this.waiting.size - 1} more` : "";
    const line = `${seconds} s of at most ${this.waitInSeconds} s: waiting for ${route}, ${caller} (${reason})${more}`;
    this.terminal.write(this.terminal.isTTY === true ? `\r\u001b[2K${line}` : `${line}\n`);
  }
}
