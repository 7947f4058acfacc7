import { defineCommand } from "../lib/command";

/** Bundles the programs that run beside credentials. */
export const programs = defineCommand(
  {
    name: "programs",
    summary: "Bundle the workflows' steps that run beside credentials",
    notes: `Writes programs/pipeline.cjs and programs/smoke.cjs. Each file needs no packages, so that the jobs with credentials
install none.`,
  },
  async () => {
    const { loadApp } = await import("../app/load-app");
    // A contract that throws while it is loaded would otherwise fail in the job with credentials.
    loadApp();
    const { bundlePrograms } = await import("../app/bundle-programs");
    bundlePrograms();
    return 0;
  },
);
