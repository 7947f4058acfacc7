import { UserError } from "../lib/user-error";

/** A step of the pipeline fails. The message names the cause and the remedy. */
export class PipelineError extends UserError {
  override readonly name = "PipelineError";
}

/** The remedy if a reviewed plan cannot be applied. */
export const PLAN_AGAIN =
  "Plan again: run the workflow plan on main, read its review, then run the workflow deploy with plan_run=<the id of that run>.";
