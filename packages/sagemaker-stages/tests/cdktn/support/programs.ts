import { spawn } from "node:child_process";
import { ACCEPTED_VARIABLE } from "../../../src/app/runtimes-in-use";
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from "../../../src/aws/lambda-runtimes";

/** The output of a program that succeeded. */
export interface Output {
  readonly stdout: string;
  /** Standard output and standard error in their order. */
  readonly all: string;
}

/** The folder and the environment variables of a program. */
export interface Place {
  readonly folder: string;
  /** Variables in addition to {@link inheritedVariables}. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Lines of a failed program's output that its error contains. npm and Jest print the cause in the last lines. */
const REPORTED_LINES = 150;

/**
 * The variables of this process without the variables of npm's script and of Jest, which would change the programs. npm
 * runs no install scripts of packages, and prefers its cache to requests.
 */
function inheritedVariables(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)|JEST_|NODE_|CDKTF_|RECORD$|INIT_CWD$)/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(inherited),
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_ignore_scripts: "true",
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    // Otherwise the command-line programs send usage data.
    CHECKPOINT_DISABLE: "1",
    CI: "1",
    // The shipped main.ts compares the dates of the runtimes with the current day. The tests must not fail from a day on.
    [ACCEPTED_VARIABLE]: [...NODE_RUNTIMES, ...PYTHON_RUNTIMES].join(","),
  };
}

/**
 * Runs a program to its end.
 *
 * @throws Error if the program does not end with status 0, with the program's command, folder and last lines of output
 */
export function run(program: string, words: readonly string[], place: Place): Promise<Output> {
  const command = [program, ...words].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: place.folder,
      env: { ...inheritedVariables(), ...place.variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", all: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
      output.all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.all += text;
    });
    child.once("error", (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once("close", (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(describeFailure(command, status, place.folder, output.all)));
    });
  });
}

/** Runs a command of a document, as a shell does. */
export function runCommand(command: string, place: Place): Promise<Output> {
  return run("bash", ["-c", command], place);
}

function describeFailure(command: string, status: number | null, folder: string, output: string): string {
  const lines = output.trimEnd().split("\n");
  const needs = /\bnpm (install|ci|uninstall)\b/.test(command)
    ? " The test installs packages: it needs the npm registry, and about 1.5 GB of disk space in the folder for temporary files."
    : "";
  return `"${command}" ended with status ${status ?? "of a signal"} in ${folder}.${needs}\n${lines.slice(-REPORTED_LINES).join("\n")}`;
}
