import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { killWithChildren } from "./processes";

const PROJECT = join(__dirname, "../../../../..");

/** The version for which the emulator's patches are written. */
const MOTO_VERSION = "5.2.1";

/** Credentials that no AWS account has. */
export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** The result of a program. */
export interface Ended {
  /** The exit status. `null` for a killed program. */
  readonly status: number | null;
  /** Standard output and standard error in their order, without colours. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
}

/**
 * The environment variables of cdktf and terraform: the emulator's address, and no credentials or settings of the user. The
 * machine's variables set the source of the provider (`TF_CLI_CONFIG_FILE`, `TF_PLUGIN_CACHE_DIR`).
 *
 * @param home - an empty folder as the home folder
 */
export function programEnvironment(home: string, endpoint: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(AWS_|CDKTF_|TF_CLI_ARGS|TF_DATA_DIR$|TF_WORKSPACE$|TF_LOG|TF_VAR_|NODE_OPTIONS$)/.test(name),
  );
  const plugins = join(PROJECT, "node_modules", ".cache", "terraform-plugins");
  mkdirSync(plugins, { recursive: true });
  return {
    TF_PLUGIN_CACHE_DIR: plugins,
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1",
    // A plan decodes the provider's whole schema, and Go's default collects that garbage many times: with 400, a plan
    // takes a sixth less processor time and 50 MB more memory (https://pkg.go.dev/runtime, "GOGC").
    GOGC: "400",
    ...Object.fromEntries(inherited),
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: join(home, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(home, "none"),
    AWS_EC2_METADATA_DISABLED: "true",
    CHECKPOINT_DISABLE: "1",
    CI: "1",
  };
}

const running = new Set<ChildProcess>();

/** Kills every running program with its descendants, because a failed test can leave programs that wait. */
export function killRunning(): void {
  for (const { pid } of running) if (pid !== undefined) killWithChildren(pid);
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (status) => {
      running.delete(child);
      resolve({ status, output: plain(output), stdout });
    });
  });
}

/** The text without control sequences for the terminal, and without lines that cdktf overwrites. */
function plain(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern removes control sequences.
      .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
      .split("\n")
      .filter((line) => !/^\s*$|^\S?\s+Synthesizing$|^\d+ Stacks? \w+ /.test(line))
      .join("\n")
  );
}

/**
 * Requires the programs that these tests need.
 *
 * @throws Error with the missing program and its installation, in one line
 */
export function requirePrograms(find: (program: string, args: readonly string[]) => string = answerOf): void {
  if (!find("terraform", ["version"]).startsWith("Terraform v")) {
    throw new Error(
      "terraform is not on the PATH: install 1.10 or newer (https://developer.hashicorp.com/terraform/install) and run `npm run test:deploy` again",
    );
  }
  const found = find("python3", ["-c", "import flask, moto; print(moto.__version__)"]).trim();
  if (found !== MOTO_VERSION) {
    throw new Error(
      `moto_server ${MOTO_VERSION} is not installed${found === "" ? "" : ` (python3 has ${found})`}: run \`pip install 'moto[server]==${MOTO_VERSION}'\` and then \`npm run test:deploy\` again`,
    );
  }
}

/** The standard output of a program. Empty if the program fails. */
function answerOf(program: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout : "";
}
