import { type Command, defineGroup } from "../lib/command";

const GROUP = {
  name: "pipeline",
  summary: "Run a step of the workflows (.github/workflows)",
  notes: `Jobs with credentials run the steps received, record, verify, compare and head from programs/pipeline.cjs
(npx sagemaker-stages programs), without the packages of the other steps.`,
};

/** Runs a step of the workflows. */
export const pipeline: Command = {
  name: GROUP.name,
  summary: GROUP.summary,
  async run(words, program) {
    // The steps need GitHub's client and the engine's checks.
    const { STEPS } = await import("../pipeline/steps");
    return defineGroup(GROUP, STEPS).run(words, program);
  },
};
