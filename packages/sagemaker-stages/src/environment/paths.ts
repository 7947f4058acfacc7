import { posix } from "node:path";

/** A relative path. Terraform would interpret `${` and `%{`. */
const PATH = /^[A-Za-z0-9_.-][A-Za-z0-9_.\\/-]*$/;

/** The folders and the file name of a path. */
export function partsOf(path: string): string[] {
  return posix.normalize(path.replaceAll("\\", "/")).split("/");
}

/** Whether a path can be a file inside the project's folder. */
export function isProjectFile(path: string): boolean {
  const parts = partsOf(path);
  return PATH.test(path) && !parts.includes("..") && parts.at(-1) !== "." && parts.at(-1) !== "";
}
