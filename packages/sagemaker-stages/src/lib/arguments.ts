import { type ParseArgsConfig, parseArgs } from "node:util";
import { UserError } from "./user-error";

/** The words of the command line make no sense. The message says which, and what does. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Options and other words of a command.
 *
 * @param words - the command line without node and script
 * @param usage - how the command is used, for who uses it otherwise
 * @throws UsageError where an option is none of these, or not used as it says
 */
export function parseArguments<const O extends Options>(words: readonly string[], options: O, usage: string) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
