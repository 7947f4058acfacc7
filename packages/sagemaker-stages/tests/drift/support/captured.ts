import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The request of a record: JSON, or a text with its media type. */
export interface Input {
  readonly data: string;
  /** @default application/json */
  readonly observedContentType?: string;
  /** @default JSON */
  readonly encoding?: string;
}

/** One line of a file of SageMaker's data capture. */
export function record(input: Input, time = "2026-11-29T10:15:00Z"): string {
  const { data, observedContentType = "application/json", encoding = "JSON" } = input;
  return JSON.stringify({
    captureData: {
      endpointInput: { observedContentType, mode: "INPUT", data, encoding },
      endpointOutput: { observedContentType: "text/csv", mode: "OUTPUT", data: "1.5", encoding: "CSV" },
    },
    eventMetadata: { eventId: "8f2c", inferenceTime: time },
    eventVersion: "0",
  });
}

/** The records of rows, as the function's capture writes them: one record per row, with paths as names. */
export function recordsOfRows(rows: readonly Readonly<Record<string, unknown>>[], time?: string): string {
  return rows.map((row) => `${record({ data: JSON.stringify(row) }, time)}\n`).join("");
}

/** Writes a file below a folder. */
export function writeIn(folder: string, path: string, content: string | Uint8Array): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
