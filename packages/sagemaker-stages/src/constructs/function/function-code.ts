import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix, relative } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import { NODE_RUNTIME } from "../../aws/lambda-runtimes";
import type { ReadyMadeSource } from "../../contracts/ready-made";
import { appFolder } from "../../lib/app-folder";
import { toLoadFailure } from "../../lib/load-failure";
import { engineSource } from "../../paths";
import { type ContractOfParts, handlerSource, partsOf, readParts } from "./handler-source";
import { FIXED_ATTRIBUTES, MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES, requireBytes } from "./package-limits";
import { hasPythonHandler } from "./python/files";
import { PYTHON_HANDLER, requirePythonTarget, zipPython } from "./python/package";
import type { PythonTarget } from "./python/pip-command";

export { requireBytes } from "./package-limits";

/** A function's deployment package. */
export interface FunctionCode {
  /** The zip: one file, `index.js`, CommonJS, minified; of a handler in Python, the files of the model's folder. */
  readonly zip: Uint8Array;
  /** Base64 SHA-256 of the zip, as Lambda reports it in CodeSha256. */
  readonly sha256: string;
  /**
   * Source map of `index.js`, JSON: its sources are named from the project's folder. It is no part of the zip. A handler
   * in Python has none.
   */
  readonly sourceMap?: string;
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

/** What a package is made from, beside the files in the model's folder: a model of the app. */
export interface FunctionSource extends ContractOfParts {
  /**
   * The ready-made contract of a model without `contract.ts`.
   *
   * @default - none
   */
  readonly readyMade?: ReadyMadeSource | undefined;
}

/** What esbuild makes of a function's sources. */
interface Bundle {
  readonly bundle: Uint8Array;
  readonly sourceMap: string;
}

const codes = new Map<string, FunctionCode>();
const bundles = new Map<string, Bundle>();

/**
 * Packages the handler of a model: zips `functions/<model>/handler.py` with the files beside it, or bundles and zips
 * `functions/<model>/handler.ts`, or, where there is no such file, a handler that is generated from
 * `functions/<model>/contract.ts` or from the options of a ready-made contract. The same sources give the same bytes,
 * wherever the project lies and whenever it is built; one process builds each function once. {@link bundleFunctions}
 * bundles many at once.
 *
 * @throws LoadFailure where the sources do not build: it names the model, the file and the line
 * @throws UserError where the package is larger than Lambda takes
 */
export function functionCode(model: string, source: FunctionSource = {}): FunctionCode {
  const key = keyOf(model, source);
  const known = codes.get(key);
  if (known !== undefined) return known;

  const { zip, sourceMap } = hasPythonHandler(model)
    ? { zip: zipPython(`functions/${model}`) }
    : zipBundle(model, source);
  requireBytes(model, "zipped", zip.length, MAX_ZIPPED_BYTES);
  const sha256 = createHash("sha256").update(zip).digest("base64");
  const code = { zip, sha256, ...(sourceMap === undefined ? {} : { sourceMap }) };
  codes.set(key, code);
  return code;
}

function zipBundle(
  model: string,
  source: FunctionSource,
): { readonly zip: Uint8Array; readonly sourceMap?: string } {
  const { bundle, sourceMap } = bundles.get(keyOf(model, source)) ?? bundleAlone(model, source);
  requireBytes(model, "unzipped", bundle.length, MAX_UNZIPPED_BYTES);
  return { zip: zipSync({ "index.js": [bundle, FIXED_ATTRIBUTES] } satisfies Zippable), sourceMap };
}

/** A model's name, and what else its code is made from: one process can synthesize several apps. */
function keyOf(model: string, { readyMade }: FunctionSource): string {
  return readyMade === undefined ? model : `${model} ${readyMade.file} ${JSON.stringify(readyMade.options)}`;
}

const BUILD_OPTIONS = {
  outdir: "functions",
  bundle: true,
  write: false,
  platform: "node",
  // Otherwise the tsconfig.json nearest to each source decides on the bytes, also that of a folder above the app.
  tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false } },
  target: "node22",
  // Otherwise zod's bounds of number formats stay in every package: a property of Number could have a getter.
  define: {
    "Number.MIN_SAFE_INTEGER": "-9007199254740991",
    "Number.MAX_SAFE_INTEGER": "9007199254740991",
    "Number.MAX_VALUE": "1.7976931348623157e308",
    "Number.POSITIVE_INFINITY": "Infinity",
    "Number.NaN": "NaN",
  },
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
 *
 * @param sources - the app's models, where their contracts can be ready-made
 */
export function bundleFunctions(models: readonly string[], sources: FunctionSources = {}): void {
  const missing = models.filter(
    (model) => !bundles.has(keyOf(model, sources[model] ?? {})) && !hasPythonHandler(model),
  );
  if (missing.length === 0) return;
  try {
    for (const [model, bundle] of build(missing, sources)) {
      bundles.set(keyOf(model, sources[model] ?? {}), bundle);
    }
  } catch {
    // The failure can be of several models. `functionCode` bundles each model alone, and its failure names the model.
  }
}

/** The sources of the models' packages, by the name of the model: the models of an app, for example. */
export type FunctionSources = Readonly<Record<string, FunctionSource>>;

