import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for temporary files. The caller removes the folder with {@link removeFolder}. */
export function makeTempFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "stages-test-")));
}

/** Removes a folder with its files. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Calls a function with a new folder, and removes the folder afterwards. */
export function inTempFolder<Result>(use: (folder: string) => Result): Result {
  const folder = makeTempFolder();
  try {
    return use(folder);
  } finally {
    removeFolder(folder);
  }
}
