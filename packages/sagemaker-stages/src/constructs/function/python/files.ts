import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../../../lib/app-folder";

/** The file with the handler, in the model's folder. */
export const HANDLER_FILE = "handler.py";

/** Whether the function of a model is `functions/<model>/handler.py`. */
export function hasPythonHandler(model: string): boolean {
  return existsSync(join(appFolder(), "functions", model, HANDLER_FILE));
}

/** A file or folder of a model's folder. */
export interface PackagedFiles {
  /** Paths of the files in the package, with slashes, sorted by code units. */
  readonly files: readonly string[];
  /** Paths of symbolic links and of special files: no package can hold these. */
  readonly refused: readonly string[];
}

/** Names at the top of a model's folder that a package never contains. */
const NOT_PACKAGED = ["README.md", "page", "route.json", "sample", "tests", "training"];

/** Folder of command line scripts. Each script begins with the path of Python on the machine that ran pip. */
const SCRIPTS = "bin";

const DIST_INFO = ".dist-info";

/**
 * Files in which pip and uv record an installation. The content depends on the machine: RECORD holds the hash of each script
 * (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
 */
const INSTALLATION_RECORDS = ["INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json"];

/** The files of a model's folder that its package contains: all files except {@link isExcluded}. */
export function packagedFiles(folder: string): PackagedFiles {
  const excludedAtTop = excludedNamesAtTop(folder);
  const files: string[] = [];
  const refused: string[] = [];
  const read = (parent: string) => {
    for (const name of readdirSync(join(folder, parent))) {
      const path = parent === "" ? name : `${parent}/${name}`;
      if (isExcluded(name, parent, excludedAtTop)) continue;
      const entry = lstatSync(join(folder, path));
      if (entry.isDirectory()) {
        if (!existsSync(join(folder, path, "pyvenv.cfg"))) read(path);
      } else if (entry.isFile()) files.push(path);
      else refused.push(path);
    }
  };
  read("");
  return { files: files.sort(byCodeUnits), refused: refused.sort(byCodeUnits) };
}

/** Sorts in the same order on every machine, independent of the locale. */
function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Names at the top of a model's folder that its package omits: {@link NOT_PACKAGED}, and the scripts that pip installs. */
function excludedNamesAtTop(folder: string): readonly string[] {
  const hasPackages = readdirSync(folder).some((name) => name.endsWith(DIST_INFO));
  return hasPackages ? [...NOT_PACKAGED, SCRIPTS] : NOT_PACKAGED;
}

/** Hidden files, compiled Python, TypeScript, records of installations; at the top of the folder also `excludedAtTop`. */
function isExcluded(name: string, parent: string, excludedAtTop: readonly string[]): boolean {
  return (
    name.startsWith(".") ||
    name === "__pycache__" ||
    name.endsWith(".pyc") ||
    name.endsWith(".ts") ||
    (parent.endsWith(DIST_INFO) && INSTALLATION_RECORDS.includes(name)) ||
    (parent === "" && excludedAtTop.includes(name))
  );
}

/** A file of a package that imports a module which the package omits. */
export interface ExcludedImport {
  /** Path of the file that imports the module. */
  readonly file: string;
  /** The folder with the module, at the top of the model's folder. */
  readonly module: string;
}

/**
 * Imports of folders that a package omits by their names, although the folders are Python packages, e.g. `from page import
 * Page`. The result contains each module once. The check reads lines that begin with `import` or `from`, and runs no Python.
 */
export function findExcludedImports(folder: string, files: readonly string[]): ExcludedImport[] {
  const modules = excludedNamesAtTop(folder).filter((name) => existsSync(join(folder, name, "__init__.py")));
  if (modules.length === 0) return [];
  const found = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith(".py"))) {
    for (const module of importedModules(readFileSync(join(folder, file), "utf8"))) {
      if (modules.includes(module) && !found.has(module)) found.set(module, file);
    }
  }
  return [...found].map(([module, file]) => ({ module, file }));
}

/** `import a.b as c, d` or `from a.b import c`; a relative import begins with a dot and does not match. */
const IMPORT = /^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import\b|import[ \t]+(\w[^\n#;]*))/gm;

/** The names at the top of the absolute imports in a text of Python. */
function importedModules(text: string): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, from, names]) =>
    (from ?? names ?? "").split(",").map((name) => /^\s*(\w+)/.exec(name)?.[1] ?? ""),
  );
}

/** The text of a file in a model's folder; `undefined` if the file does not exist. */
export function readTextIn(folder: string, path: string): string | undefined {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
