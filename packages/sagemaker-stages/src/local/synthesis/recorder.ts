/**
 * Runs in the process of a synthesis, before every other module, and records what the synthesis depends on: files,
 * folders, environment variables. The local stage then knows whether a later synthesis would give the same result. This
 * module is bundled to plain JavaScript before the process starts.
 *
 * A program can depend on more than this module sees, e.g. on another program or on the network. Such a synthesis gets
 * a reason in `unrecordable`, and the next start synthesizes again.
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import Module, { createRequire, syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import workerThreads, { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import {
  fileInput,
  folderInput,
  hasChangedSince,
  type Input,
  isInstalled,
  linkInput,
  pathInput,
  propertiesInput,
} from "./inputs";
import { RECORDING_FILE, RECORDING_STARTED_AT, type Recording } from "./recording";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, AnyFunction | undefined>;

const variables = process.env;
const { [RECORDING_FILE]: recordingFile = "", [RECORDING_STARTED_AT]: start = "0" } = variables;
delete variables[RECORDING_FILE];
delete variables[RECORDING_STARTED_AT];
const startedAt = Number(start);
const { writeFileSync } = fs;

const inputs = new Map<string, Input>();
const names = new Set<string>();
const ownNames = new Set<string>();
let readsAllNames = false;
let unrecordable: string | undefined;
let isPaused = false;

/** The cache of tsx, whose files are named by their content, and the socket of tsx. */
const TSX_FOLDER = join(tmpdir(), "tsx-");

/** The beginnings of the paths whose content this synthesis has written. */
const ownPaths = [`${resolve(variables.CDKTF_OUTDIR ?? "cdktf.out")}${sep}`, TSX_FOLDER];

const written = new Set([resolve(variables.CDKTF_OUTDIR ?? "cdktf.out"), __filename]);

function refuse(reason: string): void {
  unrecordable ??= reason;
}

function isOwn(path: string): boolean {
  return written.has(path) || ownPaths.some((start) => path.startsWith(start));
}

/** Runs `action` without recording. */
function paused<Result>(action: () => Result): Result {
  const before = isPaused;
  isPaused = true;
  try {
    return action();
  } finally {
    isPaused = before;
  }
}

/** The path in the first argument of a function of `node:fs`; `undefined` for a file descriptor. */
function pathOf(value: unknown): string | undefined {
  if (typeof value === "string") return resolve(value);
  if (value instanceof URL) return fileURLToPath(value);
  return Buffer.isBuffer(value) ? resolve(value.toString()) : undefined;
}

/** Inputs with the same key are states of the same file, folder or link. */
function keyOf(input: Input): string {
  const form =
    input.kind === "folder"
      ? input.recursive
      : input.kind === "link"
        ? input.real
        : input.kind === "properties" && input.ofLink;
  return `${input.kind} ${form} ${input.path}`;
}

function record(value: unknown, toInput: (path: string) => Input): void {
  if (isPaused) return;
  const path = pathOf(value);
  if (path === undefined || isOwn(path)) return;
  paused(() => {
    try {
      const input = toInput(path);
      const key = keyOf(input);
      // The first state counts: a later state can be a change during the synthesis.
      if (!inputs.has(key)) inputs.set(key, input);
    } catch {
      // The program gets the error from the function that it called.
      refuse(`the synthesis reads ${path}, which this user cannot read`);
    }
  });
}

function recordRead(value: unknown): void {
  record(value, (path) => fileInput(path, startedAt) ?? pathInput(path));
}

function recordList(value: unknown, options: unknown): void {
  const recursive = typeof options === "object" && options !== null && "recursive" in options;
  record(value, (path) => folderInput(path, recursive) ?? pathInput(path));
}

function recordPath(value: unknown): void {
  record(value, pathInput);
}

/**
 * Records what this module learns of only after its use. The state of a file or folder that changed since the start can be
 * another state than the state that the synthesis used.
 */
