import { UserError } from "../lib/user-error";

/** An error whose message says everything that a person needs: where in this program it arose does not help. */
export class ErrorForPeople extends UserError {
  override readonly name: string = "ErrorForPeople";
}

/** The Terraform asks for something that this machine cannot serve. The message says what, and where it stands. */
export class NotServable extends ErrorForPeople {
  override readonly name = "NotServable";
}
