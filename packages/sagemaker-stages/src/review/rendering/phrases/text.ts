import { wholeCode } from "../markdown";

/** A sentence with more items is hard to read. */
const MAX_LISTED = 4;

/** A text of a plan as code in a sentence. An empty text has a label, because Markdown makes no code of it. */
export function code(text: string): string {
  return wholeCode(text) || "`(empty)`";
}

/** `a, b and c`. Of a long list, the first items and the number of the others. */
export function listed(texts: readonly string[], word: "and" | "or"): string {
  const first = texts.slice(0, MAX_LISTED);
  const rest = texts.length - first.length;
  const all = rest > 0 ? [...first, `${rest} more`] : first;
  if (all.length < 2) return all.join("");
  return `${all.slice(0, -1).join(", ")} ${word} ${all.at(-1)}`;
}

/** The text with a capital first letter. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The label of a resource whose name is known after the apply, by the resource that refers to it. */
export function labelOfUnknown(kind: string, path: string): string {
  return `${kind} that ${path} references`;
}

/**
 * A label of a resource in a sentence: ``role `dev-churn-function` `` for `role dev-churn-function`. A text that is no
 * label is code as a whole.
 */
export function labelAsCode(label: string): string {
  const [, unknown, path] = /^(role|user|group|function) that (.+) references$/s.exec(label) ?? [];
  if (unknown !== undefined && path !== undefined) return `${unknown} that ${code(path)} references`;
  const [, kind, name] =
    /^(role|user|group|managed policy|permissions boundary|bucket|function|model|API|VPC endpoint|key|queue|topic|repository|secret|security group|aws\w+) (.+)$/s.exec(
      label,
    ) ?? [];
  return kind === undefined || name === undefined ? code(label) : `${kind} ${code(name)}`;
}
