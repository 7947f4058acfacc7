/** `text` as code, in a paragraph or in a table's cell, whatever stands in it. */
export function code(text: string): string {
  // A table's cell ends at a bar even in code, and a line's end would end the table.
  const line = text.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|");
  if (line === "") return "";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const padding = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** `text` as itself: nothing in it is a link, a mention, a tag or a table. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\\`*_[\]<>|#~]/g, "\\$&")
    .replaceAll("@", "@\u200b");
}

/** A row of a table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The two lines with which a table begins. */
export function header(...cells: readonly string[]): readonly string[] {
  return [row(...cells), `|${cells.map(() => " --- |").join("")}`];
}
