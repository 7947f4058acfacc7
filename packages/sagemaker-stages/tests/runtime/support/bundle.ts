import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { functionCode } from "../../../src/constructs/function/function-code";
import { appFolder } from "../../../src/lib/app-folder";
import type { PackageSize } from "./package-size";

const run = promisify(execFile);

/** A function's deployment package, unpacked into a temporary folder. */
export class Bundle {
  private constructor(
    /** The package's files by name. */
    readonly files: Readonly<Record<string, Uint8Array>>,
    /** The data files in the package, with their compressed sizes. */
    readonly dataFiles: PackageSize["data"],
    private readonly folder: string,
  ) {}

  /** The deployed package of a model, for the app in the current folder. */
  static of(model: string): Bundle {
    const { zip, sourceMap } = functionCode(model);
    const bundle = new Bundle(
      unzipSync(zip),
      dataFilesOf(sourceMap ?? ""),
      mkdtempSync(join(tmpdir(), `bundle-${model}-`)),
    );
    writeFileSync(bundle.path, bundle.code);
    return bundle;
  }

  /** The unpacked index.js. */
  get path(): string {
    return join(this.folder, "index.js");
  }

  /** The content of index.js. */
  get code(): Uint8Array {
    return this.files["index.js"] ?? new Uint8Array();
  }

  /** Runs `script` in a new process with only these environment variables. @returns the standard output */
  async runNode(script: string, environment: NodeJS.ProcessEnv): Promise<string> {
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: this.folder, env: environment });
    return stdout;
  }

  /** Invokes the handler like Lambda. @returns the log lines, and at the end `{ answer }` */
  async invoke(event: unknown, environment: NodeJS.ProcessEnv): Promise<unknown[]> {
    const script = `
      const { handler } = require(${JSON.stringify(this.path)});
      const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 };
      handler(${JSON.stringify(event)}, context).then((answer) => console.log(JSON.stringify({ answer })));
    `;
    const written = await this.runNode(script, environment);
    return written
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The JSON files in a package. esbuild writes these files without white space. */
function dataFilesOf(sourceMap: string): PackageSize["data"] {
  const { sources }: { readonly sources: readonly string[] } = JSON.parse(sourceMap);
  return sources
    .filter((source) => source.endsWith(".json"))
    .map((file) => {
      const document: unknown = JSON.parse(readFileSync(join(appFolder(), file), "utf8"));
      return { file, bytes: gzipSync(JSON.stringify(document), { level: 9 }).length };
    });
}
