import { UsageError } from "./arguments";
import { UserError } from "./user-error";

/** Exit status of a command line that does not have the form of the command. */
const USAGE_STATUS = 2;

/**
 * Runs a program and sets the exit status of the process. Prints an error to standard error: the message of a user error, or
 * the stack trace of any other error.
 *
 * @param program - returns the exit status
 * @param explain - returns the user error that caused another error; `undefined` for a defect of the engine
 */
export async function runProgram(
  program: () => number | Promise<number>,
  explain: (error: unknown) => UserError | undefined = () => undefined,
): Promise<void> {
  try {
    process.exitCode = await program();
  } catch (error) {
    reportFailure(error, explain);
  }
}

/**
 * Prints an error like {@link runProgram}, and ends the process: an open timer or an open connection of the failed code does
 * not keep the process alive.
 */
export function exitWithFailure(error: unknown, explain: (error: unknown) => UserError | undefined): never {
  reportFailure(error, explain);
  process.exit();
}

/** Prints an error, and sets the exit status of the process. */
function reportFailure(error: unknown, explain: (error: unknown) => UserError | undefined): void {
  const failure = error instanceof UserError ? error : explain(error);
  console.error(failure?.message ?? (error instanceof Error ? error.stack : error));
  process.exitCode = failure instanceof UsageError ? USAGE_STATUS : 1;
}
