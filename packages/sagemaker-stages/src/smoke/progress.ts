import type { Check } from "./checks";

/** Where the line goes: standard error, so that the table alone is on standard output. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often the line is written: over itself on a terminal, one below the other elsewhere. */
const PERIOD_IN_MS = { terminal: 1_000, log: 10_000 };

/** One line that tells what is waited for. */
export class Progress {
  private readonly waiting = new Map<Check, string>();
  private readonly start = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly waitInSeconds: number,
    private readonly terminal: Terminal,
  ) {}

  /** A check has to be made again. */
  wait(check: Check, because: string): void {
    this.waiting.set(check, because);
    if (this.timer !== undefined) return;
    this.show();
    const period = this.terminal.isTTY === true ? PERIOD_IN_MS.terminal : PERIOD_IN_MS.log;
    this.timer = setInterval(() => this.show(), period);
  }

  /** A check is made for good. */
  done(check: Check): void {
    this.waiting.delete(check);
  }

  /** Nothing is waited for any more. */
  end(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    if (this.terminal.isTTY === true) this.terminal.write("\r\u001b[2K");
  }

  private show(): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    const [{ route, caller }, because] = first;
    const seconds = Math.round((performance.now() - this.start) / 1000);
    const more = this.waiting.size > 1 ? `, and for ${this.waiting.size - 1} more` : "";
    const line = `${seconds} s of at most ${this.waitInSeconds} s: waiting for ${route}, ${caller} (${because})${more}`;
    this.terminal.write(this.terminal.isTTY === true ? `\r\u001b[2K${line}` : `${line}\n`);
  }
}
