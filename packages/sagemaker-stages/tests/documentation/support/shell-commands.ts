import { type CodeBlock, codeBlocksOf } from "./documents";

/** Languages of blocks whose lines are commands. In a `console` block, commands start with `$ `. */
export const SHELLS: readonly string[] = ["sh", "bash", "shell", "console"];

/** The first line of a block whose commands need AWS. A text may follow, e.g. `# needs AWS: applies dev`. */
const NEEDS_AWS = /^# needs AWS\b/;

/** A command of a document. */
export interface DocumentedCommand {
  /** The command on one line, without comments, e.g. `npm run smoke -- dev`. */
  readonly command: string;
  /** Whether the command's block starts with the line `# needs AWS`. */
  readonly needsAws: boolean;
  /** The JSON that the document shows as the answer: the next block of the document, if this block is JSON. */
  readonly answer: string | undefined;
}

/** The commands of a document's blocks. `a && b` is two commands. A pipeline is one command. */
export function commandsOf(document: string): DocumentedCommand[] {
  const blocks = codeBlocksOf(document);
  return blocks.flatMap((block, index) => {
    if (!SHELLS.includes(block.language)) return [];
    const next = blocks[index + 1];
    const answer = next?.language === "json" ? next.text : undefined;
    const needsAws = NEEDS_AWS.test(block.text);
    return splitCommands(scriptOf(block)).map((command) => ({ command, needsAws, answer }));
  });
}

function scriptOf({ language, text }: CodeBlock): string {
  if (language !== "console") return text;
  const commands = text.split("\n").filter((line) => line.startsWith("$ "));
  return commands.map((line) => line.slice(2)).join("\n");
}

/** A quoted text, an escaped character, a comment, an end of a command, or one other character. */
const TOKEN = /'[^']*'|"(?:\\.|[^"\\])*"|\\\n[ \t]*|\\.|(?<![^\s])#[^\n]*|(?<end>\n|&&|;)|./gs;

/** Splits a script where the shell ends a command, and joins continued lines. */
function splitCommands(script: string): string[] {
  const commands = [""];
  for (const { 0: token, groups } of script.matchAll(TOKEN)) {
    if (groups?.end !== undefined) commands.push("");
    else if (!token.startsWith("#")) commands.push(`${commands.pop()}${token.replace(/^\\\n[ \t]*/, "")}`);
  }
  return commands.map((command) => command.trim()).filter((command) => command !== "");
}
