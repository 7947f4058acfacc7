import { toLoadFailure } from "../lib/load-failure";
import { runProgram } from "../lib/run-program";

/**
 * Runs the app of `main.ts`. Prints an error, and sets the exit status to 1. An error in the app's files (environments,
 * accounts, models) has no stack trace.
 *
 * @param app - imports the app's files inside of the function, so that `runApp` can also explain a file that fails to load
 *
 * @example
 * runApp(async () => {
 *   const { models } = await import("./functions");
 *   const { environments } = await import("./environments");
 *   createApp({ models, environments }).synth();
 * });
 */
export function runApp(app: () => Promise<void>): void {
  void runProgram(async () => {
    await app();
    return 0;
  }, toLoadFailure);
}
