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
  Partial<
    Record<
      | "text"
      | "bytes"
      | "answerTypes"
      | "callerHeaders"
      | "passThrough"
      | "stream"
      | "problemMembers"
      | "containerProblem",
      unknown
    >
  > &
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
    problems: contract.problemMembers !== undefined || contract.containerProblem !== undefined,
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
  /**
   * `src/runtime/stream/answer.ts`, for a route whose transfer mode is `stream`. A handler of the kind `streaming` contains
   * this module anyway. @default - the handler returns its answer
   */
  readonly stream?: string | undefined;
}

/**
 * The kinds of generated handlers. `plain`: invokes the endpoint and returns the answer. `streaming`: invokes the endpoint of a
 * contract with `stream`, and writes the answer to Lambda's response stream. `buffered`: as `plain`, for a contract with
 * `stream` on a route whose transfer mode is `buffer`; a request that wants a stream is refused.
 */
export type HandlerKind = "plain" | "streaming" | "buffered";

/**
 * The kind of handler that a contract needs.
 *
 * @param streams - whether the route's transfer mode is `stream`; default: whether the contract has `stream`
 */
export function kindOf({ stream }: ContractOfParts, streams = true): HandlerKind {
  if (stream === undefined) return "plain";
  return streams ? "streaming" : "buffered";
}

/** A handler's contract: the imported name, its module specifier, and the expression of the contract. */
export interface ContractSource {
  readonly name: string;
  readonly from: string;
  /** @default - the name */
  readonly expression?: string;
}

function importOrigins(origins: string | undefined): string {
  return origins === undefined ? "" : `import { nameOrigin } from "${origins}";\n`;
}

/** @param further - imports in addition to `streamAnswer` */
function importStreamAnswer(stream: string | undefined, further: readonly string[] = []): string {
  return stream === undefined
    ? ""
    : `import { ${["streamAnswer", ...further].join(", ")} } from "${stream}";\n`;
}

/** The functions with which a generated handler notices that its caller has left, see `src/runtime/stream/answer.ts`. */
const OF_STREAM_MODE = ["createAbortableClient", "writeWhenSent"] as const;

/** Further arguments of `createHandlerWith` and `capture`. */
function argumentsOf(stream: string | undefined): string {
  const [createClient, write] = OF_STREAM_MODE;
  return stream === undefined ? "" : `, process.env, ${createClient}(), ${write}`;
}

/** The engine's modules for handlers of contracts with `stream`, by their module specifiers. */
export interface StreamingModules {
  /** `src/runtime/stream/handler.ts`, for the kind `streaming`. */
  readonly streaming: string;
  /** `src/runtime/stream/buffered.ts`, for the kind `buffered`. */
  readonly buffered: string;
}

/**
 * The source of a handler of the kind `streaming`.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 */
export function streamingSource(
  { streaming }: Pick<StreamingModules, "streaming">,
  handler: string,
  parts: readonly PartName[],
  { name, from, expression = name }: ContractSource,
  { origins }: Pick<HandlerWrappers, "origins"> = {},
): string {
  const nameOrigin = origins === undefined ? "" : ", nameOrigin";
  return `${importOrigins(origins)}import { createStreamingHandler } from "${streaming}";
${parts.length === 0 ? "" : `import { ${parts.join(", ")} } from "${handler}";\n`}import { ${name} } from "${from}";

module.exports.handler = createStreamingHandler({ ${parts.join(", ")} }, ${expression}${nameOrigin});
`;
}

/**
 * The source of a handler whose contract cannot be loaded here and is in no catalog: the handler reads the contract when it
 * starts. It contains the code of both kinds.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 */
export function undecidedSource(
  { streaming }: Pick<StreamingModules, "streaming">,
  handler: string,
  parts: readonly PartName[],
  { from }: Pick<ContractSource, "from">,
  { origins, stream }: Pick<HandlerWrappers, "origins" | "stream"> = {},
): string {
  const created = `createHandlerWith(parts, contract${argumentsOf(stream)})`;
  const answering = origins === undefined ? created : `nameOrigin(${created})`;
  const plain = stream === undefined ? answering : `streamAnswer(${answering})`;
  return `${importOrigins(origins)}${importStreamAnswer(stream, OF_STREAM_MODE)}import { createStreamingHandler } from "${streaming}";
import { ${["createHandlerWith", ...parts].join(", ")} } from "${handler}";
import { contract } from "${from}";

const parts = { ${parts.join(", ")} };
module.exports.handler = contract.stream === undefined
  ? ${plain}
  : createStreamingHandler(parts, contract${origins === undefined ? "" : ", nameOrigin"});
`;
}

/**
 * The source of a handler of the kind `buffered`: a plain handler of the contract without streams.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 */
export function bufferedSource(
  { buffered }: Pick<StreamingModules, "buffered">,
  handler: string,
  parts: readonly PartName[],
  { name, from, expression = name }: ContractSource,
  wrappers: Omit<HandlerWrappers, "stream"> = {},
): string {
  const withoutStreams = { name, from, expression: `refuseStreams(${expression})` };
  return `import { refuseStreams } from "${buffered}";\n${handlerSource(handler, parts, withoutStreams, wrappers)}`;
}

