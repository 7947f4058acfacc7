import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PipelineError } from "./errors";

/** A file or hidden folder. */
interface FoundFile {
  /** The path from the digest's folder, with slashes. */
  readonly path: string;
  /** Whether a name in the path starts with a dot. */
  readonly isHidden: boolean;
}

/**
 * SHA-256 over the names and contents of all files in a folder. Hidden files are excluded: uploads also exclude hidden
 * files, and Terraform writes hidden files into a stack's folder.
 *
 * @throws PipelineError if the folder cannot be read, or contains an entry that is neither a file nor a folder
 */
export function digestOfFolder(folder: string): string {
  const lines = filesBelow(folder)
    .filter(({ isHidden }) => !isHidden)
    .map(({ path }) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`);
  return sha256(lines.join(""));
}

/**
 * Checks that a folder has the digest that another job computed. A hidden file is refused, because the digest does not
 * include hidden files, and Terraform reads `.terraform` and `.terraform.lock.hcl`.
 *
 * @param digest - the other job's output
 * @throws PipelineError if the digest differs, or if there is a hidden file
 */
export function requireDigest(folder: string, digest: string): void {
  const hidden = filesBelow(folder).find(({ isHidden }) => isHidden);
  if (hidden !== undefined)
    throw new PipelineError(`${folder}: got the hidden file ${hidden.path}; allowed: none`);
  const found = digestOfFolder(folder);
  if (found !== digest) {
    throw new PipelineError(
      `${folder}: got files with the digest ${found}; allowed: ${digest}, the digest of the other job`,
    );
  }
}

function filesBelow(folder: string, below = ""): FoundFile[] {
  return entriesOf(join(folder, below))
    .flatMap((entry): FoundFile[] => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const isHidden = /(^|\/)\./.test(path);
      // .terraform can contain a link to Terraform's cache.
      if (isHidden && !entry.isDirectory()) return [{ path, isHidden }];
      if (entry.isDirectory()) return isHidden ? [{ path, isHidden }] : filesBelow(folder, path);
      if (!entry.isFile())
        throw new PipelineError(`${folder}: got ${path}, which is not a file; allowed: files and folders`);
      return [{ path, isHidden }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new PipelineError(`${folder}: got no folder (${got}); allowed: a folder of stacks`);
  }
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
