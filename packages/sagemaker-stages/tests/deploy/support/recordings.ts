import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { AuthorizationCheck } from "./authorization";

const FOLDER = join(__dirname, "..", "recordings");

/** The recorded authorizations of an environment's lifecycle. */
export function readRecording(name: string): readonly AuthorizationCheck[] {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
}

/** Compares authorizations with the recording. With RECORD=1, the authorizations replace the recording. */
export function requireRecorded(name: string, recording: readonly AuthorizationCheck[]): void {
  if (process.env.RECORD === "1") {
    mkdirSync(FOLDER, { recursive: true });
    const lines = recording.map((check) => `  ${JSON.stringify(check)}`);
    writeFileSync(join(FOLDER, `${name}.json`), `[\n${lines.join(",\n")}\n]\n`);
  }
  expect(recording).toEqual(readRecording(name));
}
