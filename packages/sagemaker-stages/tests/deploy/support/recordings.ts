import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { Asked } from "./authorization";

const FOLDER = join(__dirname, "..", "recordings");

/** What the life of an environment asked of IAM when it was recorded last. */
export function readRecording(name: string): readonly Asked[] {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
}

/** Compares a life with its recording; with RECORD=1 it becomes the recording. */
export function requireRecorded(name: string, recording: readonly Asked[]): void {
  if (process.env.RECORD === "1") {
    mkdirSync(FOLDER, { recursive: true });
    const lines = recording.map((asked) => `  ${JSON.stringify(asked)}`);
    writeFileSync(join(FOLDER, `${name}.json`), `[\n${lines.join(",\n")}\n]\n`);
  }
  expect(recording).toEqual(readRecording(name));
}
