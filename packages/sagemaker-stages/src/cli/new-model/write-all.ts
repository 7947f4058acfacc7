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
 * Puts a staged folder in its place and replaces files. Each step is one renaming: a program that watches the files reads
 * whole files.
 *
 * @param app - the app's folder
 * @param target - the path of the folder from the app's folder
 * @throws Error where the system refuses a step; all files are then as they were
 */
export function writeAll(app: string, staged: StagedFolder, target: string, edits: readonly Edit[]): void {
  const undo: (() => void)[] = [];
  try {
    // Before any step in the app: a disk that is full is noticed here.
    const replacements = edits.map((edit) => prepare(app, staged, edit));
    renameSync(staged.path, join(app, target));
    undo.unshift(() => rmSync(join(app, target), { recursive: true }));
    for (const { file, before, prepared } of replacements) {
      renameSync(prepared, file);
      undo.unshift(() => writeFileSync(file, before));
    }
  } catch (error) {
    for (const step of undo) step();
    throw error;
  }
}

/** The new text in a file beside the staged folder, with the permissions of the file that it replaces. */
function prepare(app: string, { path }: StagedFolder, edit: Edit) {
  // The file behind a symbolic link.
  const file = realpathSync(join(app, edit.path));
  const prepared = `${path}.${edit.path.replaceAll("/", ".")}`;
  writeFileSync(prepared, edit.text);
  chmodSync(prepared, statSync(file).mode);
  return { file, before: readFileSync(file), prepared };
}