/**
 * The source of a handler of the kind `plain`. With capture, the module also exports `ready`, which {@link CAPTURE_ENTRY}
 * awaits.
 *
 * @param handler - the module specifier of `src/runtime/generated.ts`
 */
export function handlerSource(
  handler: string,
  parts: readonly PartName[],
  contract: ContractSource,
  { origins, capture, stream, asynchronous }: HandlerWrappers = {},
): string {
  const { name, from, expression = name } = contract;
  const create =
    asynchronous !== undefined ? ASYNC_HANDLER : capture === undefined ? "createHandlerWith" : "capture";
  const created = `${create}({ ${parts.join(", ")} }, ${expression}${argumentsOf(stream)})`;
  const named = (source: string) => {
    const answering = origins === undefined ? source : `nameOrigin(${source})`;
    return stream === undefined ? answering : `streamAnswer(${answering})`;
  };
  const exported =
    capture === undefined
      ? `module.exports.handler = ${named(created)};`
      : `const captured = ${created};
module.exports.handler = ${named("captured.handler")};
module.exports.ready = captured.ready;`;
  const imports =
    capture === undefined && asynchronous === undefined ? ["createHandlerWith", ...parts] : parts;
  return `${importOrigins(origins)}${importStreamAnswer(stream, OF_STREAM_MODE)}${capture === undefined ? "" : `import { capture } from "${capture}";\n`}${asynchronous === undefined ? "" : `import { ${ASYNC_HANDLER} } from "${asynchronous}";\n`}${imports.length === 0 ? "" : `import { ${imports.join(", ")} } from "${handler}";\n`}import { ${name} } from "${from}";

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
 * The source of a handler around a model's own handler. With origins, the answers name the origin of each request.
 *
 * @param handler - the module specifier of the model's own handler
 */
export function ownHandlerSource(
  handler: string,
  { origins, stream }: Pick<HandlerWrappers, "origins" | "stream">,
): string {
  const named = origins === undefined ? "handler" : "nameOrigin(handler)";
  return `${importOrigins(origins)}${importStreamAnswer(stream)}import { handler } from "${handler}";

module.exports.handler = ${stream === undefined ? named : `streamAnswer(${named})`};
`;
}

/** The facts of a contract that determine the source of its handler. */
export interface HandlerNeeds {
  readonly parts: readonly PartName[];
  /** Whether the contract has `stream`. @default - unknown: the handler decides when it starts */
  readonly hasStream?: boolean;
}

/**
 * The needs of the handlers of models that no catalog describes, by the model's name: an own stack packages such a model by
 * its name. The contracts are loaded, because the source text does not show which properties a contract has.
 *
 * @param contracts - the contracts' files, without the extension, by the model's name
 * @param options - esbuild's options for the handlers
 * @throws BuildFailure of esbuild if a source does not build
 */
export function readNeeds(
  contracts: ReadonlyMap<string, string>,
  options: BuildOptions,
): Map<string, HandlerNeeds> {
  const loaded = new Map([...contracts].map(([model, file]) => [model, needsOfFile(file)] as const));
  const other = [...loaded].flatMap(([model, needs]) => (needs === undefined ? [model] : []));
  const bundled = bundleContracts(other, contracts, options);
  return new Map([...loaded].map(([model, needs]) => [model, needs ?? bundled.get(model) ?? EVERY_NEED]));
}

/** A contract that cannot run here gets every part, so that no part is missing, and decides itself whether it streams. */
const EVERY_NEED: HandlerNeeds = { parts: partNames() };

/** The needs of a contract that this process can load: no build of the contract is necessary. */
function needsOfFile(file: string): HandlerNeeds | undefined {
  const contract = loadContract(file);
  return contract && needsOf(contract);
}

/**
 * Loads the contract in a file. Almost always, the catalog has already loaded the file.
 *
 * @param file - without the extension
 * @returns `undefined` if the file cannot be loaded, e.g. in a process that does not read TypeScript, or has no contract
 */
export function loadContract(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return contractOf(require(file));
  } catch {
    return undefined;
  }
}

function contractOf(exports: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(exports) && isRecord(exports.contract) ? exports.contract : undefined;
}

/** The needs of contracts that this process cannot load: bundles the contracts and runs the bundles. */
function bundleContracts(
  models: readonly string[],
  contracts: ReadonlyMap<string, string>,
  options: BuildOptions,
): Map<string, HandlerNeeds> {
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
    models.map((model, index) => [model, needsOfBundle(files.get(`${index}.js`) ?? "")] as const),
  );
}

function needsOfBundle(code: string): HandlerNeeds {
  const module: { exports: unknown } = { exports: {} };
  try {
    const run: unknown = runInThisContext(`(function (module, exports, require) {${code}\n})`);
    if (typeof run === "function") {
      run(module, module.exports, createRequire(join(appFolder(), "index.js")));
    }
  } catch {
    return EVERY_NEED;
  }
  const contract = contractOf(module.exports);
  return contract === undefined ? EVERY_NEED : needsOf(contract);
}

/** The needs of a contract. */
export function needsOf(contract: ContractOfParts): HandlerNeeds {
  return { parts: partsOf(contract), hasStream: contract.stream !== undefined };
}
