import { spawn } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MAINTAINED_FILES } from "../../../src/cli/template/files";

/** The engine's folder in this repository. */
const ENGINE = join(__dirname, "../../..");
const REPOSITORY = join(ENGINE, "../..");

/** The parts of the engine's folder that packaging needs: everything except sources and tests. */
const PACKAGING = [
  "examples",
  "package.json",
  "tsconfig.build.json",
  "bin",
  "packaging",
  "template",
  "LICENSE",
  "README.md",
  ".gitignore",
  // Packaging collects the template with these modules.
  "src/cli/template/files.ts",
  "src/paths.ts",
];

/** Files of the repository's top level, from which packaging makes the package's template and documents. */
const APP = [...MAINTAINED_FILES, ".gitignore", ".npmrc", "main.ts", "stacks", "__tests__", "docs"];

/** Sources with each export, a JSON file, and files that the package must not contain in `dist`. */
const SOURCES: Readonly<Record<string, string>> = {
  "src/index.ts": `
    import settings from "./settings.json";
    import { load } from "./loader";
    export { load };
    export class Engine { readonly size: number = settings.size; }
  `,
  "src/loader.ts": `
    export async function load(): Promise<number> { return (await import("./model")).loaded; }
  `,
  "src/settings.json": `{ "size": 3 }`,
  "src/model.ts": `
    const { counters } = globalThis as { counters?: { model: number } };
    if (counters !== undefined) counters.model += 1;
    export const loaded: number = counters?.model ?? 0;
  `,
  "src/sample.ts": `export { loaded } from "./model";`,
  "src/testing/index.ts": `export { loaded } from "../model";`,
  "src/cli/main.ts": `
    import { join } from "node:path";
    import { loaded } from "../model";
    export async function runCommand(words: readonly string[], register: (form: "import()") => Promise<void>): Promise<void> {
      await register("import()");
      const app = join(process.cwd(), "app.ts");
      void import(app)
        .then(({ see }) => see())
        .then((seen) => console.log(JSON.stringify({ loaded, seen, words })));
    }
  `,
  "src/cli/new-model/templates/rows/contract.ts": `export { missing } from "missing";`,
  "src/page/tsconfig.json": "{}",
  "src/page/index.html": "<p></p>",
  "src/page/browser/page.ts": `document.title = "page";`,
  "src/page/browser/view.ts": `export function focus(element: HTMLElement): void { element.focus(); }`,
  "tests/index.test.ts": `throw new Error("not part of the package");`,
};

/**
 * Writes a repository with the engine's real packaging and few sources, so that `npm pack` takes two seconds and never
 * changes the working copy.
 *
 * @param folder - an empty folder, the repository's root
 * @returns the engine's folder in that repository
 */
export function writeSmallRepository(folder: string): string {
  const engine = join(folder, "packages", "sagemaker-stages");
  write(folder, {
    "package.json": JSON.stringify({ name: "app", private: true, workspaces: ["packages/*"] }),
  });
  for (const file of APP) cpSync(join(REPOSITORY, file), join(folder, file), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "junction");
  for (const file of PACKAGING) cpSync(join(ENGINE, file), join(engine, file), { recursive: true });
  write(engine, SOURCES);
  return engine;
}

/** Writes files, and the folders that they need. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

/** The output and the exit status of a program. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program in `folder` until it ends.
 *
 * @param env - default: the environment variables of this process
 */
export function run(
  program: string,
  words: readonly string[],
  folder: string,
  env?: NodeJS.ProcessEnv,
): Promise<Finished> {
  const child = spawn(program, words, {
    cwd: folder,
    ...(env !== undefined && { env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, ...output }));
  });
}
