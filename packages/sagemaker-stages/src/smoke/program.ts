import { UsageError } from "../lib/arguments";
import { UserError } from "../lib/user-error";
import { type SmokeTestedApp, smokeCommand } from "./main";

/** Runs the smoke test of an app as a program of its own, with the arguments of the command line. */
export function runSmokeTest(app: SmokeTestedApp): void {
  Promise.resolve(smokeCommand(() => app).run(process.argv.slice(2))).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      console.error(error.message);
      process.exitCode = error instanceof UsageError ? 2 : 1;
    },
  );
}
