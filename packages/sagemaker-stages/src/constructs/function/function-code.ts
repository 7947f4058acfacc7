import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import { PROJECT } from "../../environment/paths";
import { UserError } from "../../environment/user-error";
import type { ModelName } from "../../../../../functions";
import { toLoadFailure } from "../../app/load-failure";

/** A function's deployment package. */
export interface FunctionCode {
  /** The zip: one file, `index.js`, CommonJS, minified. */
  readonly zip: Uint8Array;
  /** Base64 SHA-256 of the zip, as Lambda reports it in CodeSha256. */
  readonly sha256: string;
  /** Source map of `index.js`, JSON: its sources are named from the project's folder. It is no part of the zip. */
  readonly sourceMap: string;
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

/** What esbuild makes of a function's sources. */
interface Bundle {
  readonly bundle: Uint8Array;
  readonly sourceMap: string;
}

const codes = new Map<ModelName, FunctionCode>();
const bundles = new Map<ModelName, Bundle>();

/**
 * Bundles and zips `functions/<model>/handler.ts`. The same sources give the same bytes, wherever the project
 * lies and whenever it is built; one process builds each function once. {@link bundleFunctions} bundles many at once.
 *
 * @throws LoadFailure where the sources do not build: it names the model, the file and the line
 * @throws UserError where the package is larger than Lambda takes
 */
export function functionCode(model: ModelName): FunctionCode {
  const known = codes.get(model);
  if (known !== undefined) return known;

  const { bundle, sourceMap } = bundles.get(model) ?? bundleAlone(model);
  requireBytes(model, "unzipped", bundle.length, MAX_UNZIPPED_BYTES);
  const zip = zipSync({ "index.js": [bundle, FIXED_ATTRIBUTES] } satisfies Zippable);
  requireBytes(model, "zipped", zip.length, MAX_ZIPPED_BYTES);
  const code = { zip, sha256: createHash("sha256").update(zip).digest("base64"), sourceMap };
  codes.set(model, code);
  return code;
}

/** Of a package that is uploaded with the function, as Terraform does. */
const MAX_ZIPPED_BYTES = 50 * 1024 * 1024;
/** Of a package's files. */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

/** @throws UserError where Lambda would refuse the package, in the middle of an apply */
export function requireBytes(model: string, what: string, bytes: number, max: number): void {
  if (bytes <= max) return;
  throw new UserError(
    `the model ${model} could not be packaged:\n  functions/${model}: got ${bytes} bytes (${what}); allowed: at most ${max} (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Keep large data in the model's artifact.`,
  );
}

const BUILD_OPTIONS = {
  absWorkingDir: PROJECT,
  outbase: "functions",
  outdir: "functions",
  entryNames: "[dir]/index",
  bundle: true,
  write: false,
  platform: "node",
  target: "node22",
  // A static ESM import of node:http costs 30 ms at every cold start; CommonJS does not.
  format: "cjs",
  minify: true,
  legalComments: "none",
  logLevel: "silent",
  // Beside the bundle, which is the same as without a map.
  sourcemap: "external",
  sourcesContent: false,
} as const satisfies BuildOptions;

/**
 * Bundles the functions of several models in one build, for {@link functionCode}. The build reads the files that
 * functions share once: 100 builds take four times as long. The bytes are the same.
 */
export function bundleFunctions(models: readonly ModelName[]): void {
  const missing = models.filter((model) => !bundles.has(model));
  if (missing.length === 0) return;
  try {
    for (const [model, bundle] of build(missing)) bundles.set(model, bundle);
  } catch {
    // The failure can be of several models. `functionCode` bundles each model alone, and its failure names the model.
  }
}

/** @throws LoadFailure */
function bundleAlone(model: ModelName): Bundle {
  try {
    const bundle = build([model]).get(model);
    if (bundle === undefined) throw new Error(`esbuild wrote nothing for functions/${model}/handler.ts`);
    return bundle;
  } catch (error) {
    throw toLoadFailure(error) ?? error;
  }
}

function build(models: readonly ModelName[]): Map<ModelName, Bundle> {
  const { outputFiles } = buildSync({
    ...BUILD_OPTIONS,
    entryPoints: models.map((model) => `functions/${model}/handler.ts`),
  });
  // By the model's folder: esbuild resolves links in the path of the project.
  const files = new Map(
    outputFiles.map((file) => [`${basename(dirname(file.path))}/${basename(file.path)}`, file]),
  );
  return new Map(
    models.flatMap((model): [ModelName, Bundle][] => {
      const [bundle, map] = [files.get(`${model}/index.js`), files.get(`${model}/index.js.map`)];
      if (bundle === undefined || map === undefined) return [];
      return [[model, { bundle: bundle.contents, sourceMap: withoutMachine(model, map.text) }]];
    }),
  );
}

/**
 * Sources are named from the project's folder, and packages, which may lie elsewhere on this machine, from the folder
 * that holds them all.
 */
function withoutMachine(model: ModelName, map: string): string {
  const document: { readonly sources: readonly string[] } = JSON.parse(map);
  const sources = document.sources.map((source) =>
    posix.join("functions", model, source).replace(/^.*node_modules\//, "node_modules/"),
  );
  return JSON.stringify({ ...document, sources });
}

/**
 * The package of one of this project's functions. Its source map is written beside it, as `<zip>.map`, for the local
 * stage.
 *
 * @param directory - where its zip is written
 */
export function functionPackage(model: ModelName, directory: string): FunctionPackage {
  const code = functionCode(model);
  // A folder that follows the content, so that processes that synthesize at the same time do not meet.
  const folder = join(directory, Buffer.from(code.sha256, "base64").toString("hex").slice(0, 16));
  const zipFile = join(folder, `${model}.zip`);
  mkdirSync(folder, { recursive: true });
  // The same code may come from other lines.
  writeWhole(`${zipFile}.map`, code.sourceMap);
  if (!existsSync(zipFile)) writeWhole(zipFile, code.zip);
  return { zipFile, sha256: code.sha256, handler: "index.handler", runtime: "nodejs22.x" };
}

/** Everything in a zip entry that would otherwise follow clock and machine; 0644, which Lambda can read. */
const FIXED_ATTRIBUTES = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;

/** Writes a file in one step: another process finds all of it, or nothing. */
function writeWhole(path: string, content: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}
