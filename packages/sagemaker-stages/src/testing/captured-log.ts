/**
 * The log of a handler in this process: the text that the handler wrote to standard output.
 *
 * @example
 * const log: CapturedLog = captureLog();
 * log.stop();
 * expect(log.text()).toBe("");
 */
export interface CapturedLog {
  /** The whole text. */
  text(): string;
  /** The parsed JSON document of each line. */
  lines(): unknown[];
  /** Ends the capture. Later output goes to standard output. */
  stop(): void;
}

/**
 * Captures the text that code in this process writes to standard output. The text is not written.
 *
 * @example
 * const log = captureLog();
 * await invokeHandler(models.iris, { rows: [] }, endpoint);
 * log.stop();
 * expect(log.lines()).toMatchObject([{ status: 400, model: "iris" }]);
 */
export function captureLog(): CapturedLog {
  const chunks: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => {
    chunks.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    return true;
  };
  const text = () => chunks.join("");
  return {
    text,
    lines: () =>
      text()
        .split("\n")
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line)),
    stop: () => {
      process.stdout.write = write;
    },
  };
}
