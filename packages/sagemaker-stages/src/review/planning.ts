import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { requireAppFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { terraformProgram } from "../lib/terraform-program";
import { NotReviewable } from "./errors";
import { Masking, unnumbered } from "./masking/masking";
import type { PlanFile } from "./reading/plan";

/** The app's folder. */
const appFolder = () => process.cwd();

/** The output folder of `cdktf.json`. Terraform's downloads in this folder are used again. */
const output = () => join(appFolder(), "cdktf.out");

/**
 * Plans stacks of this app: synthesizes the stacks, plans each with Terraform, and returns the plans as Terraform's JSON.
 *
 * A plan contains secrets in clear text, such as the API key. Its file is outside of the app, in a folder that only this
 * user can read. The file is removed at the end, also after a failure or a signal. The JSON is never written to a file.
 *
 * @param names - names of environments or accounts
 * @param report - called when a slow step begins
 * @throws UsageError where a stack does not exist
 * @throws NotReviewable where synthesis or Terraform fails, with its errors
 */
export async function planStacks(
  names: readonly string[],
  report: (step: string) => void,
): Promise<readonly PlanFile[]> {
  requireAppFolder();
  // Terraform's files are readable by this user only.
  process.umask(0o077);
  const folder = mkdtempSync(join(tmpdir(), "review-"));
  const steps = new Steps(folder);
  try {
    report("main.ts: synthesizing");
    await synthesize(steps);
    const stacks = stacksIn(names);
    const plans: PlanFile[] = [];
    for (const [name, stack] of stacks) {
      const file = join(folder, `${name}.tfplan`);
      const terraform = async (...words: readonly string[]): Promise<string> => {
        report(`${name}: terraform ${words[0]}`);
        return (await steps.run(terraformProgram(), words, stack, `${name}: terraform ${words[0]}`)).stdout;
      };
      await terraform("init", "-input=false", "-no-color");
      // A reviewer has read permissions only, and cannot write a lock. The deployment's plan finds concurrent changes.
      await terraform("plan", "-input=false", "-no-color", "-lock=false", `-out=${file}`);
      plans.push({ file: `${name}.json`, text: await terraform("show", "-json", "-no-color", file) });
      rmSync(file);
    }
    return plans;
  } finally {
    steps.end();
  }
}

/** Synthesizes all stacks. The warnings of the synthesis, e.g. on the end of a runtime, appear on standard error. */
async function synthesize(steps: Steps): Promise<void> {
  const { app } = z
    .object({ app: z.string() })
    .parse(JSON.parse(readFileSync(join(appFolder(), "cdktf.json"), "utf8")));
  const [, ...words] = app.split(" ");
  const { stderr } = await steps.run(process.execPath, words, appFolder(), "main.ts", {
    CDKTF_OUTDIR: output(),
  });
  process.stderr.write(stderr);
}

const manifest = z.object({ stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })) });

/** The folders of the stacks, from the manifest: a removed stack keeps its folder. */
function stacksIn(names: readonly string[]): readonly (readonly [name: string, folder: string])[] {
  const { stacks } = manifest.parse(JSON.parse(readFileSync(join(output(), "manifest.json"), "utf8")));
  return names.map((name) => {
    const stack = Object.hasOwn(stacks, name) ? stacks[name] : undefined;
    if (stack === undefined) {
      throw new UsageError(
        `stack: got ${name}; allowed: ${Object.keys(stacks).join(", ")}, or a file with a plan whose name ends in .json`,
      );
    }
    return [name, join(output(), stack.workingDirectory)] as const;
  });
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** How long a program can take to end after a signal. */
const MAX_TERMINATION_IN_MS = 10_000;

/** Runs programs one after the other, and removes a folder at every end. */
class Steps {
  private running: ChildProcess | undefined;
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    void this.interrupt(signal);
  };

  constructor(private readonly folder: string) {
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.onSignal);
  }

  /**
   * The output of a program that succeeds.
   *
   * @throws NotReviewable with the program's errors. The message does not contain its output, which can contain secrets.
   */
  async run(
    program: string,
    words: readonly string[],
    folder: string,
    step: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running = child;
    const texts = [child.stdout, child.stderr].map(async (stream) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) => reject(notStarted(program, error)));
      child.once("close", resolve);
    });
    const [stdout = "", stderr = ""] = await Promise.all(texts);
    this.running = undefined;
    if (status === 0) return { stdout, stderr };
    throw new NotReviewable(`${step} failed with status ${status}:\n${errorsIn(stderr)}`);
  }

  end(): void {
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.onSignal);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async interrupt(signal: NodeJS.Signals): Promise<void> {
    const child = this.running;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((resolve) => child.once("close", resolve));
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), MAX_TERMINATION_IN_MS);
      await closed;
      clearTimeout(timer);
    }
    this.end();
    process.exit(128 + (SIGNALS[signal as keyof typeof SIGNALS] ?? 0));
  }
}

function notStarted(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return new NotReviewable(`${program} cannot be started: ${error.message}`);
  return new NotReviewable(
    `${program} is not on the PATH; install Terraform 1.10 or newer (https://developer.hashicorp.com/terraform/install), or review the JSON of a plan`,
  );
}

/** Without stack frames, which hide the error, and without secrets: Terraform quotes lines of its configuration. */
function errorsIn(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !/^\s+at /.test(line));
  return unnumbered(new Masking().scrub(lines.join("\n").trim())) || "no error message";
}