function recordUsed(path: string, toInput: (path: string) => Input | undefined): void {
  if (isOwn(path)) return;
  paused(() => {
    const input = toInput(path);
    if (input === undefined || inputs.has(keyOf(input))) return;
    if (hasChangedSince(path, startedAt)) refuse(`${path} changed during the synthesis`);
  });
  record(path, (file) => toInput(file) ?? pathInput(file));
}

function recordUsedFile(path: string): void {
  recordUsed(path, (file) => fileInput(file, startedAt));
}

function recordProperties(value: unknown): void {
  record(value, (path) => propertiesInput(path, false));
}

function recordPropertiesOfLink(value: unknown): void {
  record(value, (path) => propertiesInput(path, true));
}

function recordLink(value: unknown): void {
  record(value, (path) => linkInput(path, false));
}

function recordRealPath(value: unknown): void {
  record(value, (path) => linkInput(path, true));
}

/** A change outside of the output folder is an effect that a later start without a synthesis would not have. */
function recordWrite(value: unknown): void {
  const path = pathOf(value);
  if (isPaused || path === undefined || isOwn(path)) return;
  written.add(path);
  refuse(`the synthesis changes ${path}`);
}

/** Whether the flags of `open` only read. */
function isReading(flags: unknown): boolean {
  return flags === undefined || typeof flags === "function" || flags === "r" || flags === "rs" || flags === 0;
}

function flagsOf(options: unknown): unknown {
  if (typeof options !== "object" || options === null) return undefined;
  return (options as { flags?: unknown; flag?: unknown }).flags ?? (options as { flag?: unknown }).flag;
}

/** What the functions of `node:fs` do with their arguments. The suffix `Sync` and the promises are the same. */
const RECORDED: Readonly<Record<string, (...args: unknown[]) => void>> = {
  readFile: (path, options) => (isReading(flagsOf(options)) ? recordRead(path) : recordWrite(path)),
  open: (path, flags) => (isReading(flags) ? recordRead(path) : recordWrite(path)),
  createReadStream: recordRead,
  createWriteStream: recordWrite,
  copyFile: (from, to) => {
    recordRead(from);
    recordWrite(to);
  },
  readdir: recordList,
  opendir: recordList,
  access: recordPath,
  exists: recordPath,
  lstat: recordPropertiesOfLink,
  readlink: recordLink,
  realpath: recordRealPath,
  stat: recordProperties,
  writeFile: recordWrite,
  appendFile: recordWrite,
  mkdir: recordPath,
  rename: (from, to) => {
    recordWrite(from);
    recordWrite(to);
  },
  link: (from, to) => {
    recordRead(from);
    recordWrite(to);
  },
  symlink: (_target, path) => recordWrite(path),
  rm: recordWrite,
  rmdir: recordWrite,
  unlink: recordWrite,
  truncate: recordWrite,
  chmod: recordWrite,
  lchmod: recordWrite,
  chown: recordWrite,
  lchown: recordWrite,
  utimes: recordWrite,
  lutimes: recordWrite,
  cp: () => refuse("the synthesis copies folders with fs.cp"),
  glob: () => refuse("the synthesis lists files with fs.glob"),
  watch: () => refuse("the synthesis watches files"),
  watchFile: () => refuse("the synthesis watches files"),
  openAsBlob: recordRead,
};

function replace(owner: Functions, name: string, before: (...args: unknown[]) => void): void {
  const original = owner[name];
  if (typeof original !== "function") return;
  owner[name] = asReplacement(original, before, function (...args) {
    before(...args);
    return original.apply(this, args);
  });
}

/** `replacement` with the properties of the original function, such as its form for `util.promisify`. */
function asReplacement(
  original: AnyFunction,
  before: (...args: unknown[]) => void,
  replacement: AnyFunction,
): AnyFunction {
  const properties = Object.getOwnPropertyDescriptors(original);
  const promised = (original as { [promisify.custom]?: AnyFunction })[promisify.custom];
  if (promised === undefined) return Object.defineProperties(replacement, properties);
  const value: AnyFunction = function (...args) {
    before(...args);
    return promised.apply(this, args);
  };
  return Object.defineProperties(replacement, { ...properties, [promisify.custom]: { value } });
}

