import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

/** Modes of what lies in a task folder, which is read-only on Lambda (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). */
const FOLDER_MODE = 0o555;
const FILE_MODE = 0o444;
const WRITABLE_FOLDER_MODE = 0o755;

/**
 * Writes the files of a deployment package into a folder, which is then read-only for everybody but root.
 *
 * @param extraFiles - further files, by their paths in the package
 */
export function writeTaskFolder(
  folder: string,
  zip: Uint8Array,
  extraFiles: Readonly<Record<string, Uint8Array>> = {},
): void {
  for (const [name, bytes] of Object.entries({ ...unzipSync(zip), ...extraFiles })) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode: FILE_MODE });
  }
  setFolderModes(folder, FOLDER_MODE);
}

/** Removes a folder that holds task folders. */
export function removeTaskFolders(folder: string): void {
  // Files can only be removed from a folder that is writable.
  if (existsSync(folder)) setFolderModes(folder, WRITABLE_FOLDER_MODE);
  rmSync(folder, { recursive: true, force: true });
}

function setFolderModes(folder: string, mode: number): void {
  chmodSync(folder, mode);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isDirectory()) setFolderModes(path, mode);
  }
}
