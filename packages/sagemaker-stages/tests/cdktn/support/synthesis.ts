import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "../../stacks/support/project";
import { run } from "./programs";

/** The files of a synthesis: content in base64, by the path below the output folder. */
export type Synthesis = Readonly<Record<string, string>>;

/** The files with the version of the framework that wrote them. All other files must be equal in every byte. */
const STACK = /^stacks\/[^/]+\/cdk\.tf\.json$/;
const MANIFEST = "manifest.json";

/**
 * The JSON paths that differ between CDKTF and CDK Terrain. `//` is a comment of Terraform's JSON syntax
 * (https://developer.hashicorp.com/terraform/language/syntax/json#comment-properties). Terraform does not read the manifest.
 */
const VERSION_PATHS = { stack: ["//", "metadata", "version"], manifest: ["version"] } as const;

/**
 * Synthesizes an app with the command of its `cdktf.json`, and reads the files.
 *
 * @param app - the app's folder
 * @param outdir - a folder for the files
 * @param program - the program, relative to the app's folder
 * @param options - further options of `node`
 */
export async function synthesize(
  app: string,
  outdir: string,
  program = "main.ts",
  options: readonly string[] = [],
): Promise<Synthesis> {
  const { app: command } = JSON.parse(readFileSync(join(app, "cdktf.json"), "utf8"));
  if (typeof command !== "string" || !command.endsWith(" main.ts")) {
    throw new Error(
      `${app}/cdktf.json: app: got ${JSON.stringify(command)}; expected node <options> main.ts`,
    );
  }
  const words = [...options, ...command.split(" ").slice(1, -1), program];
  await run(process.execPath, words, { folder: app, variables: { CDKTF_OUTDIR: outdir } });
  return filesBelow(outdir);
}

/** The names of the stacks of a synthesis, sorted. */
export function stacksOf(synthesis: Synthesis): string[] {
  return Object.keys(synthesis)
    .filter((path) => STACK.test(path))
    .map((path) => path.split("/")[1] ?? "")
    .sort();
}

/** The version of the framework that wrote a synthesis. */
export function frameworkVersionOf(synthesis: Synthesis): unknown {
  return valueAt(parse(synthesis[MANIFEST]), VERSION_PATHS.manifest);
}

/**
 * Compares two syntheses. Two JSON values at {@link VERSION_PATHS} may differ; CDKTF also prints an empty list or object on
 * two lines, and CDK Terrain prints it on one line. The files must otherwise be equal in every byte.
 *
 * @param cdktf - the synthesis of CDKTF
 * @param successor - the synthesis of CDK Terrain
 * @returns each other difference with its file and its JSON path; empty if there is none
 */
export function differencesBetween(cdktf: Synthesis, successor: Synthesis): string[] {
  const paths = [...new Set([...Object.keys(cdktf), ...Object.keys(successor)])].sort();
  return paths.flatMap((path) => {
    const [before, after] = [cdktf[path], successor[path]];
    if (before === undefined) return [`${path}: only CDK Terrain writes this file`];
    if (after === undefined) return [`${path}: only CDKTF writes this file`];
    if (path !== MANIFEST && !STACK.test(path)) return before === after ? [] : [`${path}: the bytes differ`];
    return differencesInJson(
      path,
      before,
      after,
      path === MANIFEST ? VERSION_PATHS.manifest : VERSION_PATHS.stack,
    );
  });
}

function differencesInJson(
  file: string,
  before: string,
  after: string,
  version: readonly string[],
): string[] {
  const [left, right] = [parse(before), parse(after)];
  const versions = [left, right].map((document) => valueAt(document, version));
  if (!versions.every((value) => typeof value === "string")) {
    return [`${file}: ${version.join(".")}: got ${JSON.stringify(versions)}; expected two versions`];
  }
  setValueAt(left, version, versions[1]);
  const values = differentValues(left, right, []);
  if (values.length > 0) return values.map((difference) => `${file}: ${difference}`);
  // Equal values can still have another order of keys, or another format.
  return textOf(after) === JSON.stringify(left, undefined, 2)
    ? []
    : [`${file}: the values are equal, and the bytes differ`];
}

/** The JSON paths at which two documents differ, with both values. */
function differentValues(left: unknown, right: unknown, path: readonly string[]): string[] {
  if (isObject(left) && isObject(right) && Array.isArray(left) === Array.isArray(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return keys.flatMap((key) => differentValues(left[key], right[key], [...path, key]));
  }
  if (left === right) return [];
  return [`${path.join(".")}: ${JSON.stringify(left)} → ${JSON.stringify(right)}`];
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), document);
}

function setValueAt(document: unknown, path: readonly string[], value: unknown): void {
  const parent = valueAt(document, path.slice(0, -1));
  const key = path.at(-1);
  if (isObject(parent) && key !== undefined) parent[key] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function parse(base64: string | undefined): unknown {
  return JSON.parse(textOf(base64 ?? ""));
}

function textOf(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
