import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { synthesizeApp } from "../lib/synthesize-app";
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
 * Synthesizes the app's environments. The stacks of accounts have nothing to serve and are excluded, so that their
 * faults do not stop the local stage.
 *
 * @param outdir - the folder for the Terraform
 * @throws SynthesisFailed
 */
export function synthesize(outdir: string): Promise<void> {
  return synthesizeApp(outdir, { SYNTHESIZE: "environments" });
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