/** @throws LoadFailure */
function bundleAlone(model: string, source: FunctionSource): Bundle {
  try {
    const bundle = build([model], { [model]: source }).get(model);
    if (bundle === undefined) throw new Error(`esbuild wrote nothing for functions/${model}/handler.ts`);
    return bundle;
  } catch (error) {
    throw toLoadFailure(error) ?? error;
  }
}

function build(models: readonly string[], sources: FunctionSources): Map<string, Bundle> {
  const generated = mkdtempSync(join(tmpdir(), "handlers-"));
  try {
    const isReadyMade = (model: string) => sources[model]?.readyMade !== undefined && !hasOwnHandler(model);
    return new Map([
      ...buildFrom(
        models.filter((model) => !isReadyMade(model)),
        sources,
        generated,
      ),
      ...buildFrom(models.filter(isReadyMade), sources, generated, SMALL_ZOD),
    ]);
  } finally {
    rmSync(generated, { recursive: true });
  }
}

/** Ready-made contracts use a small part of zod/mini, which would be a third of a handler. */
const SMALL_ZOD = { "zod/mini": engineSource("contracts/zod-subset.ts") };

/**
 * @param generated - a folder for the handlers of models that have none of their own
 * @param replaced - files in place of packages
 */
function buildFrom(
  models: readonly string[],
  sources: FunctionSources,
  generated: string,
  replaced: Readonly<Record<string, string>> = {},
): Map<string, Bundle> {
  if (models.length === 0) return new Map();
  const options = {
    ...BUILD_OPTIONS,
    absWorkingDir: appFolder(),
    alias: {
      // The engine's sources, so that a package is the same wherever npm installed the engine.
      "sagemaker-stages/model": engineSource("model.ts"),
      [HANDLER]: engineSource("runtime/generated.ts"),
      [CONTRACTS]: engineSource("contracts"),
      ...replaced,
      ...Object.fromEntries(models.map((model) => [contractOf(model), join(appFolder(), contractOf(model))])),
    },
  };
  const { outputFiles } = buildSync({
    ...options,
    entryPoints: entryPoints(models, sources, generated, options),
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

function ownHandlerOf(model: string): string {
  return join(appFolder(), "functions", model, "handler.ts");
}

function hasOwnHandler(model: string): boolean {
  return existsSync(ownHandlerOf(model));
}

/** The model's own `handler.ts`, or one that is generated from its contract. */
function entryPoints(
  models: readonly string[],
  sources: FunctionSources,
  generated: string,
  options: BuildOptions,
): { readonly in: string; readonly out: string }[] {
  const isGenerated = (model: string) => !hasOwnHandler(model) && sources[model]?.readyMade === undefined;
  const parts = readParts(models.filter(isGenerated).map(contractOf), options);
  return models.map((model) => {
    if (hasOwnHandler(model)) return { in: ownHandlerOf(model), out: `${model}/index` };
    const contract = contractOf(model);
    const file = join(generated, `${model}.ts`);
    writeFileSync(
      file,
      handlerOfReadyMade(model, sources[model]) ??
        handlerSource(HANDLER, parts.get(contract) ?? [], { name: "contract", from: contract }),
    );
    return { in: file, out: `${model}/index` };
  });
}

/**
 * A handler with its own contract alone: an import of `functions/index.ts` would bring the code of all models.
 *
 * @returns `undefined` where the contract is not ready-made
 */
function handlerOfReadyMade(model: string, source: FunctionSource | undefined): string | undefined {
  if (source?.readyMade === undefined) return undefined;
  const { file, options } = source.readyMade;
  return handlerSource(HANDLER, partsOf(source), {
    name: "createContract",
    from: `${CONTRACTS}/${file}`,
    expression: `createContract(${JSON.stringify(model)}, ${JSON.stringify(options)})`,
  });
}

/**
 * How a generated handler imports the engine and a contract, by aliases: esbuild chooses short names by how often letters
 * occur in the sources, so that a path of this machine in a source would change the package.
 */
const HANDLER = "sagemaker-stages/handler";

/** How a generated handler imports a ready-made contract. */
const CONTRACTS = "sagemaker-stages/contracts";

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
 * @param source - the model, where its contract can be ready-made; runtime and architecture of a handler in Python
 * @throws UserError where the files of a handler in Python do not run there
 */
export function functionPackage(
  model: string,
  directory: string,
  source: FunctionSource & PythonTarget = {},
): FunctionPackage {
  const runtime = hasPythonHandler(model) ? requirePythonTarget(model, source) : undefined;
  const code = functionCode(model, source);
  // A folder that follows the content, so that processes that synthesize at the same time do not meet.
  const folder = join(directory, Buffer.from(code.sha256, "base64").toString("hex").slice(0, 16));
  const zipFile = join(folder, `${model}.zip`);
  mkdirSync(folder, { recursive: true });
  // The same code may come from other lines.
  if (code.sourceMap !== undefined) writeWhole(`${zipFile}.map`, code.sourceMap);
  if (!existsSync(zipFile)) writeWhole(zipFile, code.zip);
  return {
    zipFile,
    sha256: code.sha256,
    handler: runtime === undefined ? "index.handler" : PYTHON_HANDLER,
    runtime: runtime ?? NODE_RUNTIME,
  };
}

/** Writes a file in one step: another process finds all of it, or nothing. */
function writeWhole(path: string, content: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}
