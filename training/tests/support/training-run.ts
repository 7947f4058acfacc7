import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const PROJECT = join(__dirname, "../../..");

/** The result of a script. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** Texts of the written files, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** The time limit of a test that runs a training: a process starts slowly on a busy machine. */
export const TIMEOUT_IN_MS = 30_000;

/** A folder for data and for the files that trainings write. */
export class TrainingFolder {
  private readonly folder = mkdtempSync(join(tmpdir(), "training-"));
  private runs = 0;

  /** @returns the file's path */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /**
   * Runs a training as a user does, with a separate output folder.
   *
   * @param path - the script's path from the project's folder, e.g. `functions/iris/training/train.ts`
   * @param files - paths of the data's files
   */
  async run(path: string, files: readonly string[]): Promise<Run> {
    this.runs += 1;
    const out = join(this.folder, `out-${this.runs}`);
    mkdirSync(out);
    // Omits tsx's loader for ES modules, because no script needs this loader, and it takes as long as the rest of the
    // run.
    const words = ["--require", "tsx/cjs", path, "--out", out, ...files];
    const script = spawn(process.execPath, words, { cwd: PROJECT, stdio: ["ignore", "pipe", "pipe"] });
    const [output, errors] = [collect(script.stdout), collect(script.stderr)];
    const status = await new Promise<number | null>((resolve, reject) => {
      script.on("error", reject).on("close", resolve);
    });
    return { status, output: await output, errors: await errors, files: readFiles(out) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

function readFiles(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
  return Object.fromEntries(files.map((file) => [relative(folder, file), readFileSync(file, "utf8")]));
}
