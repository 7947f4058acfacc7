import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { BROWSER } from "./manifest";

/** Files of new models: the command `new-model` copies their text. */
const MODEL_TEMPLATES = "cli/new-model/templates/";

/**
 * Compiles `src` of the package into `dist`: each TypeScript file to CommonJS, each JSON file as it is, and
 * declarations of the exports (`tsconfig.build.json`). Other files, such as the page's HTML, are read from `src`, which
 * the package contains.
 *
 * @param folder - the package's folder
 * @throws Error if a source does not compile; the compiler has printed the reason
 */
export function compile(folder: string): void {
  const files = filesOf(join(folder, "src")).filter(
    (file) => !file.startsWith(BROWSER) && !file.startsWith(MODEL_TEMPLATES),
  );
  compileSources(
    folder,
    files.filter((file) => file.endsWith(".ts")),
  );
  writeDeclarations(folder);
  for (const file of files.filter(isModule)) cpSync(join(folder, "src", file), join(folder, "dist", file));
}

/** Whether a file is JSON that a module can import. */
function isModule(file: string): boolean {
  return file.endsWith(".json") && !/(^|\/)tsconfig\.[^/]*json$/.test(file);
}

function compileSources(folder: string, files: readonly string[]): void {
  buildSync({
    absWorkingDir: folder,
    entryPoints: files.map((file) => `src/${file}`),
    outbase: "src",
    outdir: "dist",
    format: "cjs",
    platform: "node",
    target: "node20",
    // `import("./file")` becomes `require("./file")`, because Node's `import` requires the file extension.
    supported: { "dynamic-import": false },
    // The package contains the sources, so that stack traces can refer to the sources.
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
  });
}

function writeDeclarations(folder: string): void {
  const typescript = dirname(createRequire(join(folder, "package.json")).resolve("typescript/package.json"));
  const { status } = spawnSync(
    process.execPath,
    [join(typescript, "bin", "tsc"), "--project", "tsconfig.build.json"],
    { cwd: folder, stdio: ["ignore", process.stderr, process.stderr] },
  );
  if (status !== 0) throw new Error(`tsc ended with status ${status}: dist has no complete declarations`);
}

/** Files in a folder and in its folders, with slashes, sorted. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
