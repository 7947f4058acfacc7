/** More of them make a sentence hard to read. */
const MOST_LISTED = 4;

/**
 * A text of a plan as code in Markdown, which it cannot break out of, in a paragraph, a list or a table's cell: no end of
 * a line, and look-alikes of what would end the code or the cell.
 */
export function code(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("`", "ˋ")
    .replaceAll("|", "¦");
  // Of spaces alone, or of nothing, Markdown makes no code.
  return line.trim() === "" ? "`(empty)`" : `\`${line}\``;
}

/** `a, b and c`; of many, the first and how many more. */
export function listed(texts: readonly string[], word: "and" | "or"): string {
  const first = texts.slice(0, MOST_LISTED);
  const rest = texts.length - first.length;
  const all = rest > 0 ? [...first, `${rest} more`] : first;
  if (all.length < 2) return all.join("");
  return `${all.slice(0, -1).join(", ")} ${word} ${all.at(-1)}`;
}

/** With its first letter large. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a thing is called of which only the resource that names it is known. */
export function labelOfUnknown(kind: string, path: string): string {
  return `${kind} that ${path} names after the apply`;
}

/**
 * A thing of the plan by its label, e.g. ``role `dev-churn-function` `` of `role dev-churn-function`. What is no
 * such label is code as a whole.
 */
export function thing(label: string): string {
  const [, unknown, path] = /^(role|user|group|function) that (.+) names after the apply$/s.exec(label) ?? [];
  if (unknown !== undefined && path !== undefined)
    return `${unknown} that ${code(path)} names after the apply`;
  const [, kind, name] =
    /^(role|user|group|managed policy|permissions boundary|bucket|function|model|API|VPC endpoint|key|queue|topic|repository|secret|security group|aws\w+) (.+)$/s.exec(
      label,
    ) ?? [];
  return kind === undefined || name === undefined ? code(label) : `${kind} ${code(name)}`;
}
