import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix, relative } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { strToU8, type Zippable, zipSync } from "fflate";
import {
  DEFAULT_NODE_RUNTIME,
  DEFAULT_PYTHON_RUNTIME,
  NODE_RUNTIMES,
  type NodeRuntime,
  PYTHON_RUNTIMES,
  type PythonRuntime,
  RUNTIMES_SOURCE,
} from "../../aws/lambda-runtimes";
import type { ReadyMadeSource } from "../../contracts/ready-made";
import { appFolder } from "../../lib/app-folder";
import { toLoadFailure } from "../../lib/load-failure";
import { UserError } from "../../lib/user-error";
import { engineSource } from "../../paths";
import {
  BUNDLE_FILE,
  bufferedSource,
  CAPTURE_ENTRY,
  type ContractOfParts,
  type ContractSource,
  type HandlerNeeds,
  type HandlerWrappers,
  handlerSource,
  kindOf,
  needsOf,
  ownHandlerSource,
  readNeeds,
  streamingSource,
  undecidedSource,
} from "./handler-source";
import { FIXED_ATTRIBUTES, MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES, requireBytes } from "./package-limits";
import { hasPythonHandler } from "./python/files";
import type { Architecture } from "./python/native-code";
import { PYTHON_HANDLER, requirePythonTarget, zipPython } from "./python/package";

export { requireBytes } from "./package-limits";

/** A function's deployment package. */
export interface FunctionCode {
  /**
   * The zip. For a handler in TypeScript, it contains `index.js`: CommonJS, minified; with capture `bundle.js` and `index.mjs`. For a
   * handler in Python, it contains the files of the model's folder.
   */
  readonly zip: Uint8Array;
  /** Base64 SHA-256 of the zip, as Lambda reports it in CodeSha256. */
  readonly sha256: string;
  /**
   * Source map of `index.js`, as JSON. Paths of sources start at the app's folder. The zip does not contain the source map.
   * The package of a handler in Python has no source map.
   */
  readonly sourceMap?: string;
}

/** A function's deployment package on this machine. */
export interface FunctionPackage {
  /** Path of the zip. */
  readonly zipFile: string;
  /** Base64 SHA-256 of the zip. Lambda reports the same value, so that a plan shows drift. */
  readonly sha256: string;
  /** `<file>.<export>` */
  readonly handler: string;
  /** Lambda's runtime, e.g. `nodejs22.x`. */
  readonly runtime: string;
}

/** The properties of a model that determine its package, in addition to the files in the model's folder. */
export interface FunctionSource extends ContractOfParts {
  /**
   * The ready-made contract of a model without `contract.ts`.
   *
   * @default - none
   */
  readonly readyMade?: ReadyMadeSource | undefined;
  /**
   * Whether the environment allows several origins (CORS). The handler then names the origin of each request. Without this
   * property, the package does not contain the code for it.
   *
   * @default false
   */
  readonly severalOrigins?: boolean | undefined;
  /**
   * Whether the function stores requests and answers. Without this property, the package does not contain the code for it.
   *
   * @default false
   */
  readonly captures?: boolean | undefined;
  /**
   * Whether the endpoint is asynchronous. Without this property, the package does not contain the code for it.
   *
   * @default false
   */
  readonly asynchronous?: boolean | undefined;
  /**
   * Whether the route and the function URL send the answer in parts (`responseTransferMode: "stream"`). The handler then
   * writes its answer to Lambda's response stream.
   *
   * @default - whether the contract has `stream`
   */
  readonly streamsAnswers?: boolean | undefined;
}

/** Runtime and architecture of a function. */
export interface FunctionTarget {
  /**
   * Lambda's runtime, of the handler's language.
   *
   * @default - "nodejs22.x"; "python3.13" for a model with `handler.py`
   */
  readonly runtime?: NodeRuntime | PythonRuntime | undefined;
  /**
   * Architecture of a handler in Python. JavaScript does not depend on the architecture.
   *
   * @default "arm64"
   */
  readonly architecture?: Architecture | undefined;
}

/** esbuild's output for a function. */
interface Bundle {
  readonly bundle: Uint8Array;
  readonly sourceMap: string;
}

const codes = new Map<string, FunctionCode>();
const bundles = new Map<string, Bundle>();

