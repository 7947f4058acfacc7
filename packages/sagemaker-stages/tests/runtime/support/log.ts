import { jest } from "@jest/globals";

/** The captured standard output. */
export interface CapturedLog {
  /** The whole text. */
  text(): string;
  /** Every line, parsed as JSON. */
  lines(): unknown[];
}

/** Captures standard output until `jest.restoreAllMocks()`. */
export function captureLog(): CapturedLog {
  const chunks: string[] = [];
  jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    chunks.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    return true;
  });
  const text = () => chunks.join("");
  const lines = () =>
    text()
      .split("\n")
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
  return { text, lines };
}
