import { UserError } from "../lib/user-error";

/** An input that cannot be reviewed. The message names the input, what is allowed, and how to create it. */
export class NotReviewable extends UserError {
  override readonly name = "NotReviewable";
}
