import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { LastSynthesis } from "../../src/local/synthesis/last-synthesis";
import { send } from "./support/client";
import { DEV } from "./support/environments";
import { eventually } from "./support/eventually";
import { copyApp, OWN_HANDLER, ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const TIMEOUT_IN_MS = 120_000;

const REUSED = "Nothing has changed since the synthesis of ";
const SYNTHESIZED = "Synthesizing dev";
const REPEATED = "The next start synthesizes again, because ";
const ROOT = "cdktf.out/local-stage";
const RECORD = `${ROOT}/last-synthesis.json`;
const SOURCES = ["main.ts", "environments", "functions", "stacks", "cdktf.json", "tsconfig.json"];

const projects: ProjectCopy[] = [];
const stages: RunningStage[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.kill();
});

afterAll(() => {
  for (const project of projects) project.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A copy of the fixture app whose synthesis writes the id of its process beside the Terraform. */
function newProject(statements = ""): ProjectCopy {
  const project = new ProjectCopy();
  projects.push(project);
  project.setEnvironments(DEV);
  project.edit("main.ts", (text) =>
    text.replace(
      ".synth();",
      `.synth();
void (async () => {
  const files = await import("node:fs");
  files.writeFileSync(process.env.CDKTF_OUTDIR + "/process", String(process.pid));
  ${statements}
})();`,
    ),
  );
  return project;
}

/** Starts a stage and waits for its banner. */
async function serve(project: ProjectCopy, ...words: readonly string[]): Promise<RunningStage> {
  const stage = await RunningStage.serve(project, ["dev", ...words]);
  stages.push(stage);
  return stage;
}

/** Serves, and ends the stage as Ctrl-C does. @returns the output */
async function serveOnce(project: ProjectCopy, ...words: readonly string[]): Promise<string> {
  const stage = await serve(project, ...words);
  stage.pressCtrlC();
  await stage.ended;
  return stage.output;
}

/** The ids of the synthesis processes whose folders exist. */
function synthesisProcesses(project: ProjectCopy): string[] {
  return readdirSync(join(project.folder, ROOT))
    .filter((name) => existsSync(join(project.folder, ROOT, name, "process")))
    .map((name) => project.read(join(ROOT, name, "process")));
}

function lastSynthesis(
  { folder, tempFolder }: Pick<ProjectCopy, "folder" | "tempFolder">,
  variables: Readonly<Record<string, string | undefined>> = {},
  now?: Date,
): LastSynthesis {
  return new LastSynthesis({
    app: folder,
    sources: SOURCES.map((source) => join(folder, source)),
    variables: { ...process.env, TMPDIR: tempFolder, ...variables },
    ...(now === undefined ? {} : { now: () => now }),
  });
}

describe("a start with unchanged sources", () => {
  let project: ProjectCopy;
  let first: string;

  beforeAll(async () => {
    project = newProject();
    first = await serveOnce(project);
  }, TIMEOUT_IN_MS);

  it(
    "serves the Terraform of the last synthesis without a synthesis process",
    async () => {
      // Prepare
      const [synthesis] = synthesisProcesses(project);

      // Act
      const stage = await serve(project);
      const answer = await send(stage.url, {
        path: "/dev/loan-default",
        headers: { "x-api-key": "local-dev-key-not-a-secret", "Content-Type": "application/json" },
        body: JSON.stringify({ data: REPAID_ROW }),
      });

      // Assess
      expect(first).toContain(SYNTHESIZED);
      expect(stage.output).toContain(REUSED);
      expect(stage.output).not.toContain(SYNTHESIZED);
      expect(synthesisProcesses(project)).toEqual([synthesis]);
      expect(answer).toMatchObject({ status: 200, body: '"repaid"' });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "synthesizes when the command line has --synthesize",
    async () => {
      // Prepare
      const before = synthesisProcesses(project);

      // Act
      const output = await serveOnce(project, "--synthesize");

      // Assess
      expect(output).toContain(SYNTHESIZED);
      expect(synthesisProcesses(project)).not.toEqual(before);
      expect(synthesisProcesses(project)).toHaveLength(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "serves the Terraform of the last reload",
    async () => {
      // Prepare
      const reloaded = newProject();
      const stage = await serve(reloaded);
      const programs = join(
        reloaded.folder,
        ROOT,
        readdirSync(join(reloaded.folder, ROOT)).find((name) => name.startsWith("synthesis-")) ?? "",
        "programs",
      );
      const bundled = statSync(join(programs, "function.cjs"));
      const from = stage.output.length;
      reloaded.setEnvironments({
        ...DEV,
        stage: { ...DEV.stage, corsAllowOrigin: "https://www.example.com" },
      });
      await stage.printed("Reloaded in", from);
      // A process of a function can start at any time of a reload.
      expect(statSync(join(programs, "function.cjs"))).toMatchObject({
        ino: bundled.ino,
        mtime: bundled.mtime,
      });
      stage.pressCtrlC();
      await stage.ended;

      // Act
      const again = await serve(reloaded);
      const answer = await send(again.url, { path: "/dev/loan-default", headers: {}, body: "" });

      // Assess
      expect(again.output).toContain(REUSED);
      expect(answer.headers["access-control-allow-origin"]).toBe("https://www.example.com");
    },
    TIMEOUT_IN_MS,
  );
});

describe("the record of the last synthesis", () => {
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  folders.push(outside);
  const variables = { COST_CENTER: "42" };
  let project: ProjectCopy;
  let record: string;

  beforeAll(async () => {
    writeFileSync(join(outside, "settings.json"), "{}");
    writeFileSync(join(outside, "module.mjs"), "export const value = 1;\n");
    project = newProject(`
  files.readFileSync(${JSON.stringify(join(outside, "settings.json"))});
  files.readdirSync(${JSON.stringify(outside)});
  files.existsSync(${JSON.stringify(join(outside, "optional.json"))});
  await import(${JSON.stringify(join(outside, "module.mjs"))});
  if (process.env.COST_CENTER === "x") throw new Error();`);
    project.write("environments/shared/tags.ts", 'export const tags = { team: "risk" };\n');
    project.edit("environments/index.ts", (text) => `import "./shared/tags";\n${text}`);
    project.write("package.json", '{ "name": "app" }\n');
    project.write("package-lock.json", '{ "lockfileVersion": 3 }\n');
    // A page of the app's own, which only esbuild reads.
    project.write("functions/loan-default/handler.ts", `import "./own";\n${OWN_HANDLER}`);
    project.write("functions/loan-default/own.ts", "export {};\n");
    process.env.COST_CENTER = variables.COST_CENTER;
    await serveOnce(project);
    record = project.read(RECORD);
  }, TIMEOUT_IN_MS);

  afterAll(() => {
    delete process.env.COST_CENTER;
  });

  afterEach(() => {
    expect(lastSynthesis(project).reuse()).toBeInstanceOf(Date);
  });

  const append = (file: string) => ({
    make: () => project.edit(file, (text) => `${text}\n`),
    undo: () => project.edit(file, (text) => text.slice(0, -1)),
  });
  const create = (file: string) => ({
    make: () => writeFileSync(file.startsWith("/") ? file : join(project.folder, file), "\n"),
    undo: () => rmSync(file.startsWith("/") ? file : join(project.folder, file)),
  });
  const rewrite = (file: string, before: string, after: string) => ({
    make: () => writeFileSync(join(outside, file), after),
    undo: () => writeFileSync(join(outside, file), before),
  });

  it.each([
    ["a contract", append("functions/house-price/contract.ts")],
    ["the list of models", append("functions/index.ts")],
    ["an environment", append("environments/index.ts")],
    ["an account", append("environments/accounts.ts")],
    ["a module that an environment imports", append("environments/shared/tags.ts")],
    ["a file that a contract imports", append("functions/ticket-urgency/vocabulary.json")],
    ["a module that only a handler imports", append("functions/loan-default/own.ts")],
    ["a sample model", append("functions/loan-default/sample/index.ts")],
    ["main.ts", append("main.ts")],
    ["cdktf.json", append("cdktf.json")],
    ["a new tsconfig.json", create("tsconfig.json")],
    ["package.json", append("package.json")],
    ["package-lock.json", append("package-lock.json")],
    ["a new file in a model's folder", create("functions/loan-default/page.ts")],
    ["a new file that an import would find first", create("environments/shared.ts")],
    ["a new file beside main.ts", create("functions.ts")],
    ["a file outside of the app", rewrite("settings.json", "{}", "[]")],
    [
      "an ES module outside of the app",
      rewrite("module.mjs", "export const value = 1;\n", "export const value = 2;\n"),
    ],
    ["a new file that the synthesis looked for", create(join(outside, "optional.json"))],
    ["a new file in a folder that the synthesis listed", create(join(outside, "other.json"))],
  ])("is not used when this has changed: %s", (_what, { make, undo }) => {
    // Prepare
    make();

    // Act
    const reused = lastSynthesis(project).reuse();
    undo();

    // Assess
    expect(reused).toBeUndefined();
  });

  it("is not used when a file changed without a change of its size and modification time", () => {
    // Prepare
    const file = join(outside, "settings.json");
    const time = new Date("2026-01-01");
    utimesSync(file, time, time);
    writeFileSync(file, "[]");
    utimesSync(file, time, time);

    // Act
    const reused = lastSynthesis(project).reuse();
    writeFileSync(file, "{}");

    // Assess
    expect(reused).toBeUndefined();
  });

  it.each([
    ["a variable that the synthesis read has another value", { COST_CENTER: "43" }, undefined],
    ["a variable that the synthesis read is missing", { COST_CENTER: undefined }, undefined],
    ["a variable of Node.js has another value", { NODE_OPTIONS: "--no-warnings" }, undefined],
    ["the day has changed", {}, new Date(Date.now() + 24 * 60 * 60 * 1000)],
  ])("is not used when %s", (_what, changed: Record<string, string | undefined>, now) => {
    // Act
    const reused = lastSynthesis(project, changed, now).reuse();

    // Assess
    expect(reused).toBeUndefined();
  });

  it("is used when a variable has changed that the synthesis did not read", () => {
    // Act
    const reused = lastSynthesis(project, { OLDPWD: "/elsewhere" }).reuse();

    // Assess
    expect(reused).toBeInstanceOf(Date);
  });

  it("is used when a file was written again with the same content", () => {
    // Prepare
    project.write("environments/index.ts", project.read("environments/index.ts"));

    // Act
    const reused = lastSynthesis(project).reuse();

    // Assess
    expect(reused).toBeInstanceOf(Date);
  });

  it.each([
    ["is incomplete", (text: string) => text.slice(0, text.length / 2)],
    ["has been edited", (text: string) => text.replace("main.ts", "main.js")],
    ["is another document", () => "{}"],
    ["is empty", () => ""],
  ])("is not used when the record %s", (_what, change) => {
    // Prepare
    const before = project.read(RECORD);
    project.write(RECORD, change(before));

    // Act
    const reused = lastSynthesis(project).reuse();
    project.write(RECORD, before);

    // Assess
    expect(reused).toBeUndefined();
  });

  it("is not used when a synthesized file is missing", () => {
    // Prepare
    const { folder } = JSON.parse(JSON.parse(project.read(RECORD)).record);
    const file = join(project.folder, ROOT, folder, "stacks", "dev", "cdk.tf.json");
    renameSync(file, `${file}.away`);

    // Act
    const reused = lastSynthesis(project).reuse();
    renameSync(`${file}.away`, file);

    // Assess
    expect(reused).toBeUndefined();
  });

  it("contains no value of an environment variable", () => {
    // Assess
    expect(record).toContain("COST_CENTER");
    expect(record).not.toContain('\\"42\\"');
  });
});

describe("a synthesis whose dependencies are not known", () => {
  it.each([
    [
      "runs a program with the promise of a function",
      `const { exec } = await import("node:child_process");
  const { promisify } = await import("node:util");
  const { stdout } = await promisify(exec)("echo yes");
  if (stdout !== "yes\\n") throw new Error("got " + stdout);`,
      "runs the program echo",
    ],
    [
      "runs a program",
      'const { execFileSync } = await import("node:child_process"); execFileSync("true");',
      "runs the program true",
    ],
    ["writes a file of the app", 'files.writeFileSync("written.txt", "");', "changes "],
    [
      "opens a connection",
      'await new Promise((resolve) => { import("node:net").then(({ connect }) => connect(9, "127.0.0.1").on("error", resolve)); });',
      "opens a network connection",
    ],
    [
      "starts a thread",
      'const { Worker } = await import("node:worker_threads"); new Worker("0", { eval: true });',
      "starts a thread",
    ],
  ])(
    "is not recorded, and the start says so, when it %s",
    async (_what, statements, reason) => {
      // Prepare
      const project = newProject(statements);
      const stage = new RunningStage(project, ["dev", "--port", "0"]);
      stages.push(stage);

      // Act
      await stage.printed(REPEATED);
      const output = await stage.printed(".\n", stage.output.indexOf(REPEATED));

      // Assess
      expect(output).toContain(`${REPEATED}the synthesis ${reason}`);
      expect(existsSync(join(project.folder, RECORD))).toBe(false);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the recording of a synthesis", () => {
  const RECORDING = { inputs: [], names: [], unrecordable: undefined };

  /** A copy of the fixture app with additional files, and the record of a synthesis that read only the sources. */
  function recordedProject(files: Readonly<Record<string, string>>, now?: Date): ProjectCopy {
    const project = new ProjectCopy();
    projects.push(project);
    for (const [file, text] of Object.entries(files)) project.write(file, text);
    const synthesis = lastSynthesis(project, {}, now);
    expect(synthesis.finish(synthesis.begin(), RECORDING)).toBeUndefined();
    return project;
  }

  it.each([
    ["a hidden folder", { "functions/loan-default/.venv/lib/numpy.py": "" }],
    [
      "a virtual environment of Python",
      { "functions/loan-default/env/lib/numpy.py": "", "functions/loan-default/env/pyvenv.cfg": "" },
    ],
    ["installed packages", { "functions/loan-default/node_modules/one/index.js": "" }],
  ])("does not depend on the files in %s", (_what, files) => {
    // Prepare
    const project = recordedProject(files);
    project.write(Object.keys(files)[0] ?? "", "changed");

    // Act
    const reused = lastSynthesis(project).reuse();

    // Assess
    expect(reused).toBeInstanceOf(Date);
  });

  describe("with a large file", () => {
    const MODEL = "functions/loan-default/model.bin";
    const BYTES = 1024 * 1024 + 1;
    it("depends on the file's times, because another content has other times", () => {
      // Prepare
      const inAMinute = new Date(Date.now() + 60_000);
      const project = recordedProject({ [MODEL]: "a".repeat(BYTES) }, inAMinute);
      const { mtime } = statSync(join(project.folder, MODEL));
      const before = lastSynthesis(project, {}, inAMinute).reuse();
      project.write(MODEL, "b".repeat(BYTES));
      utimesSync(join(project.folder, MODEL), mtime, mtime);

      // Act
      const reused = lastSynthesis(project, {}, inAMinute).reuse();

      // Assess
      expect(before).toBeInstanceOf(Date);
      expect(reused).toBeUndefined();
    });

    it("is not used when the file is too new for its times to identify it", () => {
      // Prepare
      const project = recordedProject({ [MODEL]: "a".repeat(BYTES) });

      // Act
      const reused = lastSynthesis(project).reuse();

      // Assess
      expect(reused).toBeUndefined();
    });
  });

  describe("removes the folders of processes that have ended", () => {
    const FOREIGN = `${ROOT}/synthesis-00000000-7`;
    const IN_TWO_HOURS = new Date(Date.now() + 2 * 60 * 60 * 1000);

    it("also of another machine, when its process has not been alive for a long time", () => {
      // Prepare
      const project = new ProjectCopy();
      projects.push(project);
      project.write(`${FOREIGN}/manifest.json`, "{}");
      const synthesis = lastSynthesis(project, {}, IN_TWO_HOURS);

      // Act
      synthesis.finish(synthesis.begin(), RECORDING);

      // Assess
      expect(existsSync(join(project.folder, FOREIGN))).toBe(false);
      expect(existsSync(synthesis.outdir)).toBe(true);
    });

    it("but not of another machine, when its process was alive a short time ago", () => {
      // Prepare
      const project = new ProjectCopy();
      projects.push(project);
      const other = lastSynthesis(project, {}, IN_TWO_HOURS);
      other.begin();
      other.keepAlive();
      renameSync(other.outdir, join(project.folder, FOREIGN));
      const synthesis = lastSynthesis(project, {}, IN_TWO_HOURS);

      // Act
      synthesis.finish(synthesis.begin(), RECORDING);

      // Assess
      expect(existsSync(join(project.folder, FOREIGN))).toBe(true);
    });

    it("and records the synthesis when a folder cannot be removed", () => {
      // Prepare
      const project = new ProjectCopy();
      projects.push(project);
      project.write(`${FOREIGN}/manifest.json`, "{}");
      const synthesis = lastSynthesis(project, {}, IN_TWO_HOURS);
      const started = synthesis.begin();
      const failing = jest.spyOn(fs, "rmSync").mockImplementation(() => {
        throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
      });

      // Act
      const reason = synthesis.finish(started, RECORDING);
      failing.mockRestore();

      // Assess
      expect(reason).toBeUndefined();
      expect(existsSync(join(project.folder, RECORD))).toBe(true);
    });
  });

  it("depends on the list of packages of a workspace, which npm writes above the app", () => {
    // Prepare
    const workspace = mkdtempSync(join(tmpdir(), "workspace-"));
    folders.push(workspace);
    const app = join(workspace, "apps", "one");
    mkdirSync(app, { recursive: true });
    copyApp(app);
    const project = { folder: app, tempFolder: workspace };
    const list = join(workspace, "node_modules", ".package-lock.json");
    mkdirSync(join(workspace, "node_modules"));
    writeFileSync(list, "{}");
    const synthesis = lastSynthesis(project);
    synthesis.finish(synthesis.begin(), RECORDING);
    const before = lastSynthesis(project).reuse();
    writeFileSync(list, '{ "packages": {} }');

    // Act
    const reused = lastSynthesis(project).reuse();

    // Assess
    expect(before).toBeInstanceOf(Date);
    expect(reused).toBeUndefined();
  });

  it("names the expected command line when the process recorded nothing", () => {
    // Prepare
    const project = new ProjectCopy();
    projects.push(project);
    project.write("cdktf.json", '{ "app": "node synthesize.js" }\n');
    const synthesis = lastSynthesis(project);

    // Act
    const reason = synthesis.finish(synthesis.begin(), undefined);

    // Assess
    expect(reason).toContain(
      "got node synthesize.js; expected: node --require sagemaker-stages/register main.ts",
    );
  });

  it("works for a user without a name", () => {
    // Prepare
    const project = new ProjectCopy();
    projects.push(project);
    const nameless = jest.spyOn(os, "userInfo").mockImplementation(() => {
      throw new Error("A system error occurred: uv_os_get_passwd returned ENOENT");
    });

    // Act
    const synthesis = lastSynthesis(project);
    const reason = synthesis.finish(synthesis.begin(), RECORDING);
    const reused = lastSynthesis(project).reuse();
    nameless.mockRestore();

    // Assess
    expect(reason).toBeUndefined();
    expect(reused).toBeInstanceOf(Date);
  });

  it("gives the reason when the record cannot be written", () => {
    // Prepare
    const project = new ProjectCopy();
    projects.push(project);
    const synthesis = lastSynthesis(project);
    const started = synthesis.begin();
    mkdirSync(join(project.folder, RECORD));

    // Act
    const reason = synthesis.finish(started, RECORDING);

    // Assess
    expect(reason).toMatch(/^the synthesis cannot be recorded: .*E[A-Z]+: /);
  });
});

describe("a synthesis without a result", () => {
  it(
    "is repeated after a failure",
    async () => {
      // Prepare
      const project = newProject("if (files.existsSync('broken')) throw new Error('broken');");
      project.write("broken", "");
      const failed = new RunningStage(project, ["dev", "--port", "0"]);
      await failed.ended;
      const again = new RunningStage(project, ["dev", "--port", "0"]);

      // Act
      await again.ended;
      project.delete("broken");
      const repaired = await serveOnce(project);

      // Assess
      expect(failed.errors).toContain("broken");
      expect(again.output).toContain(SYNTHESIZED);
      expect(again.errors).toContain("broken");
      expect(repaired).toContain(SYNTHESIZED);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is repeated after an interruption, and the next start removes its folder",
    async () => {
      // Prepare
      const project = newProject(
        "await new Promise((resolve) => setTimeout(resolve, files.existsSync('slow') ? 60_000 : 0));",
      );
      project.write("slow", "");
      const interrupted = new RunningStage(project, ["dev", "--port", "0"]);
      await eventually(
        "the Terraform",
        () => existsSync(join(project.folder, ROOT)) && synthesisProcesses(project).length > 0,
        TIMEOUT_IN_MS / 2,
      );
      await interrupted.kill();
      const left = synthesisProcesses(project);
      project.delete("slow");

      // Act
      const output = await serveOnce(project);

      // Assess
      expect(output).toContain(SYNTHESIZED);
      expect(synthesisProcesses(project)).toHaveLength(1);
      expect(synthesisProcesses(project)).not.toEqual(left);
    },
    TIMEOUT_IN_MS,
  );
});

describe("a change during the first synthesis", () => {
  it(
    "leads to a reload, although nothing watches the sources yet",
    async () => {
      // Prepare
      const project = newProject(`while (!files.existsSync("continue")) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }`);
      const stage = new RunningStage(project, ["dev", "--port", "0"]);
      stages.push(stage);
      await eventually(
        "the Terraform",
        () => existsSync(join(project.folder, ROOT)) && synthesisProcesses(project).length > 0,
        TIMEOUT_IN_MS / 2,
      );

      // Act
      project.setEnvironments({
        ...DEV,
        stage: { ...DEV.stage, corsAllowOrigin: "https://www.example.com" },
      });
      project.write("continue", "");
      await stage.printed("Reloaded in");
      const answer = await send(stage.url, { path: "/dev/loan-default", headers: {}, body: "" });

      // Assess
      expect(answer.headers["access-control-allow-origin"]).toBe("https://www.example.com");
    },
    TIMEOUT_IN_MS,
  );
});

describe("two stages of an app at once", () => {
  it(
    "do not share a folder, and leave the Terraform of the last synthesis",
    async () => {
      // Prepare
      const project = newProject();
      const first = await serve(project);
      const second = await serve(project);
      const processes = synthesisProcesses(project);

      // Act
      for (const stage of [second, first]) {
        stage.pressCtrlC();
        await stage.ended;
      }
      const third = await serveOnce(project);

      // Assess
      expect(second.output).toContain(SYNTHESIZED);
      expect(processes).toHaveLength(2);
      expect(third).toContain(REUSED);
      expect(synthesisProcesses(project)).toHaveLength(1);
    },
    TIMEOUT_IN_MS,
  );
});
