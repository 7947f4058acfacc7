import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { prepare } from "../packaging/pack";

const REPOSITORY = join(__dirname, "../../..");
const ENGINE = join("packages", "sagemaker-stages");
/** Folders that the package does not need. */
const LEFT_OUT = new Set(["node_modules", ".git", "cdktf.out"]);

/**
 * Prepares the engine as `npm pack` does, in a copy of the repository: apps of teams use the compiled package, not the
 * sources.
 *
 * @param folder - a folder for the copy, which does not exist
 * @returns a folder `node_modules` with the compiled engine, and with all packages of the repository
 */
export function compileEngine(folder: string): string {
  cpSync(REPOSITORY, folder, {
    recursive: true,
    filter: (source) =>
      !LEFT_OUT.has(basename(source)) && !relative(REPOSITORY, source).startsWith(`${ENGINE}${sep}tests`),
  });
  const packages = join(folder, "node_modules");
  linkEach(join(REPOSITORY, "node_modules"), packages, "sagemaker-stages");
  symlinkSync(join(folder, ENGINE), join(packages, "sagemaker-stages"), "dir");
  const ofEngine = join(REPOSITORY, ENGINE, "node_modules");
  if (existsSync(ofEngine)) linkEach(ofEngine, join(folder, ENGINE, "node_modules"));
  prepare(join(folder, ENGINE));
  return packages;
}

function linkEach(from: string, to: string, except?: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from).filter((each) => each !== except)) {
    symlinkSync(join(from, name), join(to, name));
  }
}
