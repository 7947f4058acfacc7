import { UserError } from "../environment/user-error";
import { toLoadFailure } from "./load-failure";

/**
 * Runs a command that reads the team's own files: environments, accounts and models. A failure in these files is printed
 * without a stack trace, and the exit status is then 1.
 *
 * @param command - imports the team's files itself, because a file can also fail to load
 */
export function runCommand(command: () => Promise<void>): void {
  command().catch((error: unknown) => {
    const failure = error instanceof UserError ? error : toLoadFailure(error);
    if (failure === undefined) throw error;
    console.error(failure.message);
    process.exitCode = 1;
  });
}
