/** One command of `sagemaker-stages`. */
export interface Command {
  /** The word after `sagemaker-stages`, e.g. `review`. */
  readonly name: string;
  /** What the command does, in one line. */
  readonly summary: string;
  /**
   * Runs the command.
   *
   * @param words - the command line after the command's name
   * @returns the exit status: 0 for success, 1 for a failure, or a status that the command's usage documents
   * @throws UsageError where the words are not those of the usage: the message is printed, and the exit status is 2
   * @throws UserError where the user's files or surroundings are at fault: the message is printed, and the exit status
   * is 1
   */
  run(words: readonly string[]): number | Promise<number>;
}
