import { UsageError } from "../lib/arguments";
import { isObject } from "../lib/json";
import { UserError } from "../lib/user-error";

/** The samples cannot be compared. The message names the cause and the remedy. */
export class DriftError extends UserError {
  override readonly name = "DriftError";
}

/** A place contains no captured request of a model, of any time. */
export class NeverCaptured extends DriftError {}

/** Whether an error prevents a comparison: a {@link DriftError}, or AWS does not answer. A wrong command line has its own status. */
export function isExpected(error: unknown): error is UserError {
  return error instanceof UserError && !(error instanceof UsageError);
}

/** The code of an error of Node.js, e.g. `ENOENT`; `undefined` for any other error. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error.code === "string" ? error.code : undefined;
}

/** The message of an error. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error.message === "string" ? error.message : String(error);
}
