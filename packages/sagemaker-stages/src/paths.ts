import { basename, join } from "node:path";

/**
 * The engine's folder, with `package.json` and `src`. The folder is in the engine's repository, or in an app's
 * `node_modules`.
 */
const PACKAGE = join(__dirname, "..");

/** Whether this process runs the compiled files of a published package. */
export const IS_COMPILED = basename(__dirname) === "dist";

/**
 * Path of a source file of the engine that the engine bundles or reads at run time, e.g. `local/lambda/bootstrap.ts`. The
 * published package contains the sources.
 *
 * @param path - the path from `src`
 */
export function engineSource(path: string): string {
  return join(PACKAGE, "src", path);
}

/** Path of a file of the engine's package, e.g. `package.json`. */
export function engineFile(path: string): string {
  return join(PACKAGE, path);
}

/**
 * Path of a document for users, from the folder of the app or of the engine's repository.
 *
 * @param name - e.g. `python.md`
 */
export function documentPath(name: string): string {
  return `${IS_COMPILED ? "node_modules/sagemaker-stages/" : ""}docs/${name}`;
}
