import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/**
 * Finds the Chromium of this machine, for a test that opens the page of an app.
 *
 * @param variables - `CHROMIUM` names the file. Without `CHROMIUM`, the function searches the folders of `PATH`.
 * Default: `process.env`
 * @returns the file's path
 * @throws Error if the machine has no Chromium
 * @example await chromium.launch({ executablePath: findChromium() }); // playwright-core
 */
export function findChromium({ CHROMIUM: named, PATH = "" }: NodeJS.ProcessEnv = process.env): string {
  const candidates =
    named === undefined
      ? PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
      : [named];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    named === undefined
      ? `PATH: got no Chromium; allowed: a folder with ${NAMES.join(", ")}. Install Chromium (Debian: apt-get install chromium), or set CHROMIUM to its file.`
      : `CHROMIUM: got ${named}; allowed: the file of an executable Chromium`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
