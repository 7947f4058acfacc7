import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh folder outside the project; the caller removes it with {@link removeFolder}. */
export function makeTempFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "stages-test-")));
}

/** Removes `folder` and all that is in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs `use` with a fresh folder, which is gone when it returns. */
export function inTempFolder<Result>(use: (folder: string) => Result): Result {
  const folder = makeTempFolder();
  try {
    return use(folder);
  } finally {
    removeFolder(folder);
  }
}