function replaceFileSystem(): void {
  const api = fs as unknown as Functions;
  for (const [name, before] of Object.entries(RECORDED)) {
    for (const variant of [name, `${name}Sync`]) replace(api, variant, before);
    replace(fs.promises as unknown as Functions, name, before);
  }
  for (const name of ["realpath", "realpathSync"]) {
    replace(api[name] as unknown as Functions, "native", recordRealPath);
  }
  // The content of a temporary folder is the synthesis's own.
  const { mkdtempSync } = fs;
  api.mkdtempSync = (...args) => {
    const folder = mkdtempSync(...(args as Parameters<typeof mkdtempSync>));
    ownPaths.push(`${resolve(String(folder))}${sep}`);
    written.add(resolve(String(folder)));
    return folder;
  };
  for (const owner of [api, fs.promises as unknown as Functions]) {
    replace(owner, "mkdtemp", () => refuse("the synthesis creates temporary folders with fs.mkdtemp"));
  }
  replace(process as unknown as Functions, "loadEnvFile", (path = ".env") => recordRead(path));
}

/** esbuild's files are inputs of its builds, see {@link replaceEsbuild}; no other program's inputs are known. */
function isEsbuild(file: unknown, args: unknown): boolean {
  const words = [file, ...(Array.isArray(args) ? args.slice(0, 1) : [])].map((word) =>
    basename(String(word)),
  );
  return words.some((word) => /^esbuild(\.exe)?$/.test(word));
}

function replaceChildProcesses(): void {
  const api = childProcess as unknown as Functions;
  for (const name of ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"]) {
    const original = api[name];
    if (original === undefined) continue;
    const before = (file: unknown, words: unknown) => {
      if (isEsbuild(file, words)) return;
      refuse(`the synthesis runs the program ${basename(String(file).split(" ")[0] ?? "")}`);
    };
    api[name] = asReplacement(original, before, function (...args) {
      const [file, words, options] = args;
      before(file, words);
      if (!isEsbuild(file, words)) return original.apply(this, args);
      // Otherwise Node.js copies every variable, as if the synthesis read them.
      return original.call(this, file, words, { env: variables, ...(options as object | undefined) });
    });
  }
  replace(net.Socket.prototype as unknown as Functions, "connect", (...args) => {
    const [options] = [args[0]].flat();
    const path =
      typeof options === "object" && options !== null && "path" in options ? options.path : undefined;
    if (!String(path).startsWith(TSX_FOLDER)) refuse("the synthesis opens a network connection");
  });
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      if (!ESBUILD.test(String(args[0]))) refuse("the synthesis starts a thread");
    }
  };
}

interface BuildResult {
  metafile?: { readonly inputs: Readonly<Record<string, unknown>> };
}
interface BuildOptions {
  readonly metafile?: boolean;
  readonly absWorkingDir?: string;
}

/** Records the files of esbuild's builds, which esbuild reads in its own process. */
function replaceEsbuild(esbuild: Record<string, AnyFunction>): Record<string, AnyFunction> {
  const recordBuild = (options: BuildOptions, result: BuildResult) => {
    for (const name of Object.keys(result.metafile?.inputs ?? {})) {
      const file = resolve(options.absWorkingDir ?? process.cwd(), name);
      // Without a file: the text of `stdin`, and modules of plugins.
      if (paused(() => pathInput(file).found) === "file") recordUsedFile(file);
    }
    if (options.metafile !== true) delete result.metafile;
    return result;
  };
  const { build, buildSync } = esbuild;
  return {
    ...esbuild,
    buildSync: (options) =>
      recordBuild(
        options as BuildOptions,
        buildSync?.({ ...(options as BuildOptions), metafile: true }) as BuildResult,
      ),
    build: async (options) =>
      recordBuild(
        options as BuildOptions,
        (await build?.({ ...(options as BuildOptions), metafile: true })) as BuildResult,
      ),
    context: (...args) => {
      refuse("the synthesis keeps an esbuild context");
      return esbuild.context?.(...args);
    },
  };
}

