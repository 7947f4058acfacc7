/** More of them make a sentence hard to read. */
const MOST_LISTED = 4;

/** A text of a plan as code in Markdown, which it cannot break out of. */
export function code(text: string): string {
  return `\`${text.replace(/`/g, "ˋ").replace(/\p{Cc}+/gu, " ")}\``;
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

/** A thing of the plan by its label, e.g. ``role `dev-toxicity-function` `` of `role dev-toxicity-function`. */
export function thing(label: string): string {
  const [, kind, name] =
    /^(role|user|group|managed policy|bucket|function|API|VPC endpoint|key|queue|topic|repository|secret|aws\w+) (.+)$/s.exec(
      label,
    ) ?? [];
  if (kind === undefined || name === undefined) return label;
  return `${kind} ${code(name)}`;
}
