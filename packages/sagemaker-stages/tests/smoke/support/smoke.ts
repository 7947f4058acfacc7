import { spawn } from "node:child_process";
import { COMMAND, type ProjectCopy } from "../../local/support/project";

/** The exit status and the output of `sagemaker-stages smoke`. */
export interface Smoke {
  readonly status: number | null;
  readonly table: string;
  readonly errors: string;
}

/**
 * Runs `sagemaker-stages smoke` in a copy of the fixture app.
 *
 * @param words - the command line, e.g. `["dev", "--wait", "2"]`
 * @param variables - added to the environment variables of this process, without AWS's variables
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
    .filter((line) => line.startsWith("FAIL"))
    .map((line) => line.split(/ {2,}/).slice(1, -1));
}
