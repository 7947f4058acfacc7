import { andMore } from "./phrases/formats";

/** Longer texts would leave no room for other rows of a comment. */
const MAX_TEXT_CHARACTERS = 400;

/** Invisible characters that change how other characters look: control, zero width and direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** One line of visible characters. */
function wholeLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replaceAll(INVISIBLE, "\ufffd");
}

/** One line of visible characters, shortened. */
function line(text: string): string {
  const whole = wholeLine(text);
  return whole.length <= MAX_TEXT_CHARACTERS ? whole : `${whole.slice(0, MAX_TEXT_CHARACTERS)}…`;
}

/** `text` as code, shortened. No text can end the code. */
export function code(text: string): string {
  return wholeCode(line(text));
}

/** The whole `text` as code: a sentence is also part of the JSON, of the verdict and of comparisons. */
export function wholeCode(text: string): string {
  const shown = wholeLine(text);
  if (shown === "") return "";
  const runs = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  const delimiter = "`".repeat(Math.max(0, ...runs) + 1);
  const padding = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${delimiter}${padding}${shown}${padding}${delimiter}`;
}

/** Items of a list that are shown. */
const MAX_ITEMS = 20;

/** Texts as code, each in a line of a table's cell. */
export function codes(texts: readonly string[]): string {
  const left = texts.length - MAX_ITEMS;
  return [...texts.slice(0, MAX_ITEMS).map(code), ...(left > 0 ? [andMore(left)] : [])].join("<br>");
}

/** `text` as plain text: no part of it becomes a link, a mention, a tag or a table. */
export function plain(text: string): string {
  return (
    line(text)
      .replaceAll("&", "&amp;")
      .replaceAll(/[\\`*_[\]<>|#~]/g, "\\$&")
      // GitHub would make links of addresses, and notify mentioned users.
      .replaceAll(/@|:(?=\/\/)|(?<=\bwww)\./gi, "$&\u200b")
  );
}

/** `text` as plain text between HTML tags, where Markdown has no effect. */
export function html(text: string): string {
  return line(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/@|:(?=\/\/)/g, "$&\u200b");
}

/** A row of a table. No text can end its cell. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map(withEscapedBars).join(" | ")} |`;
}

/** A bar ends a cell, even in code. A bar after an odd number of backslashes is already escaped. */
function withEscapedBars(cell: string): string {
  return cell.replaceAll(/\\.|\|/g, (text) => (text === "|" ? "\\|" : text));
}

/** The first two lines of a table. */
export function header(...cells: readonly string[]): readonly string[] {
  return [row(...cells), `|${cells.map(() => " --- |").join("")}`];
}
