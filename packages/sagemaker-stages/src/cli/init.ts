import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { version } from "../../package.json";
import { defineCommand } from "../lib/command";
import { UserError } from "../lib/user-error";
import { templateOfApp } from "./template/app";
import { type AppFiles, writeFiles } from "./template/files";
import { ENGINE } from "./template/manifest";
import { nameOfPackageIn } from "./template/tarball";

/** The name of a package (https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name), without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** The folder of the app that contains the engine's tarball, if the engine is not from the registry. */
const PACKAGES = "packages";

/** The command that writes a new app. */
export const init = defineCommand(
  {
    name: "init",
    summary: "Write a new app with one example model",
    words: {
      folder: {
        summary: 'a new folder, or an empty folder; a folder that contains only ".git" counts as empty',
      },
    },
    options: {
      engine: {
        value: "PATH",
        summary: `the engine that the app depends on: a tarball of npm pack, or the engine's folder, which the command packs.
The tarball is copied into the app's folder "${PACKAGES}", because workflows also install it.
Default: version ${version} from the npm registry`,
      },
    },
    notes: "example: npx sagemaker-stages init my-app",
  },
  ({ words: { folder }, options }) => {
    const app = resolve(folder);
    const name = nameOf(app);
    requireEmpty(app);
    withTarball(options.engine, (tarball) => {
      const engine = tarball === undefined ? version : `file:${PACKAGES}/${basename(tarball)}`;
      writeApp(app, templateOfApp({ name, engine }), tarball);
    });
    process.stdout.write(describeNextSteps(app));
    return 0;
  },
);

function nameOf(app: string): string {
  const name = basename(app);
  if (NAME.test(name)) return name;
  throw new UserError(
    `folder: got the name ${name}; allowed: a-z, 0-9, ".", "_" and "-", starting with a letter or a digit, because package.json has the same name (https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name)`,
  );
}

/** A new Git repository, which contains only `.git`, counts as empty. */
function requireEmpty(app: string): void {
  if (!existsSync(app)) return;
  const isFolder = statSync(app).isDirectory();
  const files = isFolder ? contentOf(app) : [];
  if (isFolder && files.length === 0) return;
  const got = isFolder ? `a folder with ${files.slice(0, 3).join(", ")}` : "a file";
  throw new UserError(`folder: got ${app}, ${got}; allowed: a new folder, or an empty one`);
}

/**
 * Calls `use` with the tarball of the engine. A tarball that is packed for this purpose is removed afterwards.
 *
 * @param engine - a tarball, or the engine's folder; `undefined` if the app depends on a version
 */
function withTarball(engine: string | undefined, use: (tarball: string | undefined) => void): void {
  if (engine === undefined) {
    use(undefined);
    return;
  }
  const path = resolve(engine);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const name = isFolder ? nameOfPackage(path) : nameOfPackageIn(path);
  if (name !== ENGINE) {
    const got = typeof name === "string" ? `the package ${name}` : "no package";
    throw new UserError(
      `--engine: got ${path}, ${existsSync(path) ? got : "which does not exist"}; allowed: a tarball of the package ${ENGINE} made by npm pack, or the package's folder`,
    );
  }
  if (!isFolder) {
    use(path);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "init-"));
  try {
    use(pack(path, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nameOfPackage(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name;
  } catch {
    // package.json is missing or is not JSON.
    return undefined;
  }
}

/** @returns the path of the tarball */
function pack(engine: string, destination: string): string {
  // An installed or unpacked package is already compiled, and does not contain the scripts.
  const scripts = existsSync(join(engine, "packaging")) ? [] : ["--ignore-scripts"];
  const { status, error } = spawnSync(
    "npm",
    ["pack", "--loglevel=warn", "--pack-destination", destination, ...scripts],
    {
      cwd: engine,
      stdio: ["ignore", "ignore", "inherit"],
      // On Windows, npm is a shell script.
      shell: process.platform === "win32",
    },
  );
  const [tarball] = readdirSync(destination);
  if (status === 0 && tarball !== undefined) return join(destination, tarball);
  throw new UserError(
    `--engine: npm pack of ${engine} ended with ${error === undefined ? `status ${status}` : error.message}`,
  );
}

/** Writes the app; if a file cannot be written, leaves the folder as it was. */
function writeApp(app: string, files: AppFiles, tarball: string | undefined): void {
  let firstCreated: string | undefined;
  try {
    firstCreated = mkdirSync(app, { recursive: true });
    writeFiles(app, files);
    if (tarball !== undefined) {
      mkdirSync(join(app, PACKAGES));
      copyFileSync(tarball, join(app, PACKAGES, basename(tarball)));
    }
  } catch (error) {
    if (firstCreated !== undefined) rmSync(firstCreated, { recursive: true, force: true });
    else if (existsSync(app)) empty(app);
    throw new UserError(
      `folder: got ${app}, in which a file cannot be written (${error instanceof Error ? error.message : error}); allowed: a folder that you can write, on a disk with free space. The folder is as it was before`,
    );
  }
}

function empty(app: string): void {
  for (const name of contentOf(app)) rmSync(join(app, name), { recursive: true, force: true });
}

/** The names in a folder, except `.git`. */
function contentOf(app: string): string[] {
  return readdirSync(app).filter((name) => name !== ".git");
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
