/**
 * A JSON document as a Terraform string. Tokens stay tokens; text that looks like an interpolation (`${…}`, `%{…}`) is escaped.
 */
export function terraformJson(document: unknown): string {
  return terraformText(JSON.stringify(document));
}

/** A text as a Terraform string, with the escapes of {@link terraformJson}. */
export function terraformText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, "$$$${").replace(/%\{/g, "%%{");
}
