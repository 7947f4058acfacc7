import { UserError } from "../lib/user-error";

/** The load test cannot send its requests. The message names the cause and the remedy. */
export class LoadTestError extends UserError {
  override readonly name = "LoadTestError";
}
