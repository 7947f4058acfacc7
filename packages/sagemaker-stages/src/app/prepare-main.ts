import { toLoadFailure } from "../lib/load-failure";
import { exitWithFailure } from "../lib/run-program";
import { type RegisterTypeScript, setTypeScript } from "../lib/typescript";

/**
 * Prepares a process for an app's `main.ts`, for `sagemaker-stages/register`. An uncaught error ends the process with the
 * status 1, as without this function. The error is printed like the error of a command: an error in the app's files has no
 * stack trace.
 */
export function prepareMain(register: RegisterTypeScript): void {
  setTypeScript(register);
  process.on("uncaughtException", (error) => exitWithFailure(error, toLoadFailure));
}
