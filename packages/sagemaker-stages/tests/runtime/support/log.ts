import { jest } from "@jest/globals";

/** What was written to standard output since the capture began. */
export interface CapturedLog {
  /** All of it. */
  text(): string;
  /** Every line as the JSON document that it must be. */
  lines(): unknown[];
}

/** Keeps what is written to standard output, until `jest.restoreAllMocks()`. */
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
