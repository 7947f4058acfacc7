import { toLoadFailure } from "../lib/load-failure";
import { UserError } from "../lib/user-error";

/**
 * Runs the app of `main.ts`. A failure in the app's own files (environments, accounts, models) is printed without a stack
 * trace, and the exit status is then 1.
 *
 * @param app - imports the app's files itself, because a file can also fail to load
 */
export function runApp(app: () => Promise<void>): void {
  app().catch((error: unknown) => {
    const failure = error instanceof UserError ? error : toLoadFailure(error);
    if (failure === undefined) throw error;
    console.error(failure.message);
    process.exitCode = 1;
  });
}
