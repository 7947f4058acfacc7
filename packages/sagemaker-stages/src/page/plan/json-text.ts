/** The maximum length of a line. A field of the page on a desktop has room for 59 characters. */
export const MAX_LINE_LENGTH = 58;
const INDENT = "  ";

/**
 * Formats a JSON value for readers. A list or an object that fits into one line stays in one line, so that a list of 5,000
 * numbers does not become 5,000 lines.
 */
export function jsonText(value: unknown, indent = ""): string {
  const line = inOneLine(value);
  if (indent.length + line.length <= MAX_LINE_LENGTH || typeof value !== "object" || value === null)
    return line;
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => typeof item !== "object" || item === null);
    const lines = isPlain
      ? filledLines(value.map(inOneLine), inner)
      : value.map((item) => jsonText(item, inner));
    return surrounded("[", lines, "]", indent);
  }
  const lines = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, inner)}`,
  );
  return surrounded("{", lines, "}", indent);
}

function surrounded(open: string, lines: readonly string[], close: string, indent: string): string {
  return `${open}\n${lines.map((line) => indent + INDENT + line).join(",\n")}\n${indent}${close}`;
}

/** Joins items into lines, with as many items per line as fit. */
function filledLines(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const longer = `${last}, ${item}`;
    if (last !== undefined && indent.length + longer.length < MAX_LINE_LENGTH)
      lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${inOneLine(item)}`).join(", ")} }`;
}
