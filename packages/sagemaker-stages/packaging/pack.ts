import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishTemplate, readRepositoryTemplate } from "../src/cli/template/files";
import { compile } from "./compile";
import { DOCUMENTS, publishDocuments } from "./documents";
import { exportedFiles, type Manifest, toPublishedManifest } from "./manifest";

/** The repository's `package.json` while the published one is in its place. */
const KEPT = "package.json.repository";

/**
 * Makes the package's folder ready for `npm pack`: `dist` with the compiled sources and the template of an app, `docs` with the documents for users, and a `package.json` whose exports are the files in `dist`.
 * {@link restore} takes all back.
 *
 * @param folder - the package's folder
 * @throws Error where an earlier run was interrupted, or a source does not compile. `package.json` is then unchanged.
 */
export function prepare(folder: string): void {
  const [manifestFile, kept] = [join(folder, "package.json"), join(folder, KEPT)];
  if (existsSync(kept)) {
    throw new Error(
      `an earlier npm pack was interrupted, or another one is running in ${folder}: package.json is the published one, and the repository's is ${KEPT}. Run "npm run postpack" in that folder, then npm pack again.`,
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
  // The copy first: whenever the run is interrupted, the repository's text is in one of the two files.
  writeWhole(kept, text);
  writeWhole(manifestFile, `${JSON.stringify(published, undefined, 2)}\n`);
}

/**
 * Removes `dist` and `docs`, and puts the repository's `package.json` back in its place. Does nothing where there is nothing to
 * restore.
 *
 * @param folder - the package's folder
 */
export function restore(folder: string): void {
  const kept = join(folder, KEPT);
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

/** Writes a file in one step, so that an interrupted run leaves the old text or the new one. */
function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}
