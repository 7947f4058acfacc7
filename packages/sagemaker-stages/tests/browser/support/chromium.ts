import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Nothing of the browser's own goes over the network or waits for it. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the Chromium of this machine.
 *
 * @throws Error where there is none: without it these tests say nothing
 */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(process.env), args: ARGUMENTS });
}

/**
 * @param environment - `CHROMIUM` names the file; else it is looked for on `PATH`
 * @throws Error where it is nowhere
 */
export function findChromium({ CHROMIUM: named, PATH = "" }: NodeJS.ProcessEnv): string {
  const candidates =
    named === undefined
      ? PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
      : [named];
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    throw new Error(
      named === undefined
        ? `The browser tests need Chromium: install ${NAMES.join(", ")} on PATH, or set CHROMIUM to its file.`
        : `CHROMIUM: got ${named}; allowed: the file of a Chromium that can be run`,
    );
  }
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
