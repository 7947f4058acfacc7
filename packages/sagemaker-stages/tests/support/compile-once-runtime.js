const { readFileSync, statSync } = require("node:fs");
const { Script } = require("node:vm");
const { default: Runtime } = require("jest-runtime");

/**
 * Compiled scripts of this worker process, by the name of the file. Most test files load the same modules, and Jest compiles
 * each module again for each test file.
 */
const compiled = new Map();

/** Texts of modules that this worker process has read, by the name of the file. Jest reads each module again for each test file. */
const texts = new Map();

/**
 * Jest's module loader, which reads and compiles each module once per worker process. Each test file still runs each module
 * in its own context, so that test files share no state: a text and a script are code without state.
 */
module.exports = class CompileOnceRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const [config, environment, , , , { collectCoverage }] = args;
    // Coverage is measured per script, and must not contain the calls of other test files.
    if (collectCoverage) return;
    const { executor, fileCache } = this;
    if (typeof fileCache?.readFile !== "function") {
      throw new Error("got a jest-runtime without fileCache.readFile; allowed: jest-runtime 30.4 and 30.5");
    }
    fileCache.readFile = (filename) => {
      let text = fileCache.strings.get(filename);
      if (text === undefined) {
        text = textOf(filename);
        fileCache.strings.set(filename, text);
      }
      return text;
    };
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

/** The current text of a file. A file with the same time, size and number as before is not read again. */
function textOf(filename) {
  const { mtimeMs, ctimeMs, size, ino } = statSync(filename);
  const version = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  const known = texts.get(filename);
  if (known?.version === version) return known.text;
  const text = readFileSync(filename, "utf8");
  texts.set(filename, { version, text });
  return text;
}

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
