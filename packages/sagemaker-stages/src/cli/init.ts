import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { version } from "../../package.json";
import { parseArguments, UsageError } from "../lib/arguments";
import type { Command } from "../lib/command";
import { UserError } from "../lib/user-error";
import { templateOfApp } from "./template/app";
import { writeFiles } from "./template/files";
import { ENGINE } from "./template/manifest";

const USAGE = `usage: npx sagemaker-stages init <folder> [--engine <tarball or folder>]

Writes a new app into a new or an empty folder.

  --engine  the engine that the app depends on: a tarball made by npm pack, or the engine's folder, which is then packed.
            The tarball is copied into the folder "packages" of the app, because pipelines install it, too.
            Default: version ${version} from the npm registry.`;

/** The name of a package (https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name), without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** Where an app keeps an engine that is not from the registry. */
const PACKAGES = "packages";

/** Writes a new app. */
export const init: Command = {
  name: "init",
  summary: "write a new app into an empty folder",
  run(words) {
    const { values, positionals } = parseArguments(
      words,
      { engine: { type: "string" }, help: { type: "boolean", short: "h" } },
      USAGE,
    );
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const [folder, ...others] = positionals;
    if (folder === undefined || others.length > 0) {
      throw new UsageError(`folder: got ${positionals.length} words; allowed: one folder\n\n${USAGE}`);
    }
    const app = resolve(folder);
    const name = nameOf(app);
    requireEmpty(app);
    const engine = values.engine === undefined ? version : takeEngine(resolve(values.engine), app);
    writeFiles(app, templateOfApp({ name, engine }));
    process.stdout.write(describeNextSteps(app));
    return 0;
  },
};

function nameOf(app: string): string {
  const name = basename(app);
  if (NAME.test(name)) return name;
  throw new UserError(
    `folder: got the name ${name}; allowed: a-z, 0-9, ".", "_" and "-", starting with a letter or a digit, because package.json has the same name (https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name)`,
  );
}

/** A new repository, which holds `.git` alone, counts as empty. */
function requireEmpty(app: string): void {
  if (!existsSync(app)) return;
  const isFolder = statSync(app).isDirectory();
  const files = isFolder ? readdirSync(app).filter((file) => file !== ".git") : [];
  if (isFolder && files.length === 0) return;
  const got = isFolder ? `a folder with ${files.slice(0, 3).join(", ")}` : "a file";
  throw new UserError(`folder: got ${app}, ${got}; allowed: a new folder, or an empty one`);
}

/**
 * Copies the engine into the app.
 *
 * @param engine - a tarball, or the engine's folder
 * @returns the app's dependency
 */
function takeEngine(engine: string, app: string): string {
  const isFolder = existsSync(engine) && statSync(engine).isDirectory();
  const isEngine = isFolder ? nameOfPackage(engine) === ENGINE : /\.(tgz|tar\.gz)$/.test(engine);
  if (!existsSync(engine) || !isEngine) {
    throw new UserError(
      `--engine: got ${engine}; allowed: an existing tarball (.tgz) made by npm pack, or the folder of the package ${ENGINE}`,
    );
  }
  const packages = join(app, PACKAGES);
  mkdirSync(packages, { recursive: true });
  if (isFolder) return `file:${PACKAGES}/${pack(engine, packages)}`;
  copyFileSync(engine, join(packages, basename(engine)));
  return `file:${PACKAGES}/${basename(engine)}`;
}

function nameOfPackage(folder: string): unknown {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).name : undefined;
}

/** @returns the tarball's name */
function pack(engine: string, destination: string): string {
  // A folder that npm installed or unpacked is compiled, and has no scripts.
  const scripts = existsSync(join(engine, "packaging")) ? [] : ["--ignore-scripts"];
  const { status, error } = spawnSync("npm", ["pack", "--pack-destination", destination, ...scripts], {
    cwd: engine,
    stdio: ["ignore", "ignore", "inherit"],
    // npm is a script of the shell on Windows.
    shell: process.platform === "win32",
  });
  const [tarball] = readdirSync(destination);
  if (status === 0 && tarball !== undefined) return tarball;
  throw new UserError(
    `--engine: npm pack of ${engine} ended with ${error === undefined ? `status ${status}` : error.message}`,
  );
}

function describeNextSteps(app: string): string {
  const folder = relative(process.cwd(), app);
  const enter = folder === "" ? [] : [`cd ${folder}`];
  const steps = [...enter, "git init", "npm install", "npm test", "npm start"];
  return `${app} is a new app with one example model.

Next steps:
${steps.map((step) => `  ${step}`).join("\n")}

README.md explains the files and how to add your own model.
`;
}
