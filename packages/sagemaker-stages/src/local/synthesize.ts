import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { synthesizeApp } from "../lib/synthesize-app";
import { bundleProgram, FUNCTION_PROGRAM } from "./bundle-program";
import { KEEP_ALIVE_IN_MS, LastSynthesis, SYNTHESIS_VARIABLES } from "./synthesis/last-synthesis";
import { RECORDING_FILE, RECORDING_STARTED_AT, type Recording } from "./synthesis/recording";
import type { Deployment } from "./terraform/deployment";
import { readDeployment } from "./terraform/read-deployment";

/** The app's files and folders that change the synthesized Terraform, without npm packages. */
export function sources(): string[] {
  return [
    "main.ts",
    "environments",
    "functions",
    "stacks",
    "cdktf.json",
    // tsx and esbuild read the settings of TypeScript.
    "tsconfig.json",
  ].map((source) => join(appFolder(), source));
}

/**
 * Synthesizes the app's environments for one local stage. The stacks of accounts have nothing to serve and are excluded,
 * so that their faults do not stop the local stage.
 */
export class LocalSynthesis {
  private readonly last = new LastSynthesis({
    app: appFolder(),
    sources: sources(),
    variables: process.env,
  });

  private readonly keepingAlive = setInterval(() => this.last.keepAlive(), KEEP_ALIVE_IN_MS).unref();
  private repeated: string | undefined;
  private hasPrograms = false;

  /** The folder of the Terraform. */
  get outdir(): string {
    return this.last.outdir;
  }

  /** The path of the program of the functions' processes, which the first synthesis bundles, see {@link FUNCTION_PROGRAM}. */
  get functionProgram(): string {
    return join(this.outdir, "programs", "function.cjs");
  }

  /** The reason why the next start cannot use the synthesis of {@link run}; `undefined` if it can. */
  get repeatedBecause(): string | undefined {
    return this.repeated;
  }

  /**
   * Uses the Terraform of the last synthesis, if nothing has changed that the synthesis depended on.
   *
   * @returns the time of the last synthesis; `undefined` if {@link run} is necessary
   */
  reuse(): Date | undefined {
    return this.last.reuse();
  }

  /**
   * Synthesizes, and records the synthesis for later starts.
   *
   * @throws SynthesisFailed
   */
  async run(): Promise<void> {
    const started = this.last.begin();
    const recorder = join(this.outdir, "programs", "recorder.cjs");
    const recordingFile = join(this.outdir, "recording.json");
    rmSync(recordingFile, { force: true });
    this.bundle(recorder);
    await synthesizeApp(this.outdir, {
      preload: recorder,
      variables: {
        ...SYNTHESIS_VARIABLES,
        [RECORDING_FILE]: recordingFile,
        [RECORDING_STARTED_AT]: String(started.startedAt.getTime()),
      },
    });
    this.repeated = this.last.finish(started, readRecording(recordingFile));
  }

  /** Whether one of {@link sources} has changed since {@link reuse} or {@link run} began. */
  haveSourcesChanged(): boolean {
    return this.last.haveSourcesChanged();
  }

  /** Bundles the programs once: a program that an earlier process left can be the program of another engine. */
  private bundle(recorder: string): void {
    if (this.hasPrograms && existsSync(recorder) && existsSync(this.functionProgram)) return;
    bundleProgram("local/synthesis/recorder.ts", recorder);
    bundleProgram(FUNCTION_PROGRAM, this.functionProgram);
    this.hasPrograms = true;
  }

  /** Removes the Terraform, unless a later start can use it. */
  close(): void {
    clearInterval(this.keepingAlive);
    this.last.close();
  }
}

/** The process writes no recording if its program is not Node.js with the app, or ends by itself. */
function readRecording(file: string): Recording | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Recording) : undefined;
}

/**
 * Reads the synthesized stacks of the named environments.
 *
 * @param outdir - the folder with the Terraform
 * @throws UsageError if an environment does not exist
 * @throws UnsupportedTerraform if the local stage does not support a stack
 */
export function readDeployments(
  outdir: string,
  environments: readonly string[],
  ownContainers: readonly string[] = [],
): Deployment[] {
  // From the manifest, because the folder of a removed environment can remain on disk.
  const { stacks } = manifest.parse(JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8")));
  const folders = new Map(
    Object.entries(stacks)
      .map(([name, { workingDirectory }]) => [name, join(outdir, workingDirectory)] as const)
      .filter(([, folder]) => hasApi(folder)),
  );
  return environments.map((name) => {
    const folder = folders.get(name);
    if (folder === undefined) {
      throw new UsageError(`environment: got ${name}; allowed: ${[...folders.keys()].join(", ")}`);
    }
    return readDeployment(name, folder, ownContainers);
  });
}

/** Whether a stack has a REST API. Every environment's stack has one; an account's stack has none. */
function hasApi(folder: string): boolean {
  const { resource } = terraform.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
  return resource !== undefined && "aws_api_gateway_rest_api" in resource;
}

const terraform = z.object({ resource: z.optional(z.record(z.string(), z.unknown())) });

const manifest = z.object({ stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })) });
