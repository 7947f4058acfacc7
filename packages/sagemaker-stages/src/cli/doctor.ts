import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json";
import { appFolder } from "../lib/app-folder";
import { parseArguments, UsageError } from "../lib/arguments";
import type { Command } from "../lib/command";
import { UserError } from "../lib/user-error";
import { templateOfApp } from "./template/app";
import { isScript, MAINTAINED_FILES } from "./template/files";
import { ENGINE, type Manifest, printManifest, updateManifest } from "./template/manifest";
import { unifiedDiff } from "./template/unified-diff";

const COMPARED = [...MAINTAINED_FILES, "package.json"] as const;

const USAGE = `usage: npx sagemaker-stages doctor [<file> …]

Compares an app with the template of the installed engine, and prints the differences as a patch. Without a file, compares
${COMPARED.join(", ")}.
Of package.json, compares the template's scripts, its Jest configuration, its overrides, and whether a package is missing.

To take over every difference:         npx sagemaker-stages doctor | git apply
To take over the differences of one:   npx sagemaker-stages doctor tsconfig.json | git apply

exit status: 0 without differences, 1 with differences`;

/** Reports how an app differs from the installed engine's template. */
export const doctor: Command = {
  name: "doctor",
  summary: "compare the app's workflows and settings with the engine's template",
  run(words) {
    const { values, positionals } = parseArguments(words, { help: { type: "boolean", short: "h" } }, USAGE);
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const unknown = positionals.filter((file) => !isCompared(file));
    if (unknown.length > 0) {
      throw new UsageError(`file: got ${unknown.join(", ")}; allowed: ${COMPARED.join(", ")}\n\n${USAGE}`);
    }
    const files = positionals.length > 0 ? positionals : COMPARED;
    const patches = compareApp(appFolder(), files);
    process.stdout.write([...patches.values()].join(""));
    // Not on standard output, which `git apply` reads.
    console.error(summarize([...patches.keys()]));
    return patches.size === 0 ? 0 : 1;
  },
};

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
  const patches = files.map((path): [string, string] => {
    const [from, wanted] = [readText(app, path), template.get(path)];
    if (wanted === undefined) throw new Error(`the template of an app: got no ${path}`);
    const to = path === "package.json" ? printManifest(updateManifest(manifest, JSON.parse(wanted))) : wanted;
    return [path, unifiedDiff({ path, from, to, executable: isScript(to) })];
  });
  return new Map(patches.filter(([, patch]) => patch !== ""));
}

function readManifest(app: string): Manifest {
  const text = readText(app, "package.json");
  if (text === undefined) {
    throw new UserError(`package.json: got no such file in ${app}; allowed: the folder of an app`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`package.json: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readText(app: string, path: string): string | undefined {
  const file = join(app, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function summarize(files: readonly string[]): string {
  if (files.length === 0) return `no differences from the template of ${ENGINE} ${version}`;
  return `${files.length} file(s) differ from the template of ${ENGINE} ${version}: ${files.join(", ")}
To take over every difference: npx ${ENGINE} doctor | git apply
To take over one:              npx ${ENGINE} doctor ${files[0]} | git apply`;
}
