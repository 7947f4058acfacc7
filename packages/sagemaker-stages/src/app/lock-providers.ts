import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { committedLockFile, LOCK_FILE } from "../constructs/terraform/provider-lock";
import {
  mergeRequiredProviders,
  type RequiredProviders,
  requiredProvidersOf,
} from "../constructs/terraform/required-providers";
import { PURPOSE_VARIABLE } from "../lib/synthesis-purpose";
import { synthesizeApp } from "../lib/synthesize-app";
import { terraformProgram } from "../lib/terraform-program";
import { UserError } from "../lib/user-error";

/** The platforms on which users and workflows run Terraform, and for which every provider must have a package. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];
/**
 * A platform for which older versions of providers have no package: the AWS provider has 14 packages in version 5.100.0 and
 * 6.21.0, and 15 packages in version 6.67.0. `terraform providers lock` fails if one provider lacks one of the platforms.
 */
const OPTIONAL_PLATFORM = "windows_arm64";

/** A source of the providers' packages instead of the registry. */
export interface ProviderMirror {
  /** A folder that `terraform providers mirror` wrote. */
  readonly folder: string | undefined;
  /** The URL of a network mirror. */
  readonly url: string | undefined;
}

/**
 * Replaces the app's lock file `stacks/.terraform.lock.hcl` with a lock file that contains the newest versions of the
 * providers that the stacks allow. The current folder is the app's folder.
 *
 * @param mirror - the source of the providers; default: the registry
 * @throws UserError if the app cannot be synthesized, or if Terraform fails, after Terraform printed its error
 */
export async function lockProviders(mirror: ProviderMirror): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "providers-lock-"));
  try {
    lock(folder, await requiredProviders(folder), mirror);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lock(folder: string, required_providers: RequiredProviders, mirror: ProviderMirror): void {
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers } }));
  const { status } = runTerraform(folder, PLATFORMS, mirror, "inherit");
  if (status !== 0) {
    throw new UserError(`${terraformProgram()} providers lock failed with status ${status}`);
  }
  const optional = runTerraform(folder, [OPTIONAL_PLATFORM], mirror, "pipe");
  if (optional.status !== 0) {
    const reason = /^\W*Error: (.*)$/m.exec(optional.stderr)?.[1] ?? `status ${optional.status}`;
    process.stderr.write(`No checksums for ${OPTIONAL_PLATFORM}, which is optional: ${reason}\n`);
  }
  copyFileSync(join(folder, LOCK_FILE), committedLockFile());
}

/** Adds the checksums of platforms to the lock file in `folder`. */
function runTerraform(
  folder: string,
  platforms: readonly string[],
  mirror: ProviderMirror,
  stdio: "inherit" | "pipe",
): SpawnSyncReturns<string> {
  const terraform = terraformProgram();
  const finished = spawnSync(
    terraform,
    [
      `-chdir=${folder}`,
      "providers",
      "lock",
      ...platforms.map((platform) => `-platform=${platform}`),
      ...optionsFor(mirror),
    ],
    { stdio, encoding: "utf8", env: { ...process.env, CHECKPOINT_DISABLE: "1" } },
  );
  if (finished.error === undefined) return finished;
  throw new UserError(
    `terraform: got ${terraform}, which cannot be started (${finished.error.message}); allowed: Terraform 1.10 or newer on the PATH, or its path in TERRAFORM_BINARY_NAME (https://developer.hashicorp.com/terraform/install)`,
  );
}

function optionsFor({ folder, url }: ProviderMirror): string[] {
  return [
    // Terraform runs in another folder and needs the absolute path.
    ...(folder === undefined ? [] : [`-fs-mirror=${resolve(folder)}`]),
    ...(url === undefined ? [] : [`-net-mirror=${url}`]),
  ];
}

/** The providers that all stacks require, including the stack classes that the app passes to `createApp`. */
async function requiredProviders(folder: string): Promise<RequiredProviders> {
  const outdir = join(folder, "out");
  // The synthesis must not compare the stacks with the lock file that this command replaces.
  await synthesizeApp(outdir, { variables: { [PURPOSE_VARIABLE]: "providers" } });
  const stacks = readdirSync(join(outdir, "stacks"));
  return mergeRequiredProviders(stacks.map((stack) => requiredProvidersOf(join(outdir, "stacks", stack))));
}
