import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Refused } from "./errors";

/** A file, by its path below a folder, with `/`. */
interface FoundFile {
  readonly path: string;
  /** Whether its name, or that of a folder above it, starts with a dot. */
  readonly isHidden: boolean;
}

/**
 * SHA-256 over the names and contents of all files in a folder. Hidden files are left out: uploads leave them out, too,
 * and in a stack's folder they are Terraform's own.
 *
 * @throws Refused where the folder cannot be read, or holds something else than files and folders, such as a link
 */
export function digestOfFolder(folder: string): string {
  const lines = filesBelow(folder)
    .filter(({ isHidden }) => !isHidden)
    .map(({ path }) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`);
  return sha256(lines.join(""));
}

/**
 * Makes sure that a folder is what another job handed over. A hidden file is refused, because the digest says nothing of
 * it, and Terraform reads `.terraform` and `.terraform.lock.hcl`.
 *
 * @param digest - as the other job's output says it
 * @throws Refused where it is not
 */
export function requireDigest(folder: string, digest: string): void {
  const hidden = filesBelow(folder).find(({ isHidden }) => isHidden);
  if (hidden !== undefined) throw new Refused(`${folder}: got the hidden file ${hidden.path}; allowed: none`);
  const found = digestOfFolder(folder);
  if (found !== digest) {
    throw new Refused(
      `${folder}: got files with the digest ${found}; allowed: ${digest}, what was handed over`,
    );
  }
}

function filesBelow(folder: string, below = ""): FoundFile[] {
  return entriesOf(join(folder, below))
    .flatMap((entry): FoundFile[] => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const isHidden = /(^|\/)\./.test(path);
      // What Terraform has below .terraform may be a link to its cache.
      if (isHidden && !entry.isDirectory()) return [{ path, isHidden }];
      if (entry.isDirectory()) return isHidden ? [{ path, isHidden }] : filesBelow(folder, path);
      if (!entry.isFile())
        throw new Refused(`${folder}: got ${path}, which is no file; allowed: files and folders`);
      return [{ path, isHidden }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new Refused(`${folder}: got no folder (${got}); allowed: a folder of stacks`);
  }
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
