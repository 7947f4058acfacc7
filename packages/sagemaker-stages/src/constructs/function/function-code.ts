import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix, relative } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import { appFolder } from "../../lib/app-folder";
import { toLoadFailure } from "../../lib/load-failure";
import { UserError } from "../../lib/user-error";
import { engineSource } from "../../paths";

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

const codes = new Map<string, FunctionCode>();
const bundles = new Map<string, Bundle>();

/**
 * Bundles and zips the handler of a model: `functions/<model>/handler.ts`, or, where there is no such file, a handler
 * that is generated from `functions/<model>/contract.ts`. The same sources give the same bytes, wherever the project
 * lies and whenever it is built; one process builds each function once. {@link bundleFunctions} bundles many at once.
 *
 * @throws LoadFailure where the sources do not build: it names the model, the file and the line
 * @throws UserError where the package is larger than Lambda takes
 */
export function functionCode(model: string): FunctionCode {
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
  outdir: "functions",
  bundle: true,
  write: false,
  platform: "node",
  // Otherwise the tsconfig.json nearest to each source decides on the bytes, also that of a folder above the app.
  tsconfigRaw: { compilerOptions: { strict: true } },
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
export function bundleFunctions(models: readonly string[]): void {
  const missing = models.filter((model) => !bundles.has(model));
  if (missing.length === 0) return;
  try {
    for (const [model, bundle] of build(missing)) bundles.set(model, bundle);
  } catch {
    // The failure can be of several models. `functionCode` bundles each model alone, and its failure names the model.
  }
}

/** @throws LoadFailure */
function bundleAlone(model: string): Bundle {
  try {
    const bundle = build([model]).get(model);
    if (bundle === undefined) throw new Error(`esbuild wrote nothing for functions/${model}/handler.ts`);
    return bundle;
  } catch (error) {
    throw toLoadFailure(error) ?? error;
  }
}

function build(models: readonly string[]): Map<string, Bundle> {
  const generated = mkdtempSync(join(tmpdir(), "handlers-"));
  try {
    return buildFrom(models, generated);
  } finally {
    rmSync(generated, { recursive: true });
  }
}

/** @param generated - a folder for the handlers of models that have none of their own */
function buildFrom(models: readonly string[], generated: string): Map<string, Bundle> {
  const { outputFiles } = buildSync({
    ...BUILD_OPTIONS,
    absWorkingDir: appFolder(),
    alias: {
      // The engine's sources, so that a package is the same wherever npm installed the engine.
      "sagemaker-stages/model": engineSource("model.ts"),
      [HANDLER]: engineSource("runtime/handler.ts"),
      ...Object.fromEntries(models.map((model) => [contractOf(model), join(appFolder(), contractOf(model))])),
    },
    entryPoints: models.map((model) => ({ in: handlerOf(model, generated), out: `${model}/index` })),
  });
  // By the model's folder: esbuild resolves links in the path of the project.
  const files = new Map(
    outputFiles.map((file) => [`${basename(dirname(file.path))}/${basename(file.path)}`, file]),
  );
  return new Map(
    models.flatMap((model): [string, Bundle][] => {
      const [bundle, map] = [files.get(`${model}/index.js`), files.get(`${model}/index.js.map`)];
      if (bundle === undefined || map === undefined) return [];
      return [[model, { bundle: bundle.contents, sourceMap: withoutMachine(model, map.text) }]];
    }),
  );
}

/** Path of the model's own `handler.ts`, or of one that is generated from its contract. */
function handlerOf(model: string, generated: string): string {
  const own = join(appFolder(), "functions", model, "handler.ts");
  if (existsSync(own)) return own;
  const file = join(generated, `${model}.ts`);
  writeFileSync(
    file,
    `import { createHandler } from "${HANDLER}";
import { contract } from "${contractOf(model)}";

export const handler = createHandler(contract);
`,
  );
  return file;
}

/**
 * How a generated handler imports the engine and a contract, by aliases: esbuild chooses short names by how often letters
 * occur in the sources, so that a path of this machine in a source would change the package.
 */
const HANDLER = "sagemaker-stages/handler";

function contractOf(model: string): string {
  return `functions/${model}/contract`;
}

/**
 * Sources are named from the app's folder; packages, which may lie elsewhere on this machine, from the folder that holds
 * them all, also the engine; and a generated handler as if it lay in the model's folder.
 */
function withoutMachine(model: string, map: string): string {
  const document: { readonly sources: readonly string[] } = JSON.parse(map);
  const sources = document.sources.map((source) => {
    const path = posix.join("functions", model, source);
    if (new RegExp(`(^|/)handlers-[^/]+/${model}\\.ts$`).test(path)) return `functions/${model}/handler.ts`;
    const inEngine = relative(engineSource(""), join(realpathSync(appFolder()), path)).replaceAll("\\", "/");
    if (!inEngine.startsWith("..")) return `node_modules/sagemaker-stages/src/${inEngine}`;
    return path.replace(/^.*node_modules\//, "node_modules/");
  });
  return JSON.stringify({ ...document, sources });
}

/**
 * The package of one of this project's functions. Its source map is written beside it, as `<zip>.map`, for the local
 * stage.
 *
 * @param directory - where its zip is written
 */
export function functionPackage(model: string, directory: string): FunctionPackage {
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