/**
 * Packages the handler of a model: zips `functions/<model>/handler.py` with the files beside it, or bundles and zips
 * `functions/<model>/handler.ts`. Without such a file, the handler is generated from `functions/<model>/contract.ts` or from
 * the options of a ready-made contract. The same sources give the same bytes, in every folder and at every time; one process
 * builds each function once. {@link bundleFunctions} bundles many functions at once.
 *
 * @throws LoadFailure with the model, the file and the line, if the sources do not build
 * @throws UserError if the package is larger than Lambda's limit
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
  const { file, bundleFile, source: entry } = CAPTURE_ENTRY;
  const files: Zippable = source.captures
    ? { [bundleFile]: [bundle, FIXED_ATTRIBUTES], [file]: [strToU8(entry), FIXED_ATTRIBUTES] }
    : { [BUNDLE_FILE]: [bundle, FIXED_ATTRIBUTES] };
  return { zip: zipSync(files), sourceMap };
}

/** The key of a function: the model's name and its contract, because one process can synthesize several apps. */
function keyOf(model: string, source: FunctionSource): string {
  const { readyMade, severalOrigins, captures, asynchronous, streamsAnswers } = source;
  const transfer = streamsAnswers === undefined ? "" : streamsAnswers ? " in a stream" : " in one piece";
  const name = `${model}${severalOrigins ? " with several origins" : ""}${captures ? " with capture" : ""}${asynchronous ? ", asynchronous" : ""}${transfer}`;
  const ofCatalog = isOfCatalog(source) ? `${name} ${JSON.stringify(needsOf(source))}` : name;
  return readyMade === undefined
    ? ofCatalog
    : `${ofCatalog} ${readyMade.file} ${JSON.stringify(readyMade.options)}`;
}

/** The options with which esbuild builds the code of every function. */
export const BUILD_OPTIONS = {
  outdir: "functions",
  bundle: true,
  write: false,
  platform: "node",
  // Otherwise the nearest tsconfig.json of each source changes the bytes, even a tsconfig.json in a folder above the app.
  tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false } },
  // The oldest runtime, so that a function has one package for all runtimes: a change of the runtime changes no code.
  target: NODE_RUNTIMES[0].replace(/^nodejs(\d+)\.x$/, "node$1"),
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
  // A separate file, so that the bundle is the same as without a map.
  sourcemap: "external",
  sourcesContent: false,
} as const satisfies BuildOptions;

/**
 * Bundles the functions of several models in one build, for {@link functionCode}. One build reads shared files once: 100
 * separate builds take four times as long. The bytes are the same.
 *
 * @param sources - the app's models, with their ready-made contracts
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
    // The failure can concern several models. `functionCode` bundles each model alone, so that its failure names the model.
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
      ...buildFrom(models.filter(isReadyMade), sources, generated, ZOD_SUBSET),
    ]);
  } finally {
    rmSync(generated, { recursive: true });
  }
}

/** Ready-made contracts use a small part of zod/mini. The complete zod/mini would be a third of a handler. */
const ZOD_SUBSET = { "zod/mini": engineSource("contracts/zod-subset.ts") };

