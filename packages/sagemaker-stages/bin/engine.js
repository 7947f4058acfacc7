const module_ = require("node:module");
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { exports: entries } = require("../package.json");

// `npm pack` compiles the sources and changes the exports to the compiled files. The folder `dist` does not prove that
// the sources are compiled, because an interrupted `npm pack` leaves the folder behind.
exports.isCompiled = typeof entries["."] !== "string";

/**
 * Loads a module of the engine.
 *
 * @param {string} path - the path from `src`, without the extension
 */
exports.load = (path) => require(join(__dirname, "..", exports.isCompiled ? "dist" : "src", path));

// Node.js >= 22.1 keeps the compiled code of modules in this folder. The folder is beside the packages and not in the
// system's folder for temporary files: a user who may change the compiled code may also change the packages. Without the
// folder of packages, e.g. in an empty folder before `init`, nothing is written. NODE_COMPILE_CACHE and
// NODE_DISABLE_COMPILE_CACHE of Node.js have precedence.
const packages = join(process.cwd(), "node_modules");
if (module_.enableCompileCache !== undefined && existsSync(packages)) {
  module_.enableCompileCache(join(packages, ".cache", "sagemaker-stages", "compiled"));
}
