import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type AppFiles, writeFiles } from "../template/files";
import type { Edit } from "./edits";

/** A new folder that is complete, but not yet in its place. */
export interface StagedFolder {
  /** Absolute. */
  readonly path: string;
  /** Removes the folder, unless it is in its place. */
  remove(): void;
}

/**
 * Writes a new folder beside the app's files. Its modules can already be loaded: they find the app's packages. A running
 * local stage does not watch the folder.
 */
export function stageFolder(app: string, files: AppFiles): StagedFolder {
  const staging = mkdtempSync(join(app, ".new-model-"));
  const path = join(staging, "folder");
  const remove = () => rmSync(staging, { recursive: true, force: true });
  try {
    writeFiles(path, files);
  } catch (error) {
    remove();
    throw error;
  }
  return { path, remove };
}

/**
 * Replaces files, and puts a staged folder in its place. Each step is one renaming: a program that watches the files reads
 * whole files.
 *
 * @param app - the app's folder
 * @param target - the path of the new folder from the app's folder; `undefined`: there is no new folder
 * @throws Error where the system refuses a step, e.g. because the folder exists; all files are then as they were
 */
export function writeAll(
  app: string,
  staged: StagedFolder,
  target: string | undefined,
  edits: readonly Edit[],
): void {
  // Before the first step: a full disk is noticed here.
  const replacements = edits.map((edit, index) => prepare(app, edit, `${staged.path}.${index}`));
  const replaced: Replacement[] = [];
  try {
    for (const replacement of replacements) {
      renameSync(replacement.prepared, replacement.file);
      replaced.push(replacement);
    }
    if (target !== undefined) renameSync(staged.path, join(app, target));
  } catch (error) {
    for (const { file, before } of replaced) writeFileSync(file, before);
    throw error;
  }
}

/** A file of the app, and the file that takes its place. */
interface Replacement {
  readonly file: string;
  readonly before: Buffer;
  readonly prepared: string;
}

/** Writes the new text to the file `prepared`, which gets the permissions of the file that it replaces. */
function prepare(app: string, { path, text }: Edit, prepared: string): Replacement {
  // The file behind a symbolic link.
  const file = realpathSync(join(app, path));
  writeFileSync(prepared, text);
  chmodSync(prepared, statSync(file).mode);
  return { file, before: readFileSync(file), prepared };
}
