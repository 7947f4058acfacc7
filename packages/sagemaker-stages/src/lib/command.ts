import { type CommandForm, type CommandLine, readCommandLine, requestsHelp, UsageError } from "./arguments";
import { describeGroup, describeUsage } from "./usage";

/** A command that a user or a workflow runs. */
export interface Command {
  /** The word that calls the command, e.g. `review`. */
  readonly name: string;
  /** The effect of the command, in one line. */
  readonly summary: string;
  /**
   * Runs the command.
   *
   * @param words - the command line after the command's name
   * @param program - the command line up to the command's name, e.g. `npx sagemaker-stages review`
   * @returns the exit status: 0 for success, 1 for a failure, or a status that the command's usage documents
   * @throws UsageError if the words do not match the usage: the exit status is 2
   * @throws UserError if the cause is in the user's files or environment: the exit status is 1
   */
  run(words: readonly string[], program: string): number | Promise<number>;
}

/**
 * Defines a command. The command parses its command line by its form, prints its usage for `--help` and `-h`, and adds to
 * each usage error how to print the usage.
 *
 * @param run - receives the parsed command line, and returns the exit status
 */
export function defineCommand<const F extends CommandForm>(
  form: F,
  run: (line: CommandLine<F>) => number | Promise<number>,
): Command {
  return {
    name: form.name,
    summary: form.summary,
    async run(words, program) {
      if (requestsHelp(words)) {
        process.stdout.write(describeUsage(form, program));
        return 0;
      }
      try {
        return await run(readCommandLine(form, words));
      } catch (error) {
        throw error instanceof UsageError ? withHint(error, program) : error;
      }
    },
  };
}

/** Defines a command with subcommands: the first word is the name of the subcommand. */
export function defineGroup(
  group: Pick<CommandForm, "name" | "summary" | "notes">,
  commands: readonly Command[],
): Command {
  return {
    name: group.name,
    summary: group.summary,
    async run([name, ...words], program) {
      if (name === "--help" || name === "-h") {
        process.stdout.write(describeGroup(group, commands, program));
        return 0;
      }
      const command = commands.find((candidate) => candidate.name === name);
      if (command !== undefined) return command.run(words, `${program} ${command.name}`);
      const allowed = commands.map((candidate) => candidate.name).join(", ");
      throw withHint(new UsageError(`command: got ${name ?? "nothing"}; allowed: ${allowed}`), program);
    },
  };
}

function withHint({ message }: UsageError, program: string): UsageError {
  return new UsageError(`${message}\nFor the usage: ${program} --help`);
}
