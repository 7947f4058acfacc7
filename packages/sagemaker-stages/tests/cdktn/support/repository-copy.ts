import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { REPOSITORY } from "../../documentation/support/documents";
import { run } from "./programs";

/**
 * Copies the repository's files into a folder, as a clone has them: the files that Git tracks, and new files that Git does
 * not ignore. Copies the working tree, so that the test checks a change before its commit.
 *
 * @throws Error if the repository's folder is no checkout of Git
 */
export async function copyRepository(folder: string): Promise<void> {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", words, { folder: REPOSITORY });
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(REPOSITORY, file)));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(folder, file));
  }
}

/** Makes the repository's installed packages available in a copy of the repository, without an installation. */
export function linkPackages(folder: string): void {
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "junction");
}
