import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

/**
 * Modes in a task folder, which is read-only on Lambda
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const FOLDER_MODE = 0o555;
const FILE_MODE = 0o444;
const WRITABLE_FOLDER_MODE = 0o755;

/**
 * Writes the files of a deployment package into a folder, which then is read-only for all users except root.
 *
 * @param extraFiles - additional files, by their paths in the package
 */
export function writeTaskFolder(
  folder: string,
  zip: Uint8Array,
  extraFiles: Readonly<Record<string, Uint8Array>> = {},
): void {
  writeTaskFiles(folder, { ...unzipSync(zip), ...extraFiles });
}

/**
 * Writes files into a folder, which then is read-only for all users except root.
 *
 * @param files - the contents, by their paths in the package
 */
export function writeTaskFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode: FILE_MODE });
  }
  setFolderModes(folder, FOLDER_MODE);
}

/** Removes a folder with task folders. */
export function removeTaskFolders(folder: string): void {
  // Files can be removed only from a writable folder.
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
