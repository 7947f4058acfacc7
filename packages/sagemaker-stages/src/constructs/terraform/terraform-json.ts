/**
 * A JSON document as a Terraform string: tokens stay tokens, and what only looks like an interpolation
 * (`${…}`, `%{…}`) stays text.
 */
export function terraformJson(document: unknown): string {
  return terraformText(JSON.stringify(document));
}

/** A text as a Terraform string, with tokens and what only looks like an interpolation as in {@link terraformJson}. */
export function terraformText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, "$$$${").replace(/%\{/g, "%%{");
}
