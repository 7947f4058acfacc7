import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { committedLockFile, LOCK_FILE } from "../constructs/terraform/provider-lock";
import { UserError } from "../lib/user-error";
import { createApp } from "./create-app";
import type { LoadedApp } from "./load-app";

/** Where people and workflows run Terraform. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** Constraints by provider, as a stack's `terraform.required_providers` says them. */
type RequiredProviders = Record<string, { readonly source: string; readonly version: string }>;

/** Where Terraform finds packages of providers instead of the registry. */
export interface ProviderMirror {
  /** A folder that `terraform providers mirror` wrote. */
  readonly folder: string | undefined;
  /** The URL of a network mirror. */
  readonly url: string | undefined;
}

/**
 * Replaces the app's lock file, `stacks/.terraform.lock.hcl`, by a lock file with the newest versions of the providers that
 * the stacks allow.
 *
 * @param mirror - where the providers come from; default: the registry
 * @throws UserError where the app breaks a rule, or where Terraform fails, after Terraform printed its error
 */
export function lockProviders(app: LoadedApp, mirror: ProviderMirror): void {
  const folder = mkdtempSync(join(tmpdir(), "providers-lock-"));
  try {
    lock(folder, app, mirror);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lock(folder: string, app: LoadedApp, mirror: ProviderMirror): void {
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: requiredProviders(folder, app) } }),
  );
  const platforms = PLATFORMS.map((platform) => `-platform=${platform}`);
  const terraform = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
  const { error, status } = spawnSync(
    terraform,
    [`-chdir=${folder}`, "providers", "lock", ...platforms, ...optionsFor(mirror)],
    { stdio: "inherit", env: { ...process.env, CHECKPOINT_DISABLE: "1" } },
  );
  if (error !== undefined) {
    throw new UserError(
      `terraform: got ${terraform}, which cannot be started (${error.message}); allowed: Terraform 1.10 or newer on the PATH, or its path in TERRAFORM_BINARY_NAME (https://developer.hashicorp.com/terraform/install)`,
    );
  }
  if (status !== 0) throw new UserError(`terraform providers lock failed with status ${status}`);
  copyFileSync(join(folder, LOCK_FILE), committedLockFile());
}

function optionsFor({ folder, url }: ProviderMirror): string[] {
  return [
    // Terraform runs in another folder.
    ...(folder === undefined ? [] : [`-fs-mirror=${resolve(folder)}`]),
    ...(url === undefined ? [] : [`-net-mirror=${url}`]),
  ];
}

/** What all stacks require. */
function requiredProviders(folder: string, app: LoadedApp): RequiredProviders {
  const outdir = join(folder, "out");
  createApp({ ...app, outdir }).synth();
  const stacks = readdirSync(join(outdir, "stacks")).map(
    (name) =>
      JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")) as {
        terraform: { required_providers: RequiredProviders };
      },
  );
  return Object.assign({}, ...stacks.map(({ terraform }) => terraform.required_providers));
}
