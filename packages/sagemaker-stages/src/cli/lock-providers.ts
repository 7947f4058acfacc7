import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../app/create-app";
import { loadApp } from "../app/load-app";
import { committedLockFile, LOCK_FILE } from "../constructs/terraform/provider-lock";
import type { Command } from "../lib/command";

/** Where people and workflows run Terraform. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** Constraints by provider, as a stack's `terraform.required_providers` says them. */
type RequiredProviders = Record<string, { readonly source: string; readonly version: string }>;

const USAGE = `usage: npm run providers:lock [-- <option of terraform providers lock> …]`;

/** Writes `stacks/.terraform.lock.hcl`. */
export const providersLock: Command = {
  name: "providers-lock",
  summary: "lock the newest versions of Terraform's providers that the stacks allow",
  run(options) {
    if (options.includes("--help")) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const folder = mkdtempSync(join(tmpdir(), "providers-lock-"));
    try {
      return lock(folder, options);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Replaces the committed lock file by one with the newest versions that the stacks allow. @returns the exit status */
function lock(folder: string, options: readonly string[]): number {
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: requiredProviders(folder) } }),
  );
  const platforms = PLATFORMS.map((platform) => `-platform=${platform}`);
  const terraform = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
  const { error, status } = spawnSync(
    terraform,
    [`-chdir=${folder}`, "providers", "lock", ...platforms, ...options],
    { stdio: "inherit", env: { ...process.env, CHECKPOINT_DISABLE: "1" } },
  );
  if (error !== undefined) {
    console.error(`${terraform}: ${error.message}. Is it on the PATH?`);
    return 1;
  }
  if (status !== 0) return 1;
  copyFileSync(join(folder, LOCK_FILE), committedLockFile());
  process.stdout.write(
    `${committedLockFile()} is written. Read the difference (git diff) and run npm run test:terraform.\n`,
  );
  return 0;
}

/** What all stacks require. */
function requiredProviders(folder: string): RequiredProviders {
  const outdir = join(folder, "out");
  createApp({ ...loadApp(), outdir }).synth();
  const stacks = readdirSync(join(outdir, "stacks")).map(
    (name) =>
      JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")) as {
        terraform: { required_providers: RequiredProviders };
      },
  );
  return Object.assign({}, ...stacks.map(({ terraform }) => terraform.required_providers));
}
