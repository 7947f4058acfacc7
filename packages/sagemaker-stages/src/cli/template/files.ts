import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineFile, IS_COMPILED } from "../../paths";

/** Files of an app: text by path from the app's folder, with slashes. */
export type AppFiles = ReadonlyMap<string, string>;

/** Files that `init` copies from the engine's repository, and that `doctor` compares after an upgrade. */
export const MAINTAINED_FILES = [
  ".ci/run",
  ".ci/steps",
  ".github/dependabot.yml",
  ".github/workflows/check.yml",
  ".github/workflows/deploy.yml",
  ".github/workflows/drift.yml",
  ".github/workflows/plan.yml",
  ".nvmrc",
  "biome.json",
  "cdktf.json",
  "functions/jest.browser.json",
  "functions/tsconfig.json",
  "tsconfig.json",
] as const;

/** Files and folders that `init` copies from the engine's repository, and that the team then owns. */
const FIRST_FILES = [".gitignore", ".npmrc", "main.ts", "package.json", "stacks"] as const;

/** The folder of the app's tests. */
const TESTS = "__tests__";

/** The snapshots of the repository's models and environments. The tests of an app write the app's own snapshots. */
const RECORDS = `${TESTS}/__snapshots__/`;

/** The folder of the template in a published package. `npm pack` writes the folder. */
const PUBLISHED = "dist/template";

/**
 * The files of the template. A new app has the same files, except `package.json`, which {@link toAppManifest} makes. A
 * published package contains the template. In the repository, the template consists of the files at the repository's
 * top level and the files in the engine's folder `template`.
 *
 * @throws Error if a file of the template is missing
 */
export function readTemplate(): AppFiles {
  return IS_COMPILED
    ? readPublishedTemplate(engineFile(PUBLISHED))
    : readRepositoryTemplate(engineFile("../.."), engineFile("template"));
}

/**
 * The template in the repository.
 *
 * @param repository - the repository's folder
 * @param own - the folder with files that replace the repository's files, because the repository's files name the
 * sample models
 * @throws Error if a file of the template is missing
 */
export function readRepositoryTemplate(repository: string, own: string): AppFiles {
  const shared = [...MAINTAINED_FILES, ...FIRST_FILES].flatMap((path) => pathsBelow(repository, path));
  const tests = pathsBelow(repository, TESTS).filter((path) => !path.startsWith(RECORDS));
  return new Map([...readAll(repository, [...shared, ...tests]), ...readAll(own, pathsBelow(own))]);
}

/**
 * Writes the template into a package that is about to be published.
 *
 * @param folder - the package's folder
 */
export function publishTemplate(folder: string, files: AppFiles): void {
  writeFiles(
    join(folder, PUBLISHED),
    new Map([...files].map(([path, text]) => [path.replace(/(^|\/)\./g, "$1dot."), text])),
  );
}

/** In a published template, hidden names start with `dot.`, because npm never packs `.npmrc` and `.gitignore`. */
function readPublishedTemplate(folder: string): AppFiles {
  const files = readAll(folder, pathsBelow(folder));
  return new Map([...files].map(([path, text]) => [path.replace(/(^|\/)dot\./g, "$1."), text]));
}

/** Writes files and their folders. A script (`#!`) becomes executable. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: typeof content === "string" && isScript(content) ? 0o755 : 0o644 });
  }
}

/** Whether a file is a program that a shell can start. */
export function isScript(text: string): boolean {
  return text.startsWith("#!");
}

function readAll(folder: string, paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** Paths of the files in a folder and its folders, or the path of a file itself; sorted. */
function pathsBelow(folder: string, path = ""): string[] {
  const file = join(folder, path);
  if (!existsSync(file)) {
    throw new Error(
      `the template of an app: got no ${file}; allowed: a checkout of the engine's repository, or a package that npm pack made with its scripts`,
    );
  }
  if (!statSync(file).isDirectory()) return [path];
  const names = readdirSync(file).sort();
  return names.flatMap((name) => pathsBelow(folder, path === "" ? name : `${path}/${name}`));
}
