/**
 * An error whose cause lies with the user: the app's own files, the command line, or what surrounds the command. The
 * message says what was received, what is allowed and what to do. Commands print it without a stack trace.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
