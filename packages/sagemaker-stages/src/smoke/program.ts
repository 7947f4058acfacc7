import { runProgram } from "../lib/run-program";
import { smokeCommand } from "./command";
import type { SmokeTestedApp } from "./main";

/** Runs the smoke test of an app as a bundled program (`npx sagemaker-stages programs`). */
export function runSmokeTest(app: SmokeTestedApp): Promise<void> {
  const command = smokeCommand(() => app);
  return runProgram(() => command.run(process.argv.slice(2), "node programs/smoke.cjs"));
}
