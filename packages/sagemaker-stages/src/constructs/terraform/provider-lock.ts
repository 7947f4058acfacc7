import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { appFolder } from "../../lib/app-folder";
import { UserError } from "../../lib/user-error";

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
 * @throws UserError during the synthesis, if the app has no lock file
 */
export function lockProviders(stack: TerraformStack): void {
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize(session) {
      requireLockFile();
      synthesizer.synthesize(session);
      const { workingDirectory } = session.manifest.forStack(stack);
      copyFileSync(committedLockFile(), join(session.outdir, workingDirectory, LOCK_FILE));
    },
  };
}

function requireLockFile(): void {
  if (existsSync(committedLockFile())) return;
  throw new UserError(
    `${committedLockFile()}: got no such file; allowed: the lock file of Terraform's providers, under version control. Copy the file from an app that "npx sagemaker-stages init <folder>" writes.`,
  );
}
