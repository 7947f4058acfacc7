const { TestEnvironment } = require("jest-environment-node");
const { openResources } = require("./open-resources");

/**
 * Fails a test file that leaves open what keeps a process alive: a server, a connection, a process, a watcher, a timer, an unread answer.
 * Otherwise Jest only reports at the end that a worker did not exit, and does not name the test file.
 */
module.exports = class GuardedEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.leftOpen = openResources(this.global);
  }

  async teardown() {
    await super.teardown();
    const left = await this.leftOpen();
    if (left.length > 0) {
      throw new Error(
        `the test file left open: ${left.join(", ")}; allowed: nothing that keeps a process alive`,
      );
    }
  }
};
