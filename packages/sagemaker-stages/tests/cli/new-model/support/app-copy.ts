import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { runNewModel } from "../../../../src/cli/new-model/command";
import { NEW_MODEL } from "../../../../src/cli/new-model/form";
import { readCommandLine } from "../../../../src/lib/arguments";
import { BEFORE_EVERY_END } from "../../../../src/testing/clock";
import { makeTempFolder, removeFolder } from "../../../../src/testing/temp-folder";
import { COMMAND, copyApp, MAIN } from "../../../local/support/project";
import { type Finished, run } from "../../../package/support/small-repository";

const REPOSITORY = join(__dirname, "../../../../../..");

/** Jest's module loader, which compiles a module once for all test files: an app's test files load the same modules. */
const COMPILE_ONCE = join(__dirname, "../../../support/compile-once-runtime.js");

/** Settings that an app and the engine's repository share. */
const SETTINGS = [".gitignore", "biome.json", "package.json", "tsconfig.json"];

/** An app in a temporary folder, in which commands can write. Its packages are linked. */
export class AppCopy {
  private readonly parent = realpathSync(makeTempFolder());
  readonly folder = join(this.parent, "my-app");

  private constructor() {
    mkdirSync(this.folder);
  }

  /** A copy of the fixture app, with its environments. */
  static ofFixture(): AppCopy {
    const app = new AppCopy();
    copyApp(app.folder);
    for (const file of SETTINGS) cpSync(join(REPOSITORY, file), join(app.folder, file));
    return app;
  }

  /** A new app, as `init` writes it. Its synthesis compares the runtimes with a day before every end, like the fixture app's. */
  static async ofInit(): Promise<AppCopy> {
    const app = new AppCopy();
    const { status, stderr } = await app.command("init", ".");
    if (status !== 0) throw new Error(`init ended with status ${status}: ${stderr}`);
    symlinkSync(join(REPOSITORY, "node_modules"), join(app.folder, "node_modules"), "dir");
    const now = `const now = new Date(${JSON.stringify(BEFORE_EVERY_END)});`;
    app.edit("main.ts", (text) =>
      text.replace("createApp({ models, environments, accounts", `${now}\n$&, now`),
    );
    return app;
  }

  /**
   * Runs `new-model` in this process, which is faster than {@link command}.
   *
   * @returns the output of the command
   * @throws UsageError or UserError
   */
  newModel(...words: readonly string[]): string {
    const before = process.cwd();
    process.chdir(this.folder);
    try {
      return runNewModel(readCommandLine(NEW_MODEL, words));
    } finally {
      process.chdir(before);
    }
  }

  /** Runs code of a command in this process, in the app's folder. */
  async inFolder<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    const before = process.cwd();
    process.chdir(this.folder);
    try {
      return await act();
    } finally {
      process.chdir(before);
    }
  }

  /** Writes a file, with its folders. */
  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  /** Runs `sagemaker-stages` in a process in the app. */
  command(...words: readonly string[]): Promise<Finished> {
    return run(process.execPath, [COMMAND, ...words], this.folder);
  }

  /**
   * Checks the types of the app. One checker needs half of the processor time of the default, four checkers that each check
   * the types which they share.
   */
  types(): Promise<Finished> {
    return this.program("typescript/bin/tsc", "--noEmit", "--checkers", "1");
  }

  /** Runs a program of the app's packages, e.g. `@biomejs/biome/bin/biome`. */
  program(path: string, ...words: readonly string[]): Promise<Finished> {
    return run(process.execPath, [join("node_modules", path), ...words], this.folder);
  }

  /**
   * Runs the app's tests.
   *
   * @param place - on the developer's machine, Jest writes snapshots that are missing; in CI, it fails
   * @param words - words of Jest's command line
   */
  jest(place: "developer's machine" | "CI", ...words: readonly string[]): Promise<Finished> {
    const variables = { ...process.env, CI: String(place === "CI") };
    const program = ["node_modules/jest/bin/jest.js", `--runtime=${COMPILE_ONCE}`];
    return run(process.execPath, [...program, ...words], this.folder, variables);
  }

  /** Synthesizes the app. */
  synthesize(): Promise<Finished> {
    return run(process.execPath, MAIN, this.folder);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Changes a file; throws if `change` changes nothing. */
  edit(path: string, change: (text: string) => string): void {
    const before = this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`${path}: there was nothing to change`);
    writeFileSync(join(this.folder, path), after);
  }

  /** The bytes of every file by its path, except packages and files of the synthesis. */
  files(): ReadonlyMap<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((path) => !/^(node_modules|cdktf\.out)\b/.test(path))
      .sort();
    return new Map(paths.map((path) => [path, readFileSync(join(this.folder, path), "base64")]));
  }

  remove(): void {
    removeFolder(this.parent);
  }
}
