import { UserError } from "../lib/user-error";

/** A pipeline must not go on. The message says what was found and what to do. */
export class Refused extends UserError {
  override readonly name = "Refused";
}

/** What to do where a reviewed plan cannot be applied. */
export const PLAN_AGAIN =
  "Plan again: run the workflow plan on main, read its review, then run the workflow deploy with plan_run=<the id of that run>.";
