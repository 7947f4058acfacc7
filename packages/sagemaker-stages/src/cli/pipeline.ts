import { type Command, defineGroup } from "../lib/command";
import type * as steps from "../pipeline/steps";

const GROUP = {
  name: "pipeline",
  summary: "Run a step of the workflows (.github/workflows)",
  notes: `Jobs with credentials run the steps received, record, verify, compare and head from programs/pipeline.cjs
(npx sagemaker-stages programs). This file does not contain the packages of the other steps.

example: npx sagemaker-stages pipeline digest cdktf.out/stacks`,
};

/** The command that runs a step of the workflows. */
export const pipeline: Command = {
  name: GROUP.name,
  summary: GROUP.summary,
  run(words, program) {
    // Loaded here, because the steps import GitHub's client and the engine's checks.
    const { STEPS }: typeof steps = require("../pipeline/steps");
    return defineGroup(GROUP, STEPS).run(words, program);
  },
};
