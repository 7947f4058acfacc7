import { appendFileSync } from "node:fs";
import { Refused } from "./errors";

/**
 * A variable of the workflow's step.
 *
 * @throws Refused where it is not set
 */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Refused(`${name}: got none; allowed: what the workflow's step sets (.github/workflows/)`);
  }
  return value;
}

/** Sets an output of the workflow's step; outside of a workflow it is printed. */
export function setOutput(name: string, value: string): void {
  const line = `${name}=${value}\n`;
  const file = process.env.GITHUB_OUTPUT;
  if (file === undefined) process.stdout.write(line);
  else appendFileSync(file, line);
}

/** Whether the process runs in a workflow (https://docs.github.com/actions/reference/workflows-and-actions/variables). */
export function isWorkflow(): boolean {
  return process.env.GITHUB_ACTIONS === "true";
}

/** Says something on the run's page. */
export function notice(text: string): void {
  annotate("notice", text);
}

/** Says on the run's page why it failed. */
export function failure(text: string): void {
  annotate("error", text);
}

/** A command of one line: line ends are escaped as Actions reads them. */
function annotate(kind: "notice" | "error", text: string): void {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::${kind}::${escaped}\n`);
}
