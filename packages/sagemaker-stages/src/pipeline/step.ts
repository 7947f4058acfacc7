import type { CommandForm, CommandLine } from "../lib/arguments";
import { UsageError } from "../lib/arguments";
import { type Command, defineCommand } from "../lib/command";
import { UserError } from "../lib/user-error";
import { Refused } from "./errors";
import { failure, isWorkflow } from "./workflow";

/**
 * A step of the workflows as a command. Where a step fails in a workflow, the page of the workflow's run shows the message;
 * elsewhere, standard error.
 */
export function defineStep<const F extends CommandForm>(
  form: F,
  run: (line: CommandLine<F>) => Promise<void> | void,
): Command {
  return defineCommand(form, async (line) => {
    try {
      await run(line);
      return 0;
    } catch (error) {
      const failed = isAnswerOfGitHub(error) ? new Refused(error.message) : error;
      if (!isWorkflow() || !(failed instanceof UserError) || failed instanceof UsageError) throw failed;
      failure(failed.message);
      return 1;
    }
  });
}

/** Its message names the status and the documentation, nothing that was sent. */
function isAnswerOfGitHub(error: unknown): error is Error {
  return error instanceof Error && error.name === "HttpError";
}
