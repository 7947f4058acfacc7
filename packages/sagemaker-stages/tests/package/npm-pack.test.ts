import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { AppCopy } from "../cli/new-model/support/app-copy";
import { runHere } from "../cli/support/command-here";
import { type Finished, run, write, writeSmallRepository } from "./support/small-repository";

const TIMEOUT_IN_MS = 180_000;
const TARBALL = "sagemaker-stages-0.1.0.tgz";

describe("npm pack of the engine", () => {
  const folder = makeTempFolder();
  const tarball = join(folder, TARBALL);
  let engine = "";
  let before = "";
  let packed: Finished = { status: null, stdout: "", stderr: "" };

  beforeAll(async () => {
    engine = writeSmallRepository(folder);
    before = stateOf(engine);
    packed = await npm(engine, "pack", "--pack-destination", folder);
  }, TIMEOUT_IN_MS);

  afterAll(() => removeFolder(folder));

  it("contains sources and compiled files, and no tests and no packaging", async () => {
    // Act
    const files = (await filesOf(tarball)).filter((file) => !/^(dist\/template|docs|examples)\//.test(file));

    // Assess
    expect(packed).toMatchObject({ status: 0 });
    expect(files).toEqual([
      "LICENSE",
      "README.md",
      "bin/engine.js",
      "bin/register.js",
      "bin/sagemaker-stages.js",
      "bin/typescript.js",
      "dist/cli/main.js",
      "dist/cli/main.js.map",
      "dist/cli/template/files.js",
      "dist/cli/template/files.js.map",
      ...compiled("index"),
      ...compiled("loader"),
      ...compiled("model"),
      "dist/page/browser/view.d.ts",
      "dist/paths.js",
      "dist/paths.js.map",
      ...compiled("sample"),
      "dist/settings.json",
      ...compiled("testing/index"),
      "package.json",
      "src/cli/main.ts",
      "src/cli/new-model/templates/rows/contract.ts",
      "src/cli/template/files.ts",
      "src/index.ts",
      "src/loader.ts",
      "src/model.ts",
      "src/page/browser/page.ts",
      "src/page/browser/view.ts",
      "src/page/index.html",
      "src/paths.ts",
      "src/sample.ts",
      "src/settings.json",
      "src/testing/index.ts",
    ]);
  });

  it("contains the template of an app, with file names that npm packs", async () => {
    // Act
    const template = (await filesOf(tarball)).filter((file) => file.startsWith("dist/template/"));

    // Assess
    expect(template).toEqual(
      expect.arrayContaining([
        "dist/template/README.md",
        "dist/template/dot.ci/run",
        "dist/template/dot.ci/steps",
        "dist/template/dot.github/workflows/plan.yml",
        "dist/template/dot.gitignore",
        "dist/template/dot.npmrc",
        "dist/template/environments/dev.ts",
        "dist/template/functions/index.ts",
        "dist/template/main.ts",
        "dist/template/package.json",
        "dist/template/stacks/dot.terraform.lock.hcl",
      ]),
    );
  });

  it(
    "contains the documents for users, with links to files of the package",
    async () => {
      // Act
      const files = await filesOf(tarball);
      const documents = files.filter((file) => file.startsWith("docs/"));
      const texts = await Promise.all(documents.map((document) => textOf(tarball, document)));

      // Assess
      const linked = texts.flatMap((text) =>
        [...text.matchAll(/\]\((?!#|[a-z]+:)([^)#\s]+)/g)].map(([, path = ""]) => posix.join("docs", path)),
      );
      expect(documents).toEqual(
        expect.arrayContaining([
          "docs/contracts.md",
          "docs/environments.md",
          "docs/models.md",
          "docs/python.md",
        ]),
      );
      expect(documents).not.toContain("docs/architecture.md");
      expect(linked.length).toBeGreaterThan(20);
      const exists = (path: string) => files.some((file) => file === path || file.startsWith(`${path}/`));
      expect(linked.filter((path) => !exists(path))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it("contains the environments of the examples, to which the documents link", async () => {
    // Act
    const examples = (await filesOf(tarball)).filter((file) => file.startsWith("examples/"));
    const customers = await textOf(tarball, "docs/customers.md");

    // Assess
    expect(examples).toEqual(expect.arrayContaining(["examples/async-requests.ts", "examples/customers.ts"]));
    expect(examples.filter((file) => !/^examples\/[\w-]+\.ts$/.test(file))).toEqual([]);
    expect(customers).toContain("](../examples/customers.ts)");
  });

  it(
    "contains every document that a command names",
    async () => {
      // Prepare
      const app = AppCopy.ofFixture();
      const files = await filesOf(tarball);
      const { stdout } = await runHere(app.folder, ["--help"]);
      const commands = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, command = ""]) => command);

      // Act
      const printed = [stdout];
      for (const command of commands) printed.push((await runHere(app.folder, [command, "--help"])).stdout);
      printed.push(app.newModel("iris"), app.newModel("night", "--handler", "python"));
      app.remove();

      // Assess
      const named = printed.map((text) => [...text.matchAll(/\bdocs\/[\w-]+\.md\b/g)].map(([path]) => path));
      expect(commands).toContain("new-model");
      expect(named.at(-2)).toContain("docs/contracts.md");
      expect(named.at(-1)).toContain("docs/python.md");
      expect(named.flat().filter((path) => !files.includes(path))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names documents by the path from the app's folder",
    async () => {
      // Prepare
      const place = join(folder, "installed");
      mkdirSync(place);
      await run("tar", ["-xzf", tarball, "-C", place], place);
      const app = writeApp(join(place, "app"), join(place, "package"));
      const program = `console.log(require("./node_modules/sagemaker-stages/dist/paths.js").documentPath("python.md"))`;

      // Act
      const { stdout } = await run(process.execPath, ["-e", program], app);

      // Assess
      expect(stdout).toBe("node_modules/sagemaker-stages/docs/python.md\n");
      expect(existsSync(join(app, stdout.trimEnd()))).toBe(true);
    },
    TIMEOUT_IN_MS,
  );

  it("refers to the compiled files in every export", async () => {
    // Act
    const { exports, main, types } = JSON.parse(await textOf(tarball, "package.json"));

    // Assess
    expect({ exports, main, types }).toEqual({
      exports: {
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./model": { types: "./dist/model.d.ts", default: "./dist/model.js" },
        "./page": { types: "./dist/page/browser/view.d.ts", default: "./src/page/browser/view.ts" },
        "./register": "./bin/register.js",
        "./sample": { types: "./dist/sample.d.ts", default: "./dist/sample.js" },
        "./testing": { types: "./dist/testing/index.d.ts", default: "./dist/testing/index.js" },
        "./package.json": "./package.json",
      },
      main: "./dist/index.js",
      types: "./dist/index.d.ts",
    });
  });

  it("leaves the repository unchanged", () => {
    // Act
    const after = stateOf(engine);

    // Assess
    expect(after).toBe(before);
  });

  it(
    "makes the same files from the repository's root",
    async () => {
      // Prepare
      const other = join(folder, "other");
      mkdirSync(other);

      // Act
      const workspace = await npm(folder, "pack", "-w", "sagemaker-stages", "--pack-destination", other);

      // Assess
      expect(workspace).toMatchObject({ status: 0 });
      expect(await filesOf(join(other, TARBALL))).toEqual(await filesOf(tarball));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "makes a command that loads each compiled file once, and also loads the app's TypeScript",
    async () => {
      // Prepare
      await run("tar", ["-xzf", tarball, "-C", folder], folder);
      const app = writeApp(join(folder, "app"), join(folder, "package"));

      // Act
      const finished = await runCommand(app);

      // Assess
      expect(finished).toEqual({ status: 0, stdout: LOADED_ONCE, stderr: "" });
    },
    TIMEOUT_IN_MS,
  );
});

describe("the engine in the repository", () => {
  let folder = "";
  let engine = "";

  beforeEach(() => {
    folder = makeTempFolder();
    engine = writeSmallRepository(folder);
  });

  afterEach(() => removeFolder(folder));

  it(
    "loads each source once for the command, even if an interrupted npm pack left the folder dist",
    async () => {
      // Prepare
      write(engine, { "dist/cli/main.js": `console.log("stale");` });
      const app = writeApp(join(folder, "app"), engine);

      // Act
      const finished = await runCommand(app);

      // Assess
      expect(finished).toEqual({ status: 0, stdout: LOADED_ONCE, stderr: "" });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails to pack and stays unchanged when the types of a source are wrong",
    async () => {
      // Prepare
      write(engine, { "src/loader.ts": `export const load: number = "text";` });
      const unchanged = stateOf(engine);

      // Act
      const packed = await npm(engine, "pack");

      // Assess
      expect(packed.status).not.toBe(0);
      expect(packed.stderr).toContain("src/loader.ts");
      expect(stateOf(engine)).toBe(unchanged);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails to pack and stays unchanged when an export has no source",
    async () => {
      // Prepare
      const manifest = JSON.parse(readFileSync(join(engine, "package.json"), "utf8"));
      manifest.exports["./extra"] = "./src/extra.ts";
      write(engine, { "package.json": JSON.stringify(manifest) });
      const unchanged = stateOf(engine);

      // Act
      const packed = await npm(engine, "pack");

      // Assess
      expect(packed.status).not.toBe(0);
      expect(packed.stderr).toContain("exports: got ./dist/extra.d.ts, ./dist/extra.js");
      expect(stateOf(engine)).toBe(unchanged);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names the command that restores the repository when an earlier run was interrupted",
    async () => {
      // Prepare
      const unchanged = stateOf(engine);
      await npm(engine, "run", "prepack");

      // Act
      const packed = await npm(engine, "pack");
      await npm(engine, "run", "postpack");

      // Assess
      expect(packed.status).not.toBe(0);
      expect(packed.stderr).toContain('Run "npm run postpack"');
      expect(stateOf(engine)).toBe(unchanged);
    },
    TIMEOUT_IN_MS,
  );
});

const LOADED_ONCE = `${JSON.stringify({ loaded: 1, seen: [1, 1], words: ["review"] })}\n`;

/** Writes an app in which the engine is installed. */
function writeApp(app: string, engine: string): string {
  write(app, {
    "app.ts": `
      import { load } from "sagemaker-stages";
      import { loaded } from "sagemaker-stages/model";
      export async function see(): Promise<number[]> { return [loaded, await load()]; }
    `,
    "counters.cjs": "globalThis.counters = { model: 0 };",
    "package.json": JSON.stringify({ name: "app", private: true }),
  });
  mkdirSync(join(app, "node_modules"));
  symlinkSync(engine, join(app, "node_modules", "sagemaker-stages"), "junction");
  return app;
}

function runCommand(app: string): Promise<Finished> {
  const command = join(app, "node_modules", "sagemaker-stages", "bin", "sagemaker-stages.js");
  return run(process.execPath, ["--require", join(app, "counters.cjs"), command, "review"], app);
}

function npm(where: string, ...words: readonly string[]): Promise<Finished> {
  return run("npm", [...words, "--offline"], where);
}

/** Files of a tarball, from the package's folder, sorted. */
async function filesOf(tarball: string): Promise<string[]> {
  const { stdout } = await run("tar", ["-tzf", tarball], dirname(tarball));
  return stdout
    .trimEnd()
    .split("\n")
    .map((file) => file.replace(/^package\//, ""))
    .sort();
}

async function textOf(tarball: string, file: string): Promise<string> {
  return (await run("tar", ["-xzOf", tarball, `package/${file}`], dirname(tarball))).stdout;
}

function compiled(file: string): string[] {
  return [`dist/${file}.d.ts`, `dist/${file}.js`, `dist/${file}.js.map`];
}

/** The files in a folder, and the text of its package.json. */
function stateOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return [...files, readFileSync(join(folder, "package.json"), "utf8")].join("\n");
}
