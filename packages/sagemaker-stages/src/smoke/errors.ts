import { UserError } from "../lib/user-error";

/** The smoke test cannot send its requests. The message names the cause and the remedy. */
export class SmokeTestError extends UserError {
  override readonly name = "SmokeTestError";
}
