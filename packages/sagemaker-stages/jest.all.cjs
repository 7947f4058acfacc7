const { join } = require("node:path");
const { jest: app } = require("../../package.json");

const ROOT = join(__dirname, "../..");
const SUPPORT = join(__dirname, "tests/support");

/** The tests of this repository: the app's and the engine's. An app without the engine's sources runs `jest` alone. */
module.exports = {
  rootDir: ROOT,
  projects: [
    { ...app, rootDir: ROOT, testEnvironment: join(SUPPORT, "guarded-environment.js") },
    "<rootDir>/packages/sagemaker-stages",
  ],
  maxWorkers: "100%",
  // Many tests start processes. On a busy machine, the start alone can take longer than the default of 5 s.
  testTimeout: 30_000,
  // Jest reports a worker that runs longer as a leak. A worker's last resource is closed a few milliseconds after the last
  // test file, but Node.js then frees the worker's memory: 1.4 GB take 0.4 to 0.9 s, also in a process without Jest. The
  // default is 0.5 s (https://github.com/jestjs/jest/pull/15984). A worker that never ends is still reported.
  workerGracefulExitTimeout: 10_000,
  testSequencer: join(SUPPORT, "slow-first-sequencer.js"),
};
