const { default: Sequencer } = require("@jest/test-sequencer");

/**
 * The slow suites, in the order of their durations. A long suite that starts last runs alone at the end. Jest knows
 * durations only from earlier runs on the same machine, and without them starts the largest files first.
 */
const SLOW_SUITES = [
  "domain-names.test.ts",
  "examples-of-models.test.ts",
  "async.test.ts",
  "killed.test.ts",
  "releases.test.ts",
  "dev.test.ts",
  "examples-of-environments.test.ts",
  "prod.test.ts",
  "saved-plan.test.ts",
  "customers.test.ts",
  "together.test.ts",
  "sign-in.test.ts",
  "objectives.test.ts",
  "examples-of-certificates.test.ts",
];

/** The position of a test file: other files come last. */
function positionOf({ path }) {
  const position = SLOW_SUITES.findIndex((name) => path.endsWith(`/deploy/${name}`));
  return position === -1 ? SLOW_SUITES.length : position;
}

/** Starts the slow suites first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((left, right) => positionOf(left) - positionOf(right));
  }
};
