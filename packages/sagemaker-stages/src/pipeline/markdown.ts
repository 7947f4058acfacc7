/** Longer texts would leave no room for the review in an issue. */
const MAX_TEXT_CHARACTERS = 400;

/** Invisible characters that change how other characters look: control, zero width and direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** `text` as code, in one line. No text can end the code, notify a user, or become a link or a tag. */
export function code(text: string): string {
  const whole = text.replaceAll(/\s+/g, " ").trim().replaceAll(INVISIBLE, "\ufffd");
  if (whole === "") return "";
  const shown = whole.length <= MAX_TEXT_CHARACTERS ? whole : `${whole.slice(0, MAX_TEXT_CHARACTERS)}…`;
  const delimiter = backticksFor(shown, 1);
  const padding = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${delimiter}${padding}${shown}${padding}${delimiter}`;
}

/** Lines as a block of code. No line can end the block. */
export function codeBlock(lines: readonly string[]): string {
  const shown = lines.map((line) => line.replaceAll(INVISIBLE, "\ufffd")).join("\n");
  const delimiter = backticksFor(shown, 3);
  return `${delimiter}text\n${shown}\n${delimiter}`;
}

/** A row of a table. A bar in code also ends a cell, so that each bar is escaped. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(/\\.|\|/g, (text) => (text === "|" ? "\\|" : text))).join(" | ")} |`;
}

/** More backticks than any run in the text. */
function backticksFor(text: string, min: number): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  return "`".repeat(Math.max(min, ...runs.map((length) => length + 1)));
}
