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
 * @param content - plain JSON; the order of keys matters
 */
export function contentHash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 8);
}
