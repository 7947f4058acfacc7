import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { ErrorForPeople } from "./errors";
import type { Deployment } from "./terraform/deployment";
import { readDeployment } from "./terraform/read-deployment";

/** Files and folders of the app that change the synthesized Terraform; packages of npm are not among them. */
export function sources(): string[] {
  return [
    "main.ts",
    "environments",
    "functions",
    "stacks",
    "cdktf.json",
    // tsx and esbuild translate TypeScript by its settings.
    "tsconfig.json",
  ].map((source) => join(appFolder(), source));
}

/** Synthesis failed; the message is what it printed. */
export class SynthesisFailed extends ErrorForPeople {
  override readonly name = "SynthesisFailed";
}

/**
 * Synthesizes the project's environments as `cdktf` does, in a process of its own, so that every change of code counts.
 *
 * @param outdir - where the Terraform goes
 * @throws SynthesisFailed
 */
export async function synthesize(outdir: string): Promise<void> {
  const { app } = z
    .object({ app: z.string() })
    .parse(JSON.parse(readFileSync(join(appFolder(), "cdktf.json"), "utf8")));
  const [, ...words] = app.split(" ");
  const child = spawn(process.execPath, words, {
    cwd: appFolder(),
    // Without the stacks of accounts, in which nothing can be served: their faults do not stop the local stage.
    env: { ...process.env, CDKTF_OUTDIR: outdir, SYNTHESIZE: "environments" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (status === 0) return;
  // A stack of frames inside a tool hides the one line that helps.
  const lines = output.split("\n").filter((line) => !/^\s+at /.test(line));
  throw new SynthesisFailed(lines.join("\n").trim() || `main.ts ended with status ${status}`);
}

/**
 * Reads the stacks of the environments named.
 *
 * @param outdir - where the Terraform is
 * @throws UsageError where an environment does not exist
 * @throws NotServable where one cannot be served on this machine
 */
export function readDeployments(outdir: string, environments: readonly string[]): Deployment[] {
  // The manifest, not the folders: a stack whose environment is gone stays behind on disk.
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
    return readDeployment(name, folder);
  });
}

/** Every environment has one; in what an account has once, nothing can be served. */
function hasApi(folder: string): boolean {
  const { resource } = terraform.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
  return resource !== undefined && "aws_api_gateway_rest_api" in resource;
}

const terraform = z.object({ resource: z.optional(z.record(z.string(), z.unknown())) });

const manifest = z.object({ stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })) });
