const { join } = require("node:path");
const { TestEnvironment } = require("jest-environment-node");

/**
 * Runs a test file in the folder of the fixture app, because the engine works on the app in the current folder. Jest's
 * workers run test files of several projects. Therefore the environment restores the previous folder after the test
 * file.
 */
module.exports = class FixtureAppEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.previousFolder = process.cwd();
    process.chdir(join(__dirname, "../fixtures/app"));
  }

  async teardown() {
    process.chdir(this.previousFolder);
    await super.teardown();
  }
};
