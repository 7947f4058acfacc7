import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import { PROJECT } from "../../environments/paths";
import type { ModelName } from "../../functions/catalog";

/** A function's deployment package. */
export interface FunctionCode {
  /** The zip: one file, `index.js`, CommonJS, minified. */
  readonly zip: Uint8Array;
  /** Base64 SHA-256 of the zip, as Lambda reports it in CodeSha256. */
  readonly sha256: string;
}

/** A function's code on this machine, as Lambda takes it. */
export interface FunctionPackage {
  /** Path of the zip. */
  readonly zipFile: string;
  /** Base64 SHA-256 of the zip: Lambda reports the same, so that drift shows. */
  readonly sha256: string;
  /** `<file>.<export>` */
  readonly handler: string;
  /** Lambda's runtime, e.g. `nodejs22.x`. */
  readonly runtime: string;
}

const codes = new Map<ModelName, FunctionCode>();

/**
 * Bundles and zips `functions/<model>/handler.ts`. The same sources give the same bytes, wherever the project
 * lies and whenever it is built; one process builds each function once.
 *
 * @throws Error of esbuild, naming file and line, where the sources do not build
 */
export function functionCode(model: ModelName): FunctionCode {
  const known = codes.get(model);
  if (known !== undefined) return known;

  const { outputFiles } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [`functions/${model}/handler.ts`],
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    // A static ESM import of node:http costs 30 ms at every cold start; CommonJS does not.
    format: "cjs",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild wrote nothing for functions/${model}/handler.ts`);
  const zip = zipSync({ "index.js": [bundle.contents, FIXED_ATTRIBUTES] } satisfies Zippable);
  const code = { zip, sha256: createHash("sha256").update(zip).digest("base64") };
  codes.set(model, code);
  return code;
}

/**
 * The package of one of this project's functions.
 *
 * @param directory - where its zip is written
 */
export function functionPackage(model: ModelName, directory: string): FunctionPackage {
  const code = functionCode(model);
  return {
    zipFile: writeZip(code, model, directory),
    sha256: code.sha256,
    handler: "index.handler",
    runtime: "nodejs22.x",
  };
}

/** Everything in a zip entry that would otherwise follow clock and machine; 0644, which Lambda can read. */
const FIXED_ATTRIBUTES = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;

/**
 * Writes the zip below `directory`, in a folder that follows its content, so that processes that synthesize at
 * the same time do not meet.
 *
 * @returns the file's path; its name is `<model>.zip`
 */
function writeZip({ zip, sha256 }: FunctionCode, model: ModelName, directory: string): string {
  const folder = join(directory, Buffer.from(sha256, "base64").toString("hex").slice(0, 16));
  const path = join(folder, `${model}.zip`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, zip);
    renameSync(unfinished, path);
  }
  return path;
}
