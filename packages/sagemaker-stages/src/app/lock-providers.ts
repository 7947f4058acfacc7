import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { committedLockFile, LOCK_FILE } from "../constructs/terraform/provider-lock";
import { synthesizeApp } from "../lib/synthesize-app";
import { UserError } from "../lib/user-error";

/** The platforms on which users and workflows run Terraform. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** Constraints by provider, as in a stack's `terraform.required_providers`. */
type RequiredProviders = Readonly<Record<string, RequiredProvider>>;

interface RequiredProvider {
  readonly source: string;
  /** Constraints, separated by commas. Absent if every version is allowed. */
  readonly version?: string;
}

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
    // Terraform runs in another folder and needs the absolute path.
    ...(folder === undefined ? [] : [`-fs-mirror=${resolve(folder)}`]),
    ...(url === undefined ? [] : [`-net-mirror=${url}`]),
  ];
}

/** The providers that all stacks require, including the stack classes that the app passes to `createApp`. */
async function requiredProviders(folder: string): Promise<RequiredProviders> {
  const outdir = join(folder, "out");
  await synthesizeApp(outdir);
  const all: Record<string, RequiredProvider> = {};
  for (const stack of readdirSync(join(outdir, "stacks"))) {
    for (const [name, provider] of Object.entries(providersOf(join(outdir, "stacks", stack)))) {
      all[name] = merge(name, all[name], provider);
    }
  }
  return all;
}

function providersOf(stack: string): RequiredProviders {
  const { terraform } = JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")) as {
    terraform: { required_providers: RequiredProviders };
  };
  return terraform.required_providers;
}

/** Joins the constraints of all stacks: one version of a provider must satisfy the constraints of every stack. */
function merge(name: string, known: RequiredProvider | undefined, added: RequiredProvider): RequiredProvider {
  if (known === undefined || (known.source === added.source && known.version === added.version)) return added;
  if (known.source !== added.source) {
    throw new UserError(
      `required_providers: ${name}: got the sources ${known.source} and ${added.source}; allowed: one source in all stacks`,
    );
  }
  const constraints = [known, added].flatMap(({ version }) => version?.split(/, */) ?? []);
  return { source: known.source, version: [...new Set(constraints)].join(", ") };
}
