import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { version } from "../../package.json";
import { MAINTAINED_FILES } from "../../src/cli/template/files";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { type Finished, run } from "../package/support/small-repository";

const ENGINE = join(__dirname, "../..");
const REPOSITORY = join(ENGINE, "../..");
const TIMEOUT_IN_MS = 60_000;

let folder = "";
let app = "";

beforeEach(() => {
  folder = makeTempFolder();
  app = join(folder, "my-app");
});

afterEach(() => removeFolder(folder));

describe("sagemaker-stages init", () => {
  it("writes the maintained files as they are in the repository", async () => {
    // Act
    const finished = await command(folder, "init", "my-app");

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    for (const file of MAINTAINED_FILES) expect(read(app, file)).toBe(read(REPOSITORY, file));
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
    // Only the browser tests of the repository's views import this package.
    const { "playwright-core": _, ...devDependencies } = repository.devDependencies;
    expect(manifest.devDependencies).toEqual(devDependencies);
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

  it(
    "writes an app that synthesizes its example",
    async () => {
      // Prepare
      await command(folder, "init", "my-app");
      symlinkSync(join(REPOSITORY, "node_modules"), join(app, "node_modules"), "junction");

      // Act
      const finished = await run(process.execPath, ["--import", "tsx", "main.ts"], app);

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      const stack = JSON.parse(read(app, "cdktf.out/stacks/dev/cdk.tf.json"));
      expect(Object.keys(stack.resource.aws_sagemaker_endpoint)).toHaveLength(1);
    },
    TIMEOUT_IN_MS,
  );

  it("takes a new Git repository for an empty folder", async () => {
    // Prepare
    mkdirSync(join(app, ".git"), { recursive: true });

    // Act
    const finished = await command(app, "init", ".");

    // Assess
    expect(finished.status).toBe(0);
    expect(existsSync(join(app, "main.ts"))).toBe(true);
  });

  it("refuses a folder with a file, and leaves the folder as it was", async () => {
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
    const tarball = join(folder, "sagemaker-stages-0.1.0.tgz");
    writeFileSync(tarball, "the bytes of a tarball");

    // Act
    await command(folder, "init", "my-app", "--engine", tarball);

    // Assess
    expect(JSON.parse(read(app, "package.json")).dependencies).toMatchObject({
      "sagemaker-stages": "file:packages/sagemaker-stages-0.1.0.tgz",
    });
    expect(read(app, "packages/sagemaker-stages-0.1.0.tgz")).toBe("the bytes of a tarball");
  });

  it.each([["missing.tgz"], ["."]])("refuses %j as the engine, and writes nothing", async (engine) => {
    // Act
    const finished = await command(folder, "init", "my-app", "--engine", engine);

    // Assess
    expect(finished).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^--engine: got .*; allowed: /),
    });
    expect(existsSync(app)).toBe(false);
  });

  it("explains its words with status 2 when the folder is missing", async () => {
    // Act
    const finished = await command(folder, "init");

    // Assess
    expect(finished).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("usage: npx sagemaker-stages"),
    });
  });
});

describe("sagemaker-stages doctor", () => {
  beforeEach(async () => {
    await command(folder, "init", "my-app");
  });

  it("ends with 0 in a new app", async () => {
    // Act
    const finished = await command(app, "doctor");

    // Assess
    expect(finished).toEqual({
      status: 0,
      stdout: "",
      stderr: `no differences from the template of sagemaker-stages ${version}\n`,
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
      "3 file(s) differ from the template of sagemaker-stages 0.1.0: .ci/run, .github/workflows/plan.yml, tsconfig.json",
    );
    expect(applied).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(await command(app, "doctor")).toMatchObject({ status: 0 });
    expect(statSync(join(app, ".ci/run")).mode & 0o111).not.toBe(0);
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

  it("reports a script that differs, and a package that is missing", async () => {
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

  it("refuses a file that no template has", async () => {
    // Act
    const finished = await command(app, "doctor", "main.ts");

    // Assess
    expect(finished).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("<file>: got main.ts; allowed: "),
    });
  });
});

function command(where: string, ...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [join(ENGINE, "bin", "sagemaker-stages.js"), ...words], where);
}

function read(where: string, file: string): string {
  return readFileSync(join(where, file), "utf8");
}
