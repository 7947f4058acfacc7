import { Refused } from "./errors";
import { failure } from "./workflow";

/** Commands by name, each with the words after it. */
export type Commands = Readonly<Record<string, (...words: string[]) => Promise<void> | void>>;

/** Runs the command that the command line names, and says on the run's page why it failed. */
export async function run(commands: Commands, usage: string): Promise<void> {
  const [name = "", ...words] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  try {
    await command(...words);
  } catch (error) {
    if (!(error instanceof Refused) && !isAnswerOfGitHub(error)) throw error;
    failure(error.message);
    process.exitCode = 1;
  }
}

/** Its message names the status and the documentation, nothing that was sent. */
function isAnswerOfGitHub(error: unknown): error is Error {
  return error instanceof Error && error.name === "HttpError";
}
