/*
 * Loaded first (`node --require`) by the processes that tests start. In this repository, the engine is TypeScript: tsx needs a
 * quarter of the time of a synthesis to find and read the engine's sources. Here, tsx compiles each source once; later
 * processes run the same compiled code, with the same source map. Node.js alone loads the provider's bindings: tsx would
 * search their millions of characters for syntax that Node.js does not support. For these sources and packages, a process
 * also keeps V8's compiled code, which V8 otherwise makes again in each process. Files of apps are not affected. The engine's
 * sources are not affected until the process has registered tsx: a process without tsx fails as it does for a developer. The
 * packages below are loaded this way in every process, because tsx itself is one of them.
 */
const { createHash } = require("node:crypto");
const {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const ENGINE = join(__dirname, "../..");
const SOURCES = join(ENGINE, "src", "/");
const MODULES = join(ENGINE, "../../node_modules");

/** The packages that Node.js loads without tsx, with the extension of their files in CommonJS. */
const PACKAGES = [
  ["@cdktf/provider-aws", ".js"],
  ["cdktf", ".js"],
  ["constructs", ".js"],
  ["tsx", ".cjs"],
  ["zod", ".cjs"],
].map(([name, extension]) => ({ folder: join(MODULES, name, "/"), extension }));

const CACHE = join(MODULES, ".cache/sagemaker-stages-tests");

/** The `package.json` of the esbuild that tsx compiles with. */
const ESBUILD = require.resolve("esbuild/package.json", { paths: [join(MODULES, "tsx")] });

/** What the compiled code depends on, beside the source: Node.js, tsx, esbuild, tsconfig.json, and this file. */
const CONDITIONS = [
  process.version,
  readFileSync(join(MODULES, "tsx/package.json"), "utf8"),
  readFileSync(ESBUILD, "utf8"),
  readIfThere(tsconfigOf(process.cwd())),
  readFileSync(__filename, "utf8"),
].join("\0");

const { load: loadByTsx, require: requireByTsx, _compile: compile } = Module.prototype;

const loadJavaScript = Module._extensions[".js"];

/** What loads TypeScript without tsx: some versions of Node.js remove the types. */
const loadTypeScript = Module._extensions[".ts"];

/** The start of a module's function, with the parameters of CommonJS. */
const START = "(function (exports, require, module, __filename, __dirname) {";

/** Whether V8's compiled code can be kept: code from a file loses the function of Node.js that `import()` needs. */
const isCacheable = (code) => !/\bimport\s*\(/.test(code);

const isTsxRegistered = () => Module._extensions[".ts"] !== loadTypeScript;

const isSource = (filename) => filename?.startsWith(SOURCES) && filename.endsWith(".ts");

Module.prototype.require = function (id) {
  const isImport = isTsxRegistered() && isSource(this.filename) && id.startsWith(".");
  const filename = isImport ? sourceOf(join(dirname(this.filename), id)) : undefined;
  if (filename === undefined) return requireByTsx.call(this, id);
  const known = Module._cache[filename];
  if (known !== undefined) return known.exports;
  const module = new Module(filename, this);
  Module._cache[filename] = module;
  try {
    module.load(filename);
  } catch (error) {
    delete Module._cache[filename];
    throw error;
  }
  return module.exports;
};

function isInPackage(filename) {
  return PACKAGES.some(
    ({ folder, extension }) => filename.startsWith(folder) && filename.endsWith(extension),
  );
}

/** The source that an import without an extension names. */
function sourceOf(path) {
  return [`${path}.ts`, join(path, "index.ts")].find((file) => existsSync(file));
}

Module.prototype.load = function (filename) {
  if (isInPackage(filename)) {
    start(this, filename);
    const code = readFileSync(filename, "utf8");
    if (isCacheable(code)) runCode(this, code, filename);
    else loadJavaScript(this, filename);
    this.loaded = true;
    return;
  }
  if (!isTsxRegistered() || !isSource(filename)) {
    loadByTsx.call(this, filename);
    return;
  }
  const file = compiledFileOf(filename);
  const code = readBytesIfThere(file)?.toString("utf8");
  if (code === undefined) {
    // tsx calls `_compile` with the compiled code.
    this._compile = function (compiled, name) {
      delete this._compile;
      writeAtomically(file, compiled);
      return compile.call(this, compiled, name);
    };
    loadByTsx.call(this, filename);
    return;
  }
  start(this, filename);
  if (isCacheable(code)) {
    registerSourceMap(code, filename);
    runCode(this, code, filename);
  } else {
    compile.call(this, code, filename);
  }
  this.loaded = true;
};

/** Modules whose only purpose is their source map: Node.js forgets the source map of a module that is collected. */
const mapped = [];

/**
 * Makes Node.js use the source map of the code. Node.js only does this in the function that compiles code, so the function
 * compiles the comment with the source map, and nothing else.
 */
function registerSourceMap(code, filename) {
  const at = code.lastIndexOf("\n//# sourceMappingURL=");
  if (at < 0) return;
  const module = new Module(filename);
  compile.call(module, code.slice(at), filename);
  mapped.push(module);
}

/** Runs a module of CommonJS as Node.js does, with V8's compiled code of an earlier process. */
function runCode(module, code, filename) {
  const hash = createHash("sha256");
  for (const part of [process.version, process.arch, filename, code]) hash.update(part).update("\0");
  const file = join(CACHE, `${hash.digest("hex")}.v8`);
  const cachedData = readBytesIfThere(file);
  const script = new Script(`${START}${code}\n})`, {
    filename,
    columnOffset: -START.length,
    cachedData,
  });
  if (cachedData === undefined || script.cachedDataRejected) unsaved.push([file, script]);
  const require = (id) => module.require(id);
  require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  script
    .runInThisContext()
    .call(module.exports, module.exports, require, module, filename, dirname(filename));
}

/** The scripts without a file of compiled code. At the end of the process, V8 has also compiled the functions that ran. */
const unsaved = [];

process.on("exit", () => {
  for (const [file, script] of unsaved) writeAtomically(file, script.createCachedData());
});

/**
 * The bytes of a file of the cache. `readFileSync` would call the `openSync` of `node:fs` at that time, which the recorder of a
 * synthesis replaces: the recorder would report the cache as an input of the app.
 */
function readBytesIfThere(file) {
  let descriptor;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(fstatSync(descriptor).size);
    for (let read = 0; read < bytes.length; ) {
      const count = readSync(descriptor, bytes, read, bytes.length - read, null);
      if (count === 0) return undefined;
      read += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** What Node.js sets before it runs a module. */
function start(module, filename) {
  module.filename = filename;
  module.paths = Module._nodeModulePaths(dirname(filename));
}

/**
 * The name of a compiled file follows the source, its path, which the source map contains, and {@link CONDITIONS}.
 */
function compiledFileOf(filename) {
  const hash = createHash("sha256");
  for (const part of [CONDITIONS, filename, readFileSync(filename)]) hash.update(part).update("\0");
  return join(CACHE, `${hash.digest("hex")}.js`);
}

/** The file whose options tsx uses; undefined if there is none. */
function tsconfigOf(folder) {
  if (process.env.TSX_TSCONFIG_PATH) return process.env.TSX_TSCONFIG_PATH;
  const file = join(folder, "tsconfig.json");
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : tsconfigOf(dirname(folder));
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Processes that start at the same time write the same file. See {@link readBytesIfThere} for the functions. */
function writeAtomically(file, content) {
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  const bytes = Buffer.from(content);
  const descriptor = openSync(unfinished, "w");
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written, bytes.length - written);
    }
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
}
