const { Script } = require("node:vm");
const { default: Runtime } = require("jest-runtime");

/**
 * Compiled scripts of this worker process, by the name of the file. Most test files load the same modules, and Jest compiles
 * each module again for each test file.
 */
const compiled = new Map();

/**
 * Jest's module loader, which compiles each module once per worker process. Each test file still runs each module in its own
 * context, so that test files share no state: a script is code without state.
 */
module.exports = class CompileOnceRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const [config, environment, , , , { collectCoverage }] = args;
    // Coverage is measured per script, and must not contain the calls of other test files.
    if (collectCoverage) return;
    const { executor } = this;
    if (typeof executor?.compile !== "function") {
      throw new Error("got a jest-runtime without executor.compile; allowed: jest-runtime 30.4 and 30.5");
    }
    const compileAlone = executor.compile.bind(executor);
    const start = `(function (${parametersOf(config).join(", ")}) {`;

    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      if (context === null) return null;
      let known = compiled.get(filename);
      if (known === undefined || known.source !== source || known.start !== start) {
        known = { source, start, script: scriptOf(start, source, filename) };
        compiled.set(filename, known);
      }
      // Jest explains the faults of a source.
      return known.script === undefined ? compileAlone(source, filename) : known.script.runInContext(context);
    };
  }
};

/** The parameters of a module: Jest calls the compiled function with these values, in this order. */
function parametersOf({ injectGlobals, sandboxInjectedGlobals }) {
  const own = ["module", "exports", "require", "__dirname", "__filename"];
  return [...own, ...(injectGlobals ? ["jest"] : []), ...sandboxInjectedGlobals];
}

/** @returns `undefined` if the source does not compile */
function scriptOf(start, source, filename) {
  try {
    // The offset keeps the columns of stack traces. The line break ends a comment in the last line.
    return new Script(`${start}${source}\n})`, { filename, columnOffset: -start.length });
  } catch {
    return undefined;
  }
}
