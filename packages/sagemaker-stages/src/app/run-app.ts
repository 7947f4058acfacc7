import { toLoadFailure } from "../lib/load-failure";
import { runProgram } from "../lib/run-program";

/**
 * Runs the app of `main.ts`. An error is printed, and the exit status is then 1. An error in the app's own files
 * (environments, accounts, models) is printed without a stack trace.
 *
 * @param app - imports the app's files itself, because a file can also fail to load
 */
export function runApp(app: () => Promise<void>): void {
  void runProgram(async () => {
    await app();
    return 0;
  }, toLoadFailure);
}
