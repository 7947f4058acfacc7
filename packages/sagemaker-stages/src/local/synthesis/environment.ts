import { hostname } from "node:os";
import { sha256 } from "./inputs";

/** Variables that Node.js, the C library and esbuild read outside of JavaScript. */
const ALWAYS_READ = ["HOME", "LANG", "LANGUAGE", "LC_ALL", "NODE_OPTIONS", "NODE_PATH", "TZ", "TZDIR"];

/**
 * The digest of the variables that a synthesis read, and of what a program can read without a file: the version of
 * Node.js, the machine, the user and the day. One digest of all values, so that the record of a synthesis contains no
 * value of a variable, and no digest of one value.
 *
 * @param names - the names of the variables; `undefined` for all variables
 * @param app - the app's folder
 * @param now - the rules of a synthesis can depend on the day, e.g. the end of support of a runtime
 */
export function digestEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  names: readonly string[] | undefined,
  app: string,
  now: Date,
): string {
  const read = new Set([...(names ?? Object.keys(variables)), ...ALWAYS_READ]);
  const values = [...read].sort().map((name) => [name, variables[name] ?? null]);
  const { version, arch, platform, execPath } = process;
  return sha256(
    JSON.stringify([
      values,
      { version, arch, platform, execPath, app },
      // By its id: a user can have no name, e.g. the user of `docker run --user 1001`.
      { hostname: hostname(), user: process.getuid?.(), day: now.toISOString().slice(0, 10) },
    ]),
  );
}
