/** The log of a handler in this process: the text that it wrote to standard output. */
export interface CapturedLog {
  /** The whole text. */
  text(): string;
  /** Each line as the JSON document that it must be. */
  lines(): unknown[];
  /** Ends the capture: standard output is written again. */
  stop(): void;
}

/**
 * Keeps what is written to standard output instead of writing it.
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
