import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { synthesizeApp } from "../lib/synthesize-app";
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

/**
 * Synthesizes the app's environments, without the stacks of accounts, in which nothing can be served: their faults do not
 * stop the local stage.
 *
 * @param outdir - where the Terraform goes
 * @throws SynthesisFailed
 */
export function synthesize(outdir: string): Promise<void> {
  return synthesizeApp(outdir, { SYNTHESIZE: "environments" });
}

/**
 * Reads the stacks of the environments named.
 *
 * @param outdir - where the Terraform is
 * @throws UsageError where an environment does not exist
 * @throws NotServable where one cannot be served on this machine
 */
export function readDeployments(
  outdir: string,
  environments: readonly string[],
  ownContainers: readonly string[] = [],
): Deployment[] {
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
    return readDeployment(name, folder, ownContainers);
  });
}

/** Every environment has one; in what an account has once, nothing can be served. */
function hasApi(folder: string): boolean {
  const { resource } = terraform.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
  return resource !== undefined && "aws_api_gateway_rest_api" in resource;
}

const terraform = z.object({ resource: z.optional(z.record(z.string(), z.unknown())) });

const manifest = z.object({ stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })) });