/**
 * @param generated - a folder for generated handlers
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
      // The engine's sources, so that a package does not depend on where npm installed the engine.
      "sagemaker-stages/model": engineSource("model.ts"),
      [HANDLER]: engineSource("runtime/generated.ts"),
      [CONTRACTS]: engineSource("contracts"),
      [ORIGINS]: engineSource("runtime/origins.ts"),
      [CAPTURE]: engineSource("runtime/capture/handler.ts"),
      [ASYNC]: engineSource("runtime/async/handler.ts"),
      [STREAM_ANSWER]: engineSource("runtime/stream/answer.ts"),
      [STREAMING]: engineSource("runtime/stream/handler.ts"),
      [BUFFERED]: engineSource("runtime/stream/buffered.ts"),
      ...replaced,
      ...Object.fromEntries(
        models.flatMap((model) => [
          [contractOf(model), join(appFolder(), contractOf(model))],
          [ownHandlerAlias(model), ownHandlerOf(model)],
        ]),
      ),
    },
  };
  const { outputFiles } = buildSync({
    ...options,
    entryPoints: entryPoints(models, sources, generated, options),
  });
  // By the name of the model's folder, because esbuild resolves links in the path of the app.
  const files = new Map(
    outputFiles.map((file) => [`${basename(dirname(file.path))}/${basename(file.path)}`, file]),
  );
  return new Map(
    models.flatMap((model): [string, Bundle][] => {
      const [bundle, map] = [files.get(`${model}/index.js`), files.get(`${model}/index.js.map`)];
      if (bundle === undefined || map === undefined) return [];
      return [[model, { bundle: bundle.contents, sourceMap: withoutLocalPaths(model, map.text) }]];
    }),
  );
}

function ownHandlerOf(model: string): string {
  return join(appFolder(), "functions", model, "handler.ts");
}

function hasOwnHandler(model: string): boolean {
  return existsSync(ownHandlerOf(model));
}

/** The model's own `handler.ts`, or a handler that is generated from its contract. */
function entryPoints(
  models: readonly string[],
  sources: FunctionSources,
  generated: string,
  options: BuildOptions,
): { readonly in: string; readonly out: string }[] {
  const isUnknown = (model: string) => !hasOwnHandler(model) && !isOfCatalog(sources[model]);
  const contracts = models
    .filter(isUnknown)
    .map((model) => [model, join(appFolder(), contractOf(model))] as const);
  const needs = readNeeds(new Map(contracts), options);
  return models.map((model) => {
    const source = sources[model];
    const wrappers = wrappersOf(source);
    const isOwn = hasOwnHandler(model);
    if (isOwn && wrappers.origins === undefined && wrappers.stream === undefined) {
      return { in: ownHandlerOf(model), out: `${model}/index` };
    }
    const file = join(generated, `${model}.ts`);
    const text = isOwn
      ? ownHandlerSource(ownHandlerAlias(model), wrappers)
      : generatedSource(source, needs.get(model), contractSourceOf(model, source), wrappers);
    writeFileSync(file, text);
    return { in: file, out: `${model}/index` };
  });
}

/**
 * Whether the source is an entry of a catalog. The entry also determines the route, the permissions and the transfer mode, so
 * that the handler must follow the entry, and not a second reading of the contract's file.
 */
function isOfCatalog({ route, readyMade }: FunctionSource = {}): boolean {
  return route !== undefined || readyMade !== undefined;
}

/** @param needs - the needs of a contract in a file; default: those of the catalog's entry `source` */
function generatedSource(
  source: FunctionSource = {},
  needs: HandlerNeeds = needsOf(source),
  contract: ContractSource,
  { origins, capture, stream, asynchronous }: HandlerWrappers,
): string {
  const { parts } = needs;
  if (asynchronous !== undefined) return handlerSource(HANDLER, parts, contract, { origins, asynchronous });
  const isBuffered = source.streamsAnswers === false;
  // The rules refuse `capture` for a contract that streams, and the handler of the kind `buffered` serves every contract.
  if (needs.hasStream === undefined && capture === undefined && !isBuffered) {
    return undecidedSource({ streaming: STREAMING }, HANDLER, parts, contract, { origins, stream });
  }
  const { hasStream = isBuffered } = needs;
  switch (kindOf({ stream: hasStream || undefined }, source.streamsAnswers)) {
    case "streaming":
      return streamingSource({ streaming: STREAMING }, HANDLER, parts, contract, { origins });
    case "buffered":
      return bufferedSource({ buffered: BUFFERED }, HANDLER, parts, contract, { origins, capture });
    case "plain":
      return handlerSource(HANDLER, parts, contract, { origins, capture, stream });
  }
}

/** The contract of one model: an import of `functions/index.ts` would add the code of all models. */
function contractSourceOf(model: string, source: FunctionSource | undefined): ContractSource {
  if (source?.readyMade === undefined) return { name: "contract", from: contractOf(model) };
  const { file, options } = source.readyMade;
  return {
    name: "createContract",
    from: `${CONTRACTS}/${file}`,
    expression: `createContract(${JSON.stringify(model)}, ${JSON.stringify(options)})`,
  };
}

/**
 * The alias by which a generated handler imports the engine. esbuild chooses short names by the frequency of letters in the
 * sources, so that a local path in a source would change the package.
 */
const HANDLER = "sagemaker-stages/handler";

/** The alias of the code that names the origin of each request. */
const ORIGINS = "sagemaker-stages/origins";

/** The alias of the code that stores requests and answers. */
const CAPTURE = "sagemaker-stages/capture";