/** The main module of esbuild, which is also the module of esbuild's thread. */
const ESBUILD = /[\\/]esbuild[\\/]lib[\\/]main\.js$/;

/** A loaded CommonJS module. */
interface Loaded {
  exports: Record<string, AnyFunction>;
}

function replaceModules(): void {
  const prototype = Module.prototype as unknown as { load: (this: Loaded, file: string) => void };
  const { load } = prototype;
  prototype.load = function (file) {
    load.call(this, file);
    if (ESBUILD.test(file)) this.exports = replaceEsbuild(this.exports);
  };
}

/** The messages of the thread that loads ES modules; `undefined` if modules are loaded in this thread. */
function followEsModules(): MessagePort | undefined {
  const api = Module as unknown as {
    registerHooks?: (hooks: object) => void;
    register?: (specifier: string, options: object) => void;
  };
  if (api.registerHooks !== undefined) {
    api.registerHooks({
      load: (url: string, context: object, next: (url: string, context: object) => unknown) => {
        if (url.startsWith("file:")) recordRead(fileURLToPath(url.split("?")[0] ?? url));
        return next(url, context);
      },
    });
    return undefined;
  }
  const { port1, port2 } = new MessageChannel();
  const hooks = `let port; export const initialize = (data) => { port = data; };
export const load = (url, context, next) => { port.postMessage(url); return next(url, context); };`;
  api.register?.(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: port2, transferList: [port2] });
  port1.unref();
  return port1;
}

function readEsModules(port: MessagePort | undefined): void {
  if (port === undefined) return;
  for (
    let message = receiveMessageOnPort(port);
    message !== undefined;
    message = receiveMessageOnPort(port)
  ) {
    const url = String(message.message);
    if (url.startsWith("file:")) recordUsedFile(fileURLToPath(url.split("?")[0] ?? url));
  }
}

function followVariables(): void {
  const read = (name: string | symbol) => {
    if (typeof name === "string" && !ownNames.has(name)) names.add(name);
  };
  process.env = new Proxy(variables, {
    get: (target, name) => {
      read(name);
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      read(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor: (target, name) => {
      read(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    set: (target, name, value) => {
      if (!names.has(String(name))) ownNames.add(String(name));
      return Reflect.set(target, name, value);
    },
    ownKeys: (target) => {
      readsAllNames = true;
      return Reflect.ownKeys(target);
    },
  });
}

/** A new file can change what an import finds, so the folders of the modules are inputs. npm changes packages only. */
function listFolders(): void {
  const files = [...inputs.values()].filter(({ kind, path }) => kind === "file" && !isInstalled(path));
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    recordUsed(folder, (path) => folderInput(path, false));
  }
}

function install(): void {
  replaceFileSystem();
  replaceChildProcesses();
  replaceModules();
  syncBuiltinESMExports();
  const port = followEsModules();
  followVariables();
  process.on("exit", (status) => {
    if (status !== 0) return;
    readEsModules(port);
    const loaded = Object.keys(createRequire(join(process.cwd(), "main.ts")).cache);
    for (const file of loaded) recordUsedFile(file);
    listFolders();
    const recording: Recording = {
      inputs: [...inputs.values()],
      names: readsAllNames ? undefined : [...names].filter((name) => !ownNames.has(name)),
      unrecordable,
    };
    writeFileSync(recordingFile, JSON.stringify(recording));
  });
}

// A thread of the synthesis loads this module, too. Its inputs are unknown, see `Worker` above.
if (workerThreads.isMainThread && recordingFile !== "") install();
