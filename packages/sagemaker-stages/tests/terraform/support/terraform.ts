import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The first version with lock files in S3. */
const MIN_VERSION = "1.10";

/** The schema of the AWS provider as JSON is 14 MB. */
const MAX_OUTPUT_IN_BYTES = 256 * 1024 ** 2;

/** The result of a terraform command. */
export interface TerraformAnswer {
  readonly status: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
  readonly stdout: string;
}

/** One finding of `terraform validate -json`. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
}

/** The answer of `terraform validate -json`. */
export interface Validation {
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** The terraform of this machine, with an empty home folder: without credentials and workspaces of the user. */
export class Terraform {
  private readonly environment: NodeJS.ProcessEnv;

  /** @param home - the home folder. Downloads are cached below it */
  constructor(home: string) {
    const cache = join(home, "plugins");
    mkdirSync(cache, { recursive: true });
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(AWS_|TF_CLI_ARGS|TF_DATA_DIR$|TF_WORKSPACE$|TF_LOG)/.test(name),
    );
    this.environment = {
      TF_PLUGIN_CACHE_DIR: cache,
      // Without this variable, terraform downloads the provider again for each stack, to compute the checksums.
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1",
      // Terraform decodes the provider's whole schema in each command: with fewer garbage collections than Go's default of
      // 100, a plan takes a sixth less processor time and 50 MB more memory (https://pkg.go.dev/runtime, "GOGC").
      GOGC: "400",
      ...Object.fromEntries(inherited),
      AWS_CONFIG_FILE: join(home, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(home, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
    };
  }

  /** Runs `terraform <args>` in `folder`. */
  run(folder: string, args: readonly string[], input = ""): TerraformAnswer {
    return this.runProgram("terraform", folder, args, input);
  }

  /** Runs a program that runs terraform, as {@link run}. */
  runProgram(program: string, folder: string, args: readonly string[], input = ""): TerraformAnswer {
    const { error, status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      env: this.environment,
      input,
      encoding: "utf8",
      maxBuffer: MAX_OUTPUT_IN_BYTES,
    });
    if (error !== undefined) throw explain(error);
    return { status, output: stdout + stderr, stdout };
  }

  /** Like {@link run}, but asynchronous, so that servers in this process can answer terraform's requests. */
  async runBeside(
    folder: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
  ): Promise<TerraformAnswer> {
    const child = spawn("terraform", args, {
      cwd: folder,
      env: { ...this.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = [child.stdout, child.stderr].map(async (stream) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", (error) => reject(explain(error)));
      child.on("close", resolve);
    });
    const [stdout = "", stderr = ""] = await Promise.all(texts);
    return { status, output: stdout + stderr, stdout };
  }

  /**
   * Downloads the providers of the stack in `folder`.
   *
   * @throws Error with the output of terraform if terraform fails
   */
  init(folder: string): void {
    const { status, output } = this.run(folder, ["init", "-backend=false", "-input=false", "-no-color"]);
    if (status !== 0) throw new Error(`terraform init failed in ${folder}:\n${output}`);
  }

  /** The result of `terraform validate` for the stack in `folder`. Call {@link init} before. */
  validate(folder: string): Validation {
    const { stdout, output } = this.run(folder, ["validate", "-json", "-no-color"]);
    try {
      return JSON.parse(stdout);
    } catch (cause) {
      throw new Error(`terraform validate answered no JSON in ${folder}:\n${output}`, { cause });
    }
  }
}

/** The error for a terraform that cannot be started, with the repair. */
export function explain(error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new Error(
    `terraform is not on the PATH, but these tests need terraform. Install ${MIN_VERSION} or newer ` +
      "(https://developer.hashicorp.com/terraform/install) and run `npm run test:terraform` again.",
    { cause: error },
  );
}
