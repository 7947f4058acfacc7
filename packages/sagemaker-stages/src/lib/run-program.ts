import { UsageError } from "./arguments";
import { UserError } from "./user-error";

/** Exit status of a command line that does not have the form of the command. */
const USAGE_STATUS = 2;

/**
 * Runs a program and sets the exit status of the process. An error is printed on standard error: of a user error only the
 * message, of any other error the stack trace.
 *
 * @param program - returns the exit status
 * @param explain - the user error that caused an error of another kind; `undefined` where the engine is at fault
 */
export async function runProgram(
  program: () => number | Promise<number>,
  explain: (error: unknown) => UserError | undefined = () => undefined,
): Promise<void> {
  try {
    process.exitCode = await program();
  } catch (error) {
    const failure = error instanceof UserError ? error : explain(error);
    console.error(failure?.message ?? (error instanceof Error ? error.stack : error));
    process.exitCode = failure instanceof UsageError ? USAGE_STATUS : 1;
  }
}
