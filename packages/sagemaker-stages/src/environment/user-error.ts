/**
 * An error in the team's own files: environments, accounts, models. The message says what is wrong and what to do;
 * `stacks/run-command.ts` prints the message without a stack trace.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
