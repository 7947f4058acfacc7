import { UserError } from "../lib/user-error";

/** What keeps a smoke test from asking anything. The message says what was found and what to do. */
export class CannotAsk extends UserError {
  override readonly name = "CannotAsk";
}
