import type { CommandForm, CommandLine } from "../lib/arguments";
import { UsageError } from "../lib/arguments";
import { type Command, defineCommand } from "../lib/command";
import { UserError } from "../lib/user-error";
import { PipelineError } from "./errors";
import { failure, isWorkflow } from "./workflow";

/**
 * Defines a step of the workflows as a command. In a workflow, the page of the run shows the message of an error;
 * elsewhere, the message is on standard error.
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
      const failed = isGitHubError(error) ? new PipelineError(error.message) : error;
      if (!isWorkflow() || !(failed instanceof UserError) || failed instanceof UsageError) throw failed;
      failure(failed.message);
      return 1;
    }
  });
}

/** Whether GitHub refused a request. The error's message contains the status and a link, but no part of the request. */
function isGitHubError(error: unknown): error is Error {
  return error instanceof Error && error.name === "HttpError";
}
