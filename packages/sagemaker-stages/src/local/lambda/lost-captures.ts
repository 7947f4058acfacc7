import { isObject, parseJson } from "../../lib/json";
import { MAX_LINE_IN_BYTES } from "../cloudwatch/embedded-metrics";
import { LineReader } from "../cloudwatch/line-reader";

/** A process that loses one record often loses the records of the next requests, too: one line summarizes them. */
const DELAY_IN_MS = 1_000;

/**
 * Summarizes the records of captured requests that functions have lost. The function prints one line for each lost record, which
 * is easily overlooked among the lines of requests.
 */
export class LostCaptures {
  /** The numbers of lost records by the function, and by the reason. */
  private readonly lost = new Map<string, Map<string, number>>();
  private readonly changed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param log - receives the summaries
   * @param delayInMs - the time from a lost record to its summary
   */
  constructor(
    private readonly log: (text: string) => void,
    private readonly delayInMs: number = DELAY_IN_MS,
  ) {}

  /** Reads the output of a function's process. @returns receives the parts of the output */
  readerOf(functionName: string): (text: string) => void {
    return new LineReader((line) => this.readLine(functionName, line), MAX_LINE_IN_BYTES).add;
  }

  /** Prints the summary of the records that were lost since the last summary. */
  readonly flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const name of this.changed) {
      const reasons = [...(this.lost.get(name) ?? [])];
      const total = reasons.reduce((sum, [, count]) => sum + count, 0);
      const counts = reasons.map(([reason, count]) => `${reason} (${count})`).join(", ");
      this.log(
        `CAPTURE LOST ${name}: ${total} captured request${total === 1 ? "" : "s"} since the start: ${counts}. docs/capture.md lists the causes\n`,
      );
    }
    this.changed.clear();
  };

  private readLine(functionName: string, line: string): void {
    // Most lines are no lost records, and need no parsing.
    if (!line.includes('"captureLost":')) return;
    const parsed = parseJson(line);
    if (!isObject(parsed) || !("captureLost" in parsed) || typeof parsed.captureLost !== "string") return;
    const [reason = ""] = parsed.captureLost.split(":");
    const reasons = this.lost.get(functionName) ?? new Map<string, number>();
    this.lost.set(functionName, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
    this.changed.add(functionName);
    this.timer ??= setTimeout(this.flush, this.delayInMs).unref();
  }
}
