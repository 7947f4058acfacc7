import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { version } from "../../package.json";
import { MAINTAINED_FILES } from "../../src/cli/template/files";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { MAIN } from "../local/support/project";
import { type Finished, run } from "../package/support/small-repository";
import { runHere } from "./support/command-here";

const ENGINE = join(__dirname, "../..");
const REPOSITORY = join(ENGINE, "../..");
const COMMAND = join(ENGINE, "bin", "sagemaker-stages.js");

/** The time-out is long, because each test starts processes. */
jest.setTimeout(60_000);

let folder = "";
let app = "";

beforeEach(() => {
  folder = makeTempFolder();
  app = join(folder, "my-app");
});

afterEach(() => removeFolder(folder));

describe("sagemaker-stages init", () => {
  it("writes the maintained files as they are in the repository, without the paths of the repository's packages", async () => {
    // Act
    const finished = await commandInProcess(folder, "init", "my-app");

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    for (const file of MAINTAINED_FILES) {
      const lines = read(REPOSITORY, file).split("\n");
      expect(read(app, file).split("\n")).toEqual(lines.filter((line) => !line.includes('"packages/')));
    }
    expect(JSON.parse(read(app, "tsconfig.json")).exclude).toContain("node_modules");
    expect(statSync(join(app, ".ci/run")).mode & 0o111).not.toBe(0);
  });

  it("writes a package.json without the engine's workspaces, scripts and packages", async () => {
    // Act
    await command(folder, "init", "my-app");

    // Assess
    const manifest = JSON.parse(read(app, "package.json"));
    const repository = JSON.parse(read(REPOSITORY, "package.json"));
    expect(Object.keys(manifest)).not.toContain("workspaces");
    expect(manifest).toMatchObject({
      name: "my-app",
      private: true,
      dependencies: { ...repository.dependencies, "sagemaker-stages": version },
    });
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(["start", "test", "check"]));
    expect(JSON.stringify(manifest.scripts)).not.toContain("packages/");
    // Only tests of the repository's models import these packages.
    const { "fast-check": _, "playwright-core": __, ...devDependencies } = repository.devDependencies;
    expect(manifest.devDependencies).toEqual(devDependencies);
  });

  it("configures Jest for the folders that an app has", async () => {
    // Act
    await command(folder, "init", "my-app");

    // Assess
    const { jest: configuration } = JSON.parse(read(app, "package.json"));
    const repository = JSON.parse(read(REPOSITORY, "package.json"));
    const { testMatch, ...others } = repository.jest;
    expect(testMatch).toContain("<rootDir>/training/**/*.test.ts");
    expect(configuration).toEqual({
      ...others,
      testMatch: ["<rootDir>/__tests__/**/*.test.ts", "<rootDir>/functions/**/*.test.ts"],
    });
  });

  it("names no model of the repository in any file", async () => {
    // Prepare
    const models = readdirSync(join(REPOSITORY, "functions"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

    // Act
    await command(folder, "init", "my-app");

    // Assess
    const files = readdirSync(app, { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(app, file)).isFile(),
    );
    const found = files.flatMap((file) =>
      models.filter((model) => read(app, file).includes(model)).map((model) => `${file}: ${model}`),
    );
    expect(models).not.toEqual([]);
    expect(found).toEqual([]);
  });

  it("writes an app that synthesizes its example", async () => {
    // Prepare
    await command(folder, "init", "my-app");
    symlinkSync(join(REPOSITORY, "node_modules"), join(app, "node_modules"), "junction");
    // Before the end of every runtime: the result must not depend on the day.
    const main = read(app, "main.ts").replace(
      "createApp({",
      'createApp({ now: new Date("2020-01-01T00:00:00Z"),',
    );
    writeFileSync(join(app, "main.ts"), main);

    // Act
    const finished = await run(process.execPath, MAIN, app);

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    const stack = JSON.parse(read(app, "cdktf.out/stacks/dev/cdk.tf.json"));
    expect(Object.keys(stack.resource.aws_sagemaker_endpoint)).toHaveLength(1);
  });

  it("accepts a new Git repository as an empty folder", async () => {
    // Prepare
    mkdirSync(join(app, ".git"), { recursive: true });

    // Act
    const finished = await command(app, "init", ".");

    // Assess
    expect(finished.status).toBe(0);
    expect(existsSync(join(app, "main.ts"))).toBe(true);
  });

  it("refuses a folder with a file, and does not change the folder", async () => {
    // Prepare
    mkdirSync(app);
    writeFileSync(join(app, "notes.txt"), "");

    // Act
    const finished = await command(folder, "init", "my-app");

    // Assess
    expect(finished).toEqual({
      status: 1,
      stdout: "",
      stderr: `folder: got ${app}, a folder with notes.txt; allowed: a new folder, or an empty one\n`,
    });
    expect(readdirSync(app)).toEqual(["notes.txt"]);
  });

  it.each([["My App"], ["-app"], [".app"]])("refuses the name %j, which npm refuses", async (name) => {
    // Act
    const finished = await command(folder, "init", "--", name);

    // Assess
    expect(finished).toMatchObject({ status: 1, stderr: expect.stringContaining(`got the name ${name}`) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("copies a tarball of the engine into the app, and depends on the copy", async () => {
    // Prepare
    const tarball = await makeTarball("sagemaker-stages", "sagemaker-stages-0.1.0.tgz");

    // Act
    await command(folder, "init", "my-app", "--engine", tarball);

    // Assess
    expect(JSON.parse(read(app, "package.json")).dependencies).toMatchObject({
      "sagemaker-stages": "file:packages/sagemaker-stages-0.1.0.tgz",
    });
    expect(readFileSync(join(app, "packages/sagemaker-stages-0.1.0.tgz"))).toEqual(readFileSync(tarball));
  });

  it("packs a folder of the engine into the app, and leaves no other file behind", async () => {
    // Prepare
    const engine = makePackage("sagemaker-stages");
    const temporary = join(folder, "tmp");
    mkdirSync(temporary);

    // Act
    const finished = await runInShell(
      `TMPDIR="${temporary}" exec "${process.execPath}" "${COMMAND}" init my-app --engine "${engine}"`,
    );

    // Assess
    expect(finished.status).toBe(0);
    expect(readdirSync(join(app, "packages"))).toEqual(["sagemaker-stages-9.8.7.tgz"]);
    expect(JSON.parse(read(app, "package.json")).dependencies).toMatchObject({
      "sagemaker-stages": "file:packages/sagemaker-stages-9.8.7.tgz",
    });
    expect(readdirSync(engine)).toEqual(["package.json"]);
    expect(readdirSync(temporary).filter((name) => name.startsWith("init-"))).toEqual([]);
  });

  it("refuses an engine that is another package, no package or missing, and writes nothing", async () => {
    // Prepare
    writeFileSync(join(folder, "text.tgz"), "no gzip");
    const engines = [
      [makePackage("other"), "the package other"],
      [await makeTarball("other", "other-1.0.0.tgz"), "the package other"],
      [join(folder, "text.tgz"), "no package"],
      [folder, "no package"],
      [join(folder, "missing.tgz"), "which does not exist"],
    ] as const;

    for (const [engine, got] of engines) {
      // Act
      const finished = await command(folder, "init", "my-app", "--engine", engine);

      // Assess
      expect(finished).toEqual({
        status: 1,
        stdout: "",
        stderr: `--engine: got ${engine}, ${got}; allowed: a tarball of the package sagemaker-stages made by npm pack, or the package's folder\n`,
      });
      expect(existsSync(app)).toBe(false);
    }
  });

  it.each(["new/folders/my-app", "repository"])(
    "leaves nothing behind in %s when a file cannot be written",
    async (name) => {
      // Prepare: a limit of 64 KiB per file. The tarball, which is written last, exceeds the limit
      mkdirSync(join(folder, "repository", ".git"), { recursive: true });
      const tarball = await makeTarball("sagemaker-stages", "large.tgz", randomBytes(200_000));
      const before = readdirSync(folder, { recursive: true, encoding: "utf8" });

      // Act
      const finished = await runInShell(
        `ulimit -f 128; exec "${process.execPath}" "${COMMAND}" init "${name}" --engine "${tarball}"`,
      );

      // Assess
      expect(finished).toMatchObject({ status: 1, stdout: "" });
      expect(finished.stderr).toMatch(
        /^folder: got \S+, in which a file cannot be written \(E\w+: .*\); allowed: a folder that you can write, on a disk with free space\. The folder is as it was before\n$/,
      );
      expect(readdirSync(folder, { recursive: true, encoding: "utf8" })).toEqual(before);
    },
  );

  it("refuses a folder below a file, without a stack trace", async () => {
    // Prepare
    writeFileSync(join(folder, "notes.txt"), "");

    // Act
    // In a process: Jest has other classes of errors than the functions of Node.js that throw.
    const finished = await commandInProcess(folder, "init", "notes.txt/my-app");

    // Assess
    expect(finished).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^folder: got \S+, in which a file cannot be written \(ENOTDIR: .*\n$/),
    });
  });
});

describe("sagemaker-stages doctor", () => {
  beforeEach(async () => {
    await command(folder, "init", "my-app");
  });

  it("ends with 0 in a new app", async () => {
    // Act
    const finished = await commandInProcess(app, "doctor");

    // Assess
    expect(finished).toEqual({
      status: 0,
      stdout: "",
      stderr: `No differences from the template of sagemaker-stages ${version}\n`,
    });
  });

  it("compares nothing when the engine is a workspace of the app's repository", async () => {
    // Prepare
    writeFileSync(join(app, "biome.json"), "{}\n");
    mkdirSync(join(app, "packages/sagemaker-stages"), { recursive: true });
    mkdirSync(join(app, "node_modules"));
    symlinkSync(
      join(app, "packages/sagemaker-stages"),
      join(app, "node_modules/sagemaker-stages"),
      "junction",
    );

    // Act
    const finished = await command(app, "doctor");

    // Assess
    expect(finished).toEqual({
      status: 0,
      stdout: "",
      stderr: expect.stringMatching(
        /^Nothing to compare: the engine is packages\/sagemaker-stages of this repository, /,
      ),
    });
  });

  it("prints a patch that git applies: changed, removed and executable files", async () => {
    // Prepare
    await run("git", ["init", "--quiet"], app);
    writeFileSync(join(app, "tsconfig.json"), read(app, "tsconfig.json").replace('"strict": true,\n', ""));
    writeFileSync(join(app, ".github/workflows/plan.yml"), "name: plan");
    removeFolder(join(app, ".ci"));

    // Act
    const finished = await command(app, "doctor");
    writeFileSync(join(folder, "doctor.patch"), finished.stdout);
    const applied = await run("git", ["apply", "../doctor.patch"], app);

    // Assess
    expect(finished.status).toBe(1);
    expect(finished.stderr).toContain(
      "4 file(s) differ from the template of sagemaker-stages 0.1.0: .ci/run, .ci/steps, .github/workflows/plan.yml, tsconfig.json",
    );
    expect(applied).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await command(app, "doctor")).toMatchObject({ status: 0 });
    expect(statSync(join(app, ".ci/run")).mode & 0o111).not.toBe(0);
  });

  it("reports each maintained file that differs, and the command that applies the engine's changes", async () => {
    // Prepare
    for (const file of MAINTAINED_FILES) writeFileSync(join(app, file), `${read(app, file)}\n`);

    // Act
    const finished = await command(app, "doctor");

    // Assess
    const patched = [...finished.stdout.matchAll(/^diff --git a\/(\S+) /gm)].map(([, file]) => file);
    expect(MAINTAINED_FILES).toEqual(
      expect.arrayContaining([".github/workflows/deploy.yml", "tsconfig.json", "cdktf.json"]),
    );
    expect(patched).toEqual([...MAINTAINED_FILES]);
    expect(finished.stderr.split("\n").slice(1)).toEqual([
      "To apply all of the engine's changes:  npx sagemaker-stages doctor | git apply",
      "To apply the engine's changes of one file:",
      ...MAINTAINED_FILES.map((file) => `  npx sagemaker-stages doctor ${file} | git apply`),
      "",
    ]);
    expect(finished.status).toBe(1);
  });

  it("prints a patch that git applies in an app below the folder of its repository", async () => {
    // Prepare
    await run("git", ["init", "--quiet"], folder);
    writeFileSync(join(app, ".nvmrc"), "20\n");

    // Act
    const applied = await runInShell(`cd my-app && "${process.execPath}" "${COMMAND}" doctor | git apply`);

    // Assess
    expect(applied.status).toBe(0);
    expect(await command(app, "doctor")).toMatchObject({ status: 0 });
  });

  it.each([["{"], ["null"], ["[]"], ['"text"']])(
    "refuses a package.json that is not a JSON object: %s",
    async (text) => {
      // Prepare
      writeFileSync(join(app, "package.json"), text);

      // Act
      // Without NODE_OPTIONS: Node.js reads the file, too, before it loads a module of NODE_OPTIONS.
      const { NODE_OPTIONS: _, ...environment } = process.env;
      const finished = await run(process.execPath, [COMMAND, "doctor"], app, environment);

      // Assess
      expect(finished).toEqual({
        status: 1,
        stdout: "",
        stderr: "package.json: got a file that is not a JSON object; allowed: a package.json of npm\n",
      });
    },
  );

  it("refuses a package that does not depend on the engine", async () => {
    // Act
    writeFileSync(join(app, "package.json"), '{ "name": "other" }');
    const other = await command(app, "doctor");

    // Assess
    expect(other).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining(
        `got ${app}, which has no dependency on sagemaker-stages in package.json; allowed: the folder of an app.`,
      ),
    });
  });

  it("keeps the app's own scripts, packages and versions", async () => {
    // Prepare
    const manifest = JSON.parse(read(app, "package.json"));
    manifest.scripts.train = "python train.py";
    manifest.dependencies["my-package"] = "1.2.3";
    manifest.devDependencies.jest = "30.4.9";
    writeFileSync(join(app, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

    // Act
    const finished = await command(app, "doctor");

    // Assess
    expect(finished).toMatchObject({ status: 0, stdout: "" });
  });

  it("keeps the command line of CDK Terrain in place of the command line of CDKTF", async () => {
    // Prepare
    const manifest = JSON.parse(read(app, "package.json"));
    manifest.scripts.synth = "cdktn synth";
    delete manifest.dependencies["cdktf-cli"];
    delete manifest.dependencies["@cdktf/node-pty-prebuilt-multiarch"];
    Object.assign(manifest.dependencies, {
      "@cdktf/provider-aws": "npm:@cdktn/provider-aws@25.7.0",
      cdktf: "npm:cdktn@0.24.0",
      cdktn: "0.24.0",
      "cdktn-cli": "0.24.0",
    });
    writeFileSync(join(app, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

    // Act
    const finished = await command(app, "doctor", "package.json");

    // Assess
    expect(finished).toMatchObject({ status: 0, stdout: "" });
  });

  it("reports a different script and a missing package", async () => {
    // Prepare
    const manifest = JSON.parse(read(app, "package.json"));
    manifest.scripts.review = "node review.js";
    const { tsx } = manifest.dependencies;
    delete manifest.dependencies.tsx;
    writeFileSync(join(app, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

    // Act
    const finished = await command(app, "doctor", "package.json");

    // Assess
    expect(finished.status).toBe(1);
    expect(finished.stdout).toContain('-    "review": "node review.js",\n');
    expect(finished.stdout).toContain('+    "review": "sagemaker-stages review",\n');
    expect(finished.stdout).toContain(`+    "tsx": "${tsx}"\n`);
  });

  it("compares only the files that the command line names", async () => {
    // Prepare
    writeFileSync(join(app, "cdktf.json"), "{}\n");
    writeFileSync(join(app, ".nvmrc"), "20\n");

    // Act
    const finished = await command(app, "doctor", ".nvmrc");

    // Assess
    expect(finished.status).toBe(1);
    expect(finished.stdout).toBe(
      "diff --git a/.nvmrc b/.nvmrc\n--- a/.nvmrc\n+++ b/.nvmrc\n@@ -1,1 +1,1 @@\n-20\n+22\n",
    );
  });

  it("refuses a file that is not in the template", async () => {
    // Act
    const finished = await command(app, "doctor", "main.ts");

    // Assess
    expect(finished).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("<file>: got main.ts; allowed: "),
    });
  });
});

/** Runs a command line in this process, which is faster. */
function command(where: string, ...words: readonly string[]): Promise<Finished> {
  return runHere(where, words);
}

/** Runs a command line in a process, as a user does. */
function commandInProcess(where: string, ...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [COMMAND, ...words], where);
}

/** Runs a command line of the shell in the test's folder. */
function runInShell(line: string): Promise<Finished> {
  return run("sh", ["-c", line], folder);
}

/** The folder of a package that is compiled, as npm installs it. */
function makePackage(name: string): string {
  const where = join(folder, `folder-of-${name}`);
  mkdirSync(where);
  writeFileSync(join(where, "package.json"), JSON.stringify({ name, version: "9.8.7" }));
  return where;
}

/** A tarball as npm packs it. */
async function makeTarball(
  name: string,
  file: string,
  other: Buffer = Buffer.from("other"),
): Promise<string> {
  const content = join(folder, `content-of-${name}`, "package");
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, "other.bin"), other);
  writeFileSync(join(content, "package.json"), JSON.stringify({ name, version: "9.8.7" }));
  const packed = await run("tar", ["-czf", file, "-C", dirname(content), "package"], folder);
  if (packed.status !== 0) throw new Error(packed.stderr);
  return join(folder, file);
}

function read(where: string, file: string): string {
  return readFileSync(join(where, file), "utf8");
}
