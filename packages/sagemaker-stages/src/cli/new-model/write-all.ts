import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { writeFiles } from "../template/files";
import type { Edit } from "./edits";

/** A new folder that is complete, but not yet at its final path. */
export interface StagedFolder {
  /** The absolute path of the folder. */
  readonly path: string;
  /** Removes the folder, unless {@link writeAll} has moved it. */
  remove(): void;
}

/**
 * Writes a new folder inside the app's folder, so that its modules find the app's packages. A running local stage does
 * not watch the folder.
 */
export function stageFolder(app: string, files: ReadonlyMap<string, string | Uint8Array>): StagedFolder {
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
 * Replaces files, and moves a staged folder to its final path. Each step is one renaming, so that a program that
 * watches the files reads complete files.
 *
 * @param app - the app's folder
 * @param target - the path of the new folder from the app's folder; `undefined` if there is no new folder
 * @throws Error if the system refuses a step, e.g. because the folder exists; all files are then unchanged
 */
export function writeAll(
  app: string,
  staged: StagedFolder,
  target: string | undefined,
  edits: readonly Edit[],
): void {
  // Written before the first renaming, so that a full disk causes an error here.
  const replacements = edits.map((edit, index) => prepare(app, edit, `${staged.path}.${index}`));
  const replaced: Replacement[] = [];
  try {
    for (const replacement of replacements) {
      renameSync(replacement.prepared, replacement.file);
      replaced.push(replacement);
    }
    if (target !== undefined) renameSync(staged.path, join(app, target));
  } catch (error) {
    for (const { file, before } of replaced) {
      if (before === undefined) rmSync(file);
      else writeFileSync(file, before);
    }
    throw error;
  }
}

/** A file of the app, and the file that replaces it. */
interface Replacement {
  readonly file: string;
  /** `undefined` for a new file. */
  readonly before: Buffer | undefined;
  readonly prepared: string;
}

/** Writes the new text to the file `prepared`, with the permissions of the file that `prepared` will replace, if it exists. */
function prepare(app: string, { path: edited, text, isNew = false }: Edit, prepared: string): Replacement {
  writeFileSync(prepared, text);
  const path = join(app, edited);
  if (isNew) {
    mkdirSync(dirname(path), { recursive: true });
    return { file: path, before: undefined, prepared };
  }
  // The file to which a symbolic link refers.
  const file = realpathSync(path);
  chmodSync(prepared, statSync(file).mode);
  return { file, before: readFileSync(file), prepared };
}
