import { readDocument } from "../../documentation/support/documents";
import { commandsOf } from "../../documentation/support/shell-commands";

/** The document whose commands the tests run. */
const DOCUMENT = "docs/cdk-terrain.md";

/**
 * The commands that need no AWS below a heading of the document, up to the next heading of the same level or of a higher level.
 *
 * @throws Error if the document has no such heading, or no command below the heading
 */
export function commandsUnder(heading: string): string[] {
  const lines = readDocument(DOCUMENT).split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading);
  const level = /^#+/.exec(lines[start] ?? "")?.[0].length ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && (/^#+/.exec(line)?.[0].length ?? 0) <= level);
  const commands = commandsOf(rest.slice(0, end === -1 ? undefined : end).join("\n"))
    .filter(({ needsAws }) => !needsAws)
    .map(({ command }) => command);
  if (start === -1 || commands.length === 0) {
    throw new Error(`${DOCUMENT}: got no heading "${heading}" with commands, which the tests run`);
  }
  return commands;
}
