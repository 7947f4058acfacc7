import { posix } from "node:path";

/** Relative. Terraform reads `${` and `%{` as its own. */
const PATH = /^[A-Za-z0-9_.-][A-Za-z0-9_.\\/-]*$/;

/** The folders and the file of a path. */
export function partsOf(path: string): string[] {
  return posix.normalize(path.replaceAll("\\", "/")).split("/");
}

/** Whether a path can be a file inside the project's folder. */
export function isProjectFile(path: string): boolean {
  const parts = partsOf(path);
  return PATH.test(path) && !parts.includes("..") && parts.at(-1) !== "." && parts.at(-1) !== "";
}
