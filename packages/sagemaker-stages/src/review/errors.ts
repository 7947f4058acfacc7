import { UserError } from "../lib/user-error";

/** What was given cannot be reviewed. The message says what it is, what would do, and how to make it. */
export class NotReviewable extends UserError {
  override readonly name = "NotReviewable";
}
