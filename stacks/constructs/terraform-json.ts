import { createHash } from "node:crypto";

/**
 * A JSON document as a Terraform string: tokens stay tokens, and what only looks like an interpolation
 * (`${…}`, `%{…}`) stays text.
 */
export function terraformJson(document: unknown): string {
  return JSON.stringify(document)
    .replace(/\$\{(?!TfToken\[)/g, "$$$${")
    .replace(/%\{/g, "%%{");
}

/**
 * Eight hexadecimal digits that follow `content`, for names of resources that are replaced when it changes.
 *
 * @param content - plain JSON; the order of keys makes no difference
 */
export function contentHash(content: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys(content)))
    .digest("hex")
    .slice(0, 8);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
