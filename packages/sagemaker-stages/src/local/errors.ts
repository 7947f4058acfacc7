import { UserError } from "../lib/user-error";

/** The Terraform asks for something that this machine cannot serve. The message says what, and where it stands. */
export class NotServable extends UserError {
  override readonly name = "NotServable";
}
