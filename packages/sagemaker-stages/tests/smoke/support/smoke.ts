import { spawn } from "node:child_process";
import { COMMAND, type ProjectCopy } from "../../local/support/project";

/** How `sagemaker-stages smoke` ended, and its output. */
export interface Smoke {
  readonly status: number | null;
  readonly table: string;
  readonly errors: string;
}

/**
 * `sagemaker-stages smoke` in a copy of the fixture app.
 *
 * @param words - the command line, e.g. `["dev", "--wait", "2"]`
 * @param variables - of the process, on top of this one's, of which it inherits none of AWS's
 */
export function smoke(
  project: ProjectCopy,
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<Smoke> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|SMOKE_|TERRAFORM_)/.test(name));
  const child = spawn(process.execPath, [COMMAND, "smoke", ...words], {
    cwd: project.folder,
    env: { ...Object.fromEntries(inherited), TMPDIR: project.tempFolder, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let table = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    table += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, table, errors }));
  });
}

/** The rows of a table that are not as expected, each as its cells without the milliseconds. */
export function unexpected(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("NOT"))
    .map((line) => line.split(/ {2,}/).slice(1, -1));
}
