import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { version } from "../../package.json";
import type * as loading from "../app/load-app";
import type * as runtimes from "../app/runtimes-in-use";
import { appFolder, describeNoApp } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { defineCommand } from "../lib/command";
import { isObject, parseJson } from "../lib/json";
import { UserError } from "../lib/user-error";
import { templateOfApp } from "./template/app";
import { isScript, MAINTAINED_FILES } from "./template/files";
import { ENGINE, type Manifest, printManifest, updateManifest } from "./template/manifest";
import { unifiedDiff } from "./template/unified-diff";

const COMPARED = [...MAINTAINED_FILES, "package.json"] as const;

/** The command that compares an app with the template of the installed engine. */
export const doctor = defineCommand(
  {
    name: "doctor",
    summary: "Compare the app's workflows and settings with the engine's template, and print a patch",
    words: {
      file: {
        occurs: "any",
        summary: `file to compare; default: all of these files:\n${COMPARED.join("\n")}`,
      },
    },
    options: {
      runtimes: {
        summary:
          "in place of files, compare the runtimes of the functions with the dates on which AWS ends their support:\na warning from one year before the date, a failure after the date",
      },
    },
    notes: `In package.json, the command compares the template's scripts, Jest configuration and overrides, and reports missing packages.
The command does not report the app's own scripts, packages and versions.

To apply all of the engine's changes: npx sagemaker-stages doctor | git apply
To apply the changes of one file:     npx sagemaker-stages doctor tsconfig.json | git apply

exit status: 0 without differences, 1 with differences or with an ended runtime, 2 for a wrong command line`,
  },
  ({ words, options }) => {
    if (options.runtimes) return checkRuntimes(words.file);
    const named = words.file.map((file) => posix.normalize(file.replaceAll("\\", "/")));
    const unknown = named.filter((file) => !isCompared(file));
    if (unknown.length > 0) {
      throw new UsageError(`<file>: got ${unknown.join(", ")}; allowed: ${COMPARED.join(", ")}`);
    }
    const engine = engineOfRepository(appFolder());
    if (engine !== undefined) {
      console.error(
        `Nothing to compare: the engine is ${engine} of this repository, and the template is the repository itself`,
      );
      return 0;
    }
    const patches = compareApp(appFolder(), named.length > 0 ? [...new Set(named)] : COMPARED);
    process.stdout.write([...patches.values()].join(""));
    // On standard error, because `git apply` reads standard output.
    console.error(summarize([...patches.keys()]));
    return patches.size === 0 ? 0 : 1;
  },
);

/** @returns the exit status: 1 if AWS has ended the support of the runtime of a function, 0 otherwise */
function checkRuntimes(files: readonly string[]): number {
  if (files.length > 0) {
    throw new UsageError(`--runtimes: got the file ${files.join(", ")}; allowed: --runtimes without a file`);
  }
  const { loadApp }: typeof loading = require("../app/load-app");
  const { reportRuntimes }: typeof runtimes = require("../app/runtimes-in-use");
  const { lines, hasEnded } = reportRuntimes(loadApp(), new Date());
  for (const line of lines) console.error(line);
  if (lines.length === 0) console.error("AWS supports the runtime of every function for more than one year");
  return hasEnded ? 1 : 0;
}

/** The engine's folder if the engine is a workspace of the app's repository; `undefined` if it is installed. */
function engineOfRepository(app: string): string | undefined {
  const installed = join(app, "node_modules", ENGINE);
  if (!existsSync(installed)) return undefined;
  const folder = relative(realpathSync(app), realpathSync(installed)).replaceAll("\\", "/");
  return folder.startsWith("../") || folder.includes("node_modules/") ? undefined : folder;
}

function isCompared(file: string): boolean {
  return COMPARED.some((compared) => compared === file);
}

/** @returns the patch of each file that differs */
function compareApp(app: string, files: readonly string[]): Map<string, string> {
  const manifest = readManifest(app);
  const template = templateOfApp({
    name: String(manifest.name),
    engine: manifest.dependencies?.[ENGINE] ?? version,
  });
  const prefix = pathInRepository(app);
  const patches = files.map((path): [string, string] => {
    const [from, wanted] = [readText(app, path), template.get(path)];
    if (wanted === undefined) throw new Error(`the template of an app: got no ${path}`);
    const to = path === "package.json" ? printManifest(updateManifest(manifest, JSON.parse(wanted))) : wanted;
    return [path, unifiedDiff({ path: posix.join(prefix, path), from, to, executable: isScript(to) })];
  });
  return new Map(patches.filter(([, patch]) => patch !== ""));
}

/** The app's path in its Git repository: `git apply` reads the paths of a patch from the repository's folder. */
function pathInRepository(app: string): string {
  for (let folder = app; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return relative(folder, app).replaceAll("\\", "/");
    if (folder === dirname(folder)) return "";
  }
}

function readManifest(app: string): Manifest {
  const text = readText(app, "package.json");
  if (text === undefined) throw new UserError(describeNoApp(app, ["package.json"]));
  const manifest = parseManifest(text);
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  if (packages[ENGINE] === undefined) {
    throw new UserError(describeNoApp(app, [`dependency on ${ENGINE} in package.json`]));
  }
  return manifest;
}

function parseManifest(text: string): Manifest {
  const manifest = parseJson(text);
  if (isObject(manifest)) return manifest;
  throw new UserError("package.json: got a file that is not a JSON object; allowed: a package.json of npm");
}

function readText(app: string, path: string): string | undefined {
  const file = join(app, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function summarize(files: readonly string[]): string {
  if (files.length === 0) return `No differences from the template of ${ENGINE} ${version}`;
  return [
    `${files.length} file(s) differ from the template of ${ENGINE} ${version}: ${files.join(", ")}`,
    `To apply all of the engine's changes:  npx ${ENGINE} doctor | git apply`,
    "To apply the engine's changes of one file:",
    ...files.map((file) => `  npx ${ENGINE} doctor ${file} | git apply`),
  ].join("\n");
}
