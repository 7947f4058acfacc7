/** Longer texts would push everything else out of a comment. */
const LONGEST = 400;

/** Signs that nobody sees, and that change what others look like: of control, of no width, of direction. */
const UNSEEN = /[\p{Cc}\p{Cf}]/gu;

/** One line of what can be seen, not too long. */
function line(text: string): string {
  const clean = text.replaceAll(/\s+/g, " ").trim().replaceAll(UNSEEN, "\ufffd");
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}

/** `text` as code, in a paragraph or in a table's cell, whatever stands in it. */
export function code(text: string): string {
  // A table's cell ends at a bar even in code.
  const shown = line(text).replaceAll("|", "\\|");
  if (shown === "") return "";
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const padding = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${padding}${shown}${padding}${fence}`;
}

/** Most of a list's items that are shown. */
const MOST_ITEMS = 20;

/** Texts as code, one a line of a table's cell. */
export function codes(texts: readonly string[]): string {
  const left = texts.length - MOST_ITEMS;
  return [...texts.slice(0, MOST_ITEMS).map(code), ...(left > 0 ? [`and ${left} more`] : [])].join("<br>");
}

/** `text` as itself: nothing in it is a link, a mention, a tag or a table. */
export function plain(text: string): string {
  return (
    line(text)
      .replaceAll("&", "&amp;")
      .replaceAll(/[\\`*_[\]<>|#~]/g, "\\$&")
      // What would become a link by itself, or call somebody.
      .replaceAll(/@|:(?=\/\/)|(?<=\bwww)\./gi, "$&\u200b")
  );
}

/** `text` as itself between HTML's tags, where Markdown's signs mean nothing. */
export function html(text: string): string {
  return line(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/@|:(?=\/\/)/g, "$&\u200b");
}

/** A row of a table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The two lines with which a table begins. */
export function header(...cells: readonly string[]): readonly string[] {
  return [row(...cells), `|${cells.map(() => " --- |").join("")}`];
}
