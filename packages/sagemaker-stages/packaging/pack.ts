import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishTemplate, readRepositoryTemplate } from "../src/cli/template/files";
import { compile } from "./compile";
import { DOCUMENTS, publishDocuments } from "./documents";
import { exportedFiles, type Manifest, toPublishedManifest } from "./manifest";

/** The backup of the repository's `package.json`, while `package.json` is the published manifest. */
const BACKUP = "package.json.repository";

/**
 * Prepares the package's folder for `npm pack`: `dist` with the compiled sources and the template of an app, `docs`
 * with the documents for users, and a `package.json` whose exports are the files in `dist`. {@link restore} reverts all
 * changes.
 *
 * @param folder - the package's folder
 * @throws Error if an earlier run was interrupted, or a source does not compile. `package.json` is then unchanged.
 */
export function prepare(folder: string): void {
  const [manifestFile, kept] = [join(folder, "package.json"), join(folder, BACKUP)];
  if (existsSync(kept)) {
    throw new Error(
      `an earlier npm pack was interrupted, or another npm pack is running in ${folder}: package.json is the published manifest, and ${BACKUP} is the repository's. Run "npm run postpack" in that folder, then npm pack again.`,
    );
  }
  const text = readFileSync(manifestFile, "utf8");
  const repository: Manifest = JSON.parse(text);
  const published = toPublishedManifest(repository);
  removeGenerated(folder);
  mkdirSync(join(folder, "dist"));
  try {
    compile(folder);
    publishTemplate(folder, readRepositoryTemplate(join(folder, "../.."), join(folder, "template")));
    publishDocuments(folder, join(folder, "../.."));
    requireFiles(folder, exportedFiles(published));
  } catch (error) {
    removeGenerated(folder);
    throw error;
  }
  // The backup is written first, so that an interrupted run never loses the repository's text.
  writeAtomically(kept, text);
  writeAtomically(manifestFile, `${JSON.stringify(published, undefined, 2)}\n`);
}

/**
 * Removes `dist` and `docs`, and restores the repository's `package.json`. Does nothing if no backup exists.
 *
 * @param folder - the package's folder
 */
export function restore(folder: string): void {
  const kept = join(folder, BACKUP);
  if (existsSync(kept)) renameSync(kept, join(folder, "package.json"));
  removeGenerated(folder);
}

function removeGenerated(folder: string): void {
  for (const generated of ["dist", DOCUMENTS]) {
    rmSync(join(folder, generated), { recursive: true, force: true });
  }
}

function requireFiles(folder: string, files: readonly string[]): void {
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length === 0) return;
  throw new Error(
    `package.json: exports: got ${missing.join(", ")}, which no source compiles to; allowed: ./src/<file>.ts of a source that tsconfig.build.json names`,
  );
}

/** Writes a file atomically: an interrupted run leaves the old text or the new text. */
function writeAtomically(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}
