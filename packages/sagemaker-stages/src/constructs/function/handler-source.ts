import { createRequire } from "node:module";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { type BuildOptions, buildSync } from "esbuild";
import { appFolder } from "../../lib/app-folder";
import type { Contract } from "../../runtime/contract";
import { isRecord } from "../../runtime/json";
import { EVERY_PART, type HandlerParts } from "../../runtime/parts";

type PartName = keyof HandlerParts;

/** The properties of a contract that determine the parts of its handler. */
export type ContractOfParts = Readonly<
  Partial<Record<"text" | "bytes" | "answerTypes" | "callerHeaders" | "passThrough", unknown>> &
    Partial<Pick<Contract<unknown, unknown>, "route">>
>;

/** The parts of a handler that a contract needs. Other parts would only make cold starts slower. */
export function partsOf(contract: ContractOfParts): PartName[] {
  const needed: Readonly<Record<PartName, boolean>> = {
    query: contract.route?.method === "GET",
    bytes: contract.bytes !== undefined,
    accept: contract.text !== undefined || contract.answerTypes !== undefined,
    bytesAnswer: contract.answerTypes !== undefined,
    callerHeaders: contract.callerHeaders !== undefined,
    passThrough: contract.passThrough !== undefined,
  };
  return partNames().filter((part) => needed[part]);
}

function partNames(): PartName[] {
  return Object.keys(EVERY_PART) as PartName[];
}

/** Modules around a handler, by their module specifiers. Only the handlers that need a module contain it. */
export interface HandlerWrappers {
  /** `src/runtime/origins.ts`, for several allowed origins. @default - one origin */
  readonly origins?: string | undefined;
  /** `src/runtime/capture/handler.ts`, for a model with `capture`. @default - no capture */
  readonly capture?: string | undefined;
  /** `src/runtime/async/handler.ts`, for an asynchronous endpoint. @default - the endpoint answers at once */
  readonly asynchronous?: string | undefined;
}

/**
 * The source of a handler. With capture, the module also exports `ready`, which {@link CAPTURE_ENTRY} awaits.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 * @param contract - the imported name, its module specifier, and the expression of the contract; default: the name
 */
export function handlerSource(
  handler: string,
  parts: readonly PartName[],
  contract: { readonly name: string; readonly from: string; readonly expression?: string },
  { origins, capture, asynchronous }: HandlerWrappers = {},
): string {
  const { name, from, expression = name } = contract;
  const create =
    asynchronous !== undefined ? ASYNC_HANDLER : capture === undefined ? "createHandlerWith" : "capture";
  const created = `${create}({ ${parts.join(", ")} }, ${expression})`;
  const named = (source: string) => (origins === undefined ? source : `nameOrigin(${source})`);
  const exported =
    capture === undefined
      ? `module.exports.handler = ${named(created)};`
      : `const captured = ${created};
module.exports.handler = ${named("captured.handler")};
module.exports.ready = captured.ready;`;
  const imports =
    capture === undefined && asynchronous === undefined ? ["createHandlerWith", ...parts] : parts;
  return `${origins === undefined ? "" : `import { nameOrigin } from "${origins}";\n`}${capture === undefined ? "" : `import { capture } from "${capture}";\n`}${asynchronous === undefined ? "" : `import { ${ASYNC_HANDLER} } from "${asynchronous}";\n`}${imports.length === 0 ? "" : `import { ${imports.join(", ")} } from "${handler}";\n`}import { ${name} } from "${from}";

${exported}
`;
}

/** The function of `src/runtime/async/handler.ts` that creates the handler of an asynchronous route. */
const ASYNC_HANDLER = "createAsyncHandlerWith";

/** The file of a handler's bundle. */
export const BUNDLE_FILE = "index.js";

/**
 * The module with which Lambda loads a handler with capture. Lambda's runtime awaits a module only if it is an ES module
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html), and the extension must be registered before the runtime
 * requests its first event. The bundle stays CommonJS, which starts faster, and has another name: the runtime would prefer
 * `index.js` to `index.mjs`. The setting `handler` of the function is the same as without capture, because Terraform changes
 * the settings before the code: with another handler, the function would fail in between.
 */
export const CAPTURE_ENTRY = {
  file: "index.mjs",
  bundleFile: "bundle.js",
  source: `import bundle from "./bundle.js";
await bundle.ready;
export const handler = bundle.handler;
`,
};

/**
 * The source of a handler that names the origin of each request in the answers of a model's own handler.
 *
 * @param handler - the module specifier of the model's own handler
 * @param origins - the module specifier of `src/runtime/origins.ts`
 */
export function ownHandlerSource(handler: string, origins: string): string {
  return `import { nameOrigin } from "${origins}";
import { handler } from "${handler}";

module.exports.handler = nameOrigin(handler);
`;
}

/**
 * The parts that the handlers of models need, by the model's name. The contracts are loaded, because the source text does
 * not show which properties a contract has.
 *
 * @param contracts - the contracts' files, without the extension, by the model's name
 * @param options - esbuild's options for the handlers
 * @throws BuildFailure of esbuild if a source does not build
 */
export function readParts(
  contracts: ReadonlyMap<string, string>,
  options: BuildOptions,
): Map<string, PartName[]> {
  const loaded = new Map([...contracts].map(([model, file]) => [model, partsOfFile(file)] as const));
  const other = [...loaded].flatMap(([model, parts]) => (parts === undefined ? [model] : []));
  const bundled = bundleParts(other, contracts, options);
  return new Map([...loaded].map(([model, parts]) => [model, parts ?? bundled.get(model) ?? partNames()]));
}

/**
 * The parts for a contract that this process can load. Almost always, the catalog has already loaded the file, so that no
 * second build of the contracts is necessary.
 *
 * @returns `undefined` if the file cannot be loaded, e.g. in a process that does not read TypeScript
 */
function partsOfFile(file: string): PartName[] | undefined {
  try {
    return partsOfModule(require(file));
  } catch {
    return undefined;
  }
}

/** The parts for contracts that this process cannot load: bundles the contracts and runs the bundles. */
function bundleParts(
  models: readonly string[],
  contracts: ReadonlyMap<string, string>,
  options: BuildOptions,
): Map<string, PartName[]> {
  if (models.length === 0) return new Map();
  const { outputFiles = [] } = buildSync({
    ...options,
    write: false,
    sourcemap: false,
    minify: false,
    entryPoints: models.map((model, index) => ({ in: contracts.get(model) ?? model, out: String(index) })),
  });
  const files = new Map(outputFiles.map((file) => [file.path.split(/[\\/]/).at(-1), file.text]));
  return new Map(
    models.map((model, index) => [model, partsOfBundle(files.get(`${index}.js`) ?? "")] as const),
  );
}

/** The parts for a contract's bundle. A contract that cannot run here gets every part, so that no part is missing. */
function partsOfBundle(code: string): PartName[] {
  const module: { exports: unknown } = { exports: {} };
  try {
    const run: unknown = runInThisContext(`(function (module, exports, require) {${code}\n})`);
    if (typeof run === "function") {
      run(module, module.exports, createRequire(join(appFolder(), "index.js")));
    }
  } catch {
    return partNames();
  }
  return partsOfModule(module.exports);
}

function partsOfModule(exports: unknown): PartName[] {
  const contract = isRecord(exports) ? exports.contract : undefined;
  return isRecord(contract) ? partsOf(contract) : partNames();
}
