import { toLoadFailure } from "../lib/load-failure";
import { exitWithFailure } from "../lib/run-program";
import { readTypeScript } from "../lib/typescript";

/**
 * Runs the app of a `main.ts` that imports the app's files with `import()`. Prints an error, and ends the process with the
 * status 1. An error in the app's files (environments, accounts, models) has no stack trace.
 *
 * A `main.ts` that `node --require sagemaker-stages/register main.ts` runs does not need this function: it imports the
 * app's files with static imports, has the same messages, and starts faster.
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
  // Only `import()` needs these hooks of tsx. A main.ts with static imports starts faster.
  readTypeScript("import()")
    .then(app)
    .catch((error: unknown) => exitWithFailure(error, toLoadFailure));
}
