import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { appFolder } from "../../lib/app-folder";
import { isForDeployment } from "../../lib/synthesis-purpose";
import { UserError } from "../../lib/user-error";
import { requireLockedVersions } from "./locked-versions";
import { requiredProvidersOf } from "./required-providers";

/** The name of Terraform's lock file in a stack's folder. */
export const LOCK_FILE = ".terraform.lock.hcl";

/**
 * The lock file of all stacks, under version control: the version of each provider, and the checksums of its packages
 * for every platform. `npx sagemaker-stages providers-lock` writes it.
 */
export function committedLockFile(): string {
  return join(appFolder(), "stacks", LOCK_FILE);
}

/**
 * Copies the committed lock file into a stack's folder at each synthesis, and replaces a file that Terraform changed.
 * Otherwise a changed file could select the provider that runs with a deployment's credentials.
 *
 * @throws UserError during the synthesis, if the app has no lock file; if the Terraform code is for a deployment, also if the
 * lock file contains a version of a provider that the stack excludes
 */
export function lockProviders(stack: TerraformStack): void {
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize(session) {
      requireLockFile();
      synthesizer.synthesize(session);
      const { name, workingDirectory } = session.manifest.forStack(stack);
      const folder = join(session.outdir, workingDirectory);
      if (isForDeployment()) {
        requireLockedVersions(name, requiredProvidersOf(folder), readFileSync(committedLockFile(), "utf8"));
      }
      copyFileSync(committedLockFile(), join(folder, LOCK_FILE));
    },
  };
}

function requireLockFile(): void {
  if (existsSync(committedLockFile())) return;
  throw new UserError(
    `${committedLockFile()}: got no such file; allowed: the lock file of Terraform's providers, under version control. Copy the file from an app that "npx sagemaker-stages init <folder>" writes.`,
  );
}