/** The alias of the handlers of asynchronous endpoints. */
const ASYNC = "sagemaker-stages/async";

/** The alias of the code with which an ordinary handler answers through Lambda's response stream. */
const STREAM_ANSWER = "sagemaker-stages/stream-answer";

/** The alias of the handler of contracts with `stream`. */
const STREAMING = "sagemaker-stages/streaming";

/** The alias of the code that refuses requests for streams. */
const BUFFERED = "sagemaker-stages/buffered";

function wrappersOf({
  severalOrigins,
  captures,
  asynchronous,
  streamsAnswers,
}: FunctionSource = {}): HandlerWrappers {
  return {
    origins: severalOrigins ? ORIGINS : undefined,
    capture: captures ? CAPTURE : undefined,
    asynchronous: asynchronous ? ASYNC : undefined,
    stream: streamsAnswers ? STREAM_ANSWER : undefined,
  };
}

/** The alias of a model's own handler. */
function ownHandlerAlias(model: string): string {
  return `functions/${model}/handler`;
}

/** The alias by which a generated handler imports a ready-made contract. */
const CONTRACTS = "sagemaker-stages/contracts";

function contractOf(model: string): string {
  return `functions/${model}/contract`;
}

/**
 * Removes local paths from a source map. Paths of sources start at the app's folder. Paths of packages, including the engine,
 * start at `node_modules`. A generated handler gets the path of `handler.ts` in the model's folder.
 */
function withoutLocalPaths(model: string, map: string): string {
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
 * Writes the package of a function of the app. The local stage reads the source map, `<zip>.map`, beside the package.
 *
 * @example
 * const code = functionPackage("iris", join(App.of(this).outdir, "functions"));
 *
 * @param directory - the folder for the zip
 * @param source - the model's ready-made contract; the function's runtime; the architecture of a handler in Python
 * @throws UserError if the handler has another language than the runtime, or if the files of a handler in Python do not run
 * with this runtime and architecture
 */
export function functionPackage(
  model: string,
  directory: string,
  source: FunctionSource & FunctionTarget = {},
): FunctionPackage {
  const isPython = hasPythonHandler(model);
  const runtime = isPython
    ? requirePythonTarget(model, {
        runtime: requireRuntime(model, source.runtime ?? DEFAULT_PYTHON_RUNTIME, PYTHON_RUNTIMES),
        architecture: source.architecture,
      })
    : requireRuntime(model, source.runtime ?? DEFAULT_NODE_RUNTIME, NODE_RUNTIMES);
  const code = functionCode(model, source);
  // The folder's name follows the content, so that concurrent syntheses do not write the same file.
  const folder = join(directory, Buffer.from(code.sha256, "base64").toString("hex").slice(0, 16));
  const zipFile = join(folder, `${model}.zip`);
  mkdirSync(folder, { recursive: true });
  writeSourceMap(`${zipFile}.map`, code);
  if (!existsSync(zipFile)) writeAtomically(zipFile, code.zip);
  return {
    zipFile,
    sha256: code.sha256,
    handler: isPython ? PYTHON_HANDLER : "index.handler",
    runtime,
  };
}

/** @throws UserError if the runtime is not one of the runtimes for the handler's language */
function requireRuntime<Runtime extends string>(
  model: string,
  runtime: string,
  allowed: readonly Runtime[],
): Runtime {
  const known = allowed.find((candidate) => candidate === runtime);
  if (known !== undefined) return known;
  throw new UserError(
    `functions/${model}: runtime: got ${JSON.stringify(runtime)}; allowed: ${allowed.join(", ")}, the runtimes of the handler's language (${RUNTIMES_SOURCE})`,
  );
}

/** The code whose source map this process wrote last, by the path of the source map. */
const writtenMaps = new Map<string, FunctionCode>();

/**
 * Writes a source map once for all environments of a process. A file of an earlier process is replaced, because other sources
 * can give the same code with another source map.
 */
function writeSourceMap(path: string, code: FunctionCode): void {
  if (code.sourceMap === undefined || (writtenMaps.get(path) === code && existsSync(path))) return;
  writeAtomically(path, code.sourceMap);
  writtenMaps.set(path, code);
}

/** Writes a file atomically: another process reads the whole file or no file. */
function writeAtomically(path: string, content: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}
