/*
 * Loaded first (`node --require`) by the processes that tests start. In this repository, the engine is TypeScript: tsx needs a
 * quarter of the time of a synthesis to find and read the engine's sources. Here, tsx compiles each source once; later
 * processes run the same compiled code, with the same source map. Node.js alone loads the provider's bindings: tsx would
 * search their millions of characters for syntax that Node.js does not support. Files of apps are not affected. Nothing
 * changes until the process has registered tsx: a process without tsx fails as it does for a developer.
 */
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

const ENGINE = join(__dirname, "../..");
const SOURCES = join(ENGINE, "src", "/");
const MODULES = join(ENGINE, "../../node_modules");

/** Packages that contain only CommonJS. */
const PACKAGES = ["@cdktf/provider-aws", "cdktf", "constructs", "zod"].map((name) =>
  join(MODULES, name, "/"),
);

const CACHE = join(MODULES, ".cache/sagemaker-stages-tests");

/** What the compiled code depends on, beside the source: Node.js, tsx, tsconfig.json, and this file. */
const CONDITIONS = [
  process.version,
  readFileSync(join(MODULES, "tsx/package.json"), "utf8"),
  readIfThere(tsconfigOf(process.cwd())),
  readFileSync(__filename, "utf8"),
].join("\0");

const { load: loadByTsx, require: requireByTsx, _compile: compile } = Module.prototype;

const loadJavaScript = Module._extensions[".js"];

/** What loads TypeScript without tsx: some versions of Node.js remove the types. */
const loadTypeScript = Module._extensions[".ts"];

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

/** The source that an import without an extension names. */
function sourceOf(path) {
  return [`${path}.ts`, join(path, "index.ts")].find((file) => existsSync(file));
}

Module.prototype.load = function (filename) {
  if (/\.c?js$/.test(filename) && PACKAGES.some((folder) => filename.startsWith(folder))) {
    start(this, filename);
    loadJavaScript(this, filename);
    this.loaded = true;
    return;
  }
  if (!isTsxRegistered() || !isSource(filename)) {
    loadByTsx.call(this, filename);
    return;
  }
  const file = compiledFileOf(filename);
  const code = readIfThere(file);
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
  compile.call(this, code, filename);
  this.loaded = true;
};

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

/** Processes that start at the same time write the same file. */
function writeAtomically(file, text) {
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
