const { relative, resolve } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");
const seconds = require("./slow-test-files.json");

const TESTS = resolve(__dirname, "..");

/**
 * Starts slow test files first, so that no worker has to wait at the end for another worker's slow test file. Jest knows the
 * durations of an earlier run on the same machine. In a fresh clone, such as in CI, Jest orders test files by their size,
 * and size says little about time. There, the recorded durations decide.
 */
module.exports = class SlowFirstSequencer extends Sequencer {
  sort(tests) {
    const byJest = super.sort(tests);
    if (byJest.some(({ duration }) => duration !== undefined)) return byJest;
    return byJest.toSorted((one, other) => secondsOf(other) - secondsOf(one));
  }
};

/** The recorded duration of a test file, in seconds; 0 if the duration is not recorded. */
function secondsOf({ path }) {
  return seconds[relative(TESTS, path).replaceAll("\\", "/")] ?? 0;
}
