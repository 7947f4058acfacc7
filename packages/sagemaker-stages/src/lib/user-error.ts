/**
 * An error that the user can correct: in the app's files, in the command line, or in the environment of the command. The
 * message contains the received value, the allowed values and the next step. Commands print the message without a stack
 * trace.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
