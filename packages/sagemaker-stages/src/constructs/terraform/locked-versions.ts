import { UserError } from "../../lib/user-error";
import { addressesOf, type RequiredProviders, sourceOf } from "./required-providers";
import { satisfies } from "./version-constraint";

/**
 * Compares the versions in a lock file with the constraints of a stack. `terraform init` compares the same, but only after
 * the synthesis, and its remedy, `-upgrade`, would change the copy of the lock file that the next synthesis replaces.
 *
 * @param stack - the stack's name, for messages
 * @param lockFile - the text of the committed lock file
 * @throws UserError with the command that writes a lock file for the constraints
 */
export function requireLockedVersions(stack: string, required: RequiredProviders, lockFile: string): void {
  const versions = lockedVersions(lockFile);
  for (const [name, provider] of Object.entries(required)) {
    const { version: constraint } = provider;
    if (constraint === undefined) continue;
    // A lock file for Terraform and OpenTofu contains the provider of each registry: one of the two can run.
    const locked = addressesOf(sourceOf(name, provider)).flatMap((address) => {
      const version = versions.get(address);
      return version === undefined ? [] : [{ address, version }];
    });
    if (locked.length === 0 || locked.some(({ version }) => satisfies(version, constraint) !== false))
      continue;
    const got = locked.map(({ address, version }) => `version ${version} of ${address}`).join(", ");
    throw new UserError(
      `stacks/.terraform.lock.hcl: got ${got}; allowed: ${constraint}, which the stack ${stack} requires. Run npx sagemaker-stages providers-lock, and commit the file`,
    );
  }
}

/** The versions in a lock file, by the address of the provider. */
function lockedVersions(lockFile: string): Map<string, string> {
  const blocks = lockFile.matchAll(/^provider "([^"]+)" \{\s+version\s*=\s*"([^"]+)"/gm);
  return new Map([...blocks].map(([, address = "", version = ""]) => [address, version]));
}
