import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { appFolder } from "../../environment/paths";

/** The name under which Terraform looks for a lock file in a stack's folder. */
export const LOCK_FILE = ".terraform.lock.hcl";

/**
 * The lock file of all stacks, under version control: the version of each provider, and the checksums of its packages
 * for every platform. `npm run providers:lock` writes it.
 */
export function committedLockFile(): string {
  return join(appFolder(), "stacks", LOCK_FILE);
}

/**
 * Puts the committed lock file into a stack's folder at each synthesis, also over a file that Terraform changed there:
 * otherwise the folder decides which provider runs with the credentials of a deployment.
 */
export function lockProviders(stack: TerraformStack): void {
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize(session) {
      synthesizer.synthesize(session);
      const { workingDirectory } = session.manifest.forStack(stack);
      copyFileSync(committedLockFile(), join(session.outdir, workingDirectory, LOCK_FILE));
    },
  };
}
