import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ACCEPTED_VARIABLE } from "../../../src/app/runtimes-in-use";
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from "../../../src/aws/lambda-runtimes";
import { inTempFolder } from "../../../src/testing/temp-folder";
import type { StackJson } from "../../../src/testing/terraform";
import { readEveryStack, readStacks } from "../../stacks/support/every-stack";

const REPOSITORY = join(__dirname, "../../../../..");
const FIXTURE_APP = join(__dirname, "../../fixtures/app");

/** The result must not depend on the day on which Lambda blocks a runtime. */
const EVERY_RUNTIME = [...NODE_RUNTIMES, ...PYTHON_RUNTIMES].join(",");

/** Every stack that this repository emits: the stacks of the engine's fixtures and examples, and of the repository's app. */
export function readEmittedStacks(): StackJson[] {
  const previous = process.cwd();
  process.chdir(FIXTURE_APP);
  try {
    return [...readEveryStack(), ...stacksOfRepositoryApp()];
  } finally {
    process.chdir(previous);
  }
}

function stacksOfRepositoryApp(): StackJson[] {
  return inTempFolder((outdir) => {
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "main.ts"], {
      cwd: REPOSITORY,
      env: { ...process.env, CDKTF_OUTDIR: outdir, [ACCEPTED_VARIABLE]: EVERY_RUNTIME },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`main.ts of the repository's app exited with ${status}:\n${stderr}`);
    return readStacks(outdir);
  });
}
