import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMITTED_LOCK_FILE, LOCK_FILE } from "../constructs/terraform/provider-lock";
import { runCommand } from "../app/run-command";

/** Where people and workflows run Terraform. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** Constraints by provider, as a stack's `terraform.required_providers` says them. */
type RequiredProviders = Record<string, { readonly source: string; readonly version: string }>;

// npm run providers:lock [-- <option of terraform providers lock> …]
const options = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "providers-lock-"));
runCommand(async () => {
  try {
    process.exitCode = await lock();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Replaces the committed lock file by one with the newest versions that the stacks allow. @returns the exit status */
async function lock(): Promise<number> {
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: await requiredProviders() } }),
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
  copyFileSync(join(folder, LOCK_FILE), COMMITTED_LOCK_FILE);
  process.stdout.write(
    `${COMMITTED_LOCK_FILE} is written. Read the difference (git diff) and run npm run test:terraform.\n`,
  );
  return 0;
}

/** What all stacks require. */
async function requiredProviders(): Promise<RequiredProviders> {
  const { environments } = await import("../../../../environments");
  const { accounts } = await import("../../../../environments/accounts");
  const { createApp } = await import("../app/create-app");
  const outdir = join(folder, "out");
  createApp(environments, { accounts, outdir }).synth();
  const stacks = readdirSync(join(outdir, "stacks")).map(
    (name) =>
      JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")) as {
        terraform: { required_providers: RequiredProviders };
      },
  );
  return Object.assign({}, ...stacks.map(({ terraform }) => terraform.required_providers));
}
