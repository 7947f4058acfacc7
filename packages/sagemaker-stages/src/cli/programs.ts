import type * as bundling from "../app/bundle-programs";
import type * as loading from "../app/load-app";
import { defineCommand } from "../lib/command";

/** The command that bundles the programs of jobs with credentials. */
export const programs = defineCommand(
  {
    name: "programs",
    summary: "Bundle the steps of the workflows' jobs with credentials",
    notes: `Writes programs/pipeline.cjs and programs/smoke.cjs. The files need no installed packages, so the jobs with credentials
install no packages.

example: npx sagemaker-stages programs`,
  },
  () => {
    const { loadApp }: typeof loading = require("../app/load-app");
    // Loads the app here, because a contract that throws would otherwise fail in the job with credentials.
    loadApp();
    const { bundlePrograms }: typeof bundling = require("../app/bundle-programs");
    bundlePrograms();
    return 0;
  },
);
