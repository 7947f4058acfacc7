import { appendFileSync } from "node:fs";
import { PipelineError } from "./errors";

/**
 * Reads a variable of the workflow's step.
 *
 * @throws PipelineError if the variable is not set
 */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new PipelineError(
      `${name}: got no value; allowed: the value that the workflow's step sets (.github/workflows/)`,
    );
  }
  return value;
}

/** Sets an output of the workflow's step. Outside of a workflow, the output is printed. */
export function setOutput(name: string, value: string): void {
  const line = `${name}=${value}\n`;
  const file = process.env.GITHUB_OUTPUT;
  if (file === undefined) process.stdout.write(line);
  else appendFileSync(file, line);
}

/** Adds Markdown to the summary of the run. Outside of a workflow, the text is printed. */
export function addSummary(markdown: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined) process.stdout.write(`${markdown}\n`);
  else appendFileSync(file, `\n${markdown}\n`);
}

/**
 * Whether the process runs in a workflow (https://docs.github.com/actions/reference/workflows-and-actions/variables).
 */
export function isWorkflow(): boolean {
  return process.env.GITHUB_ACTIONS === "true";
}

/** Shows a notice on the run's page. */
export function notice(text: string): void {
  annotate("notice", text);
}

/** Shows an error on the run's page. */
export function failure(text: string): void {
  annotate("error", text);
}

/** Prints a workflow command, which is one line. GitHub Actions decodes the escaped line breaks. */
function annotate(kind: "notice" | "error", text: string): void {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::${kind}::${escaped}\n`);
}
