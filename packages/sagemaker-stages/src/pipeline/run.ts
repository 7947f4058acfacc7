import { Refused } from "./errors";
import { failure } from "./workflow";

/** Commands by name, each with the words after it. */
export type Commands = Readonly<Record<string, (...words: string[]) => Promise<void> | void>>;

/**
 * Runs the command that the command line names. Where it fails, the page of the workflow's run says why.
 *
 * @returns the exit status
 */
export async function run(
  commands: Commands,
  usage: string,
  [name = "", ...words]: readonly string[],
): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(usage);
    return 2;
  }
  try {
    await command(...words);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused) && !isAnswerOfGitHub(error)) throw error;
    failure(error.message);
    return 1;
  }
}

/** Its message names the status and the documentation, nothing that was sent. */
function isAnswerOfGitHub(error: unknown): error is Error {
  return error instanceof Error && error.name === "HttpError";
}
