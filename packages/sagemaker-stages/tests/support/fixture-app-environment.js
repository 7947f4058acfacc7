const { join } = require("node:path");
const GuardedEnvironment = require("./guarded-environment");

/** Processes of the engine that tests start load the engine faster, see `compile-once-process.cjs`. */
const OPTION = `--require ${JSON.stringify(join(__dirname, "compile-once-process.cjs"))}`;

/**
 * Runs a test file in the folder of the fixture app, because the engine works on the app in the current folder. Jest's
 * workers run test files of several projects. Therefore the environment restores the previous folder and NODE_OPTIONS
 * after the test file.
 */
module.exports = class FixtureAppEnvironment extends GuardedEnvironment {
  constructor(...args) {
    const previous = process.env.NODE_OPTIONS;
    // Before Jest copies the variables for the test file.
    process.env.NODE_OPTIONS = [previous, OPTION].filter(Boolean).join(" ");
    super(...args);
    this.previousOptions = previous;
  }

  async setup() {
    await super.setup();
    this.previousFolder = process.cwd();
    process.chdir(join(__dirname, "../fixtures/app"));
  }

  async teardown() {
    process.chdir(this.previousFolder);
    if (this.previousOptions === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = this.previousOptions;
    await super.teardown();
  }
};
