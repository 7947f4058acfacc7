import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../../src/local/bundle-program";
import { isUnchanged } from "../../src/local/synthesis/inputs";
import { RECORDING_FILE, RECORDING_STARTED_AT, type Recording } from "../../src/local/synthesis/recording";

const ESBUILD = require.resolve("esbuild");
/** Bundles a module, which only esbuild reads. */
const BUILD = `require(${JSON.stringify(ESBUILD)}).buildSync({ entryPoints: ["modules/module.mjs"], outdir: "out" });`;
const LONG_AGO = new Date("2026-01-01");
/** In the time of files, the files of a test are older than a program that starts then. */
const LATER_IN_MS = 60_000;

const root = realpathSync(mkdtempSync(join(tmpdir(), "recorder-")));
const recorder = join(root, "recorder.cjs");
let folder: string;

beforeAll(() => bundleProgram("local/synthesis/recorder.ts", recorder));

afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(root, "app-"));
  mkdirSync(join(folder, "out"));
  mkdirSync(join(folder, "modules"));
  mkdirSync(join(folder, "program"));
  write("read.txt", "one");
  write("modules/module.cjs", "module.exports = 1;");
  write("modules/module.mjs", "export const value = 1;");
  symlinkSync("read.txt", join(folder, "link"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

/**
 * Runs a program with the recorder.
 *
 * @param statements - the program, with `fs`; the current folder is {@link folder}
 * @param startedAt - the start of the program, in milliseconds since 1970
 */
function recordingOf(statements: string, startedAt = Date.now() + LATER_IN_MS): Recording {
  const program = join(folder, "program", "main.cjs");
  const file = join(root, "recording.json");
  writeFileSync(program, `const fs = require("node:fs");\nvoid (async () => {\n${statements}\n})();\n`);
  execFileSync(process.execPath, ["--require", recorder, program], {
    cwd: folder,
    env: {
      ...process.env,
      // Jest preloads modules in every process.
      NODE_OPTIONS: undefined,
      CDKTF_OUTDIR: join(folder, "out"),
      [RECORDING_FILE]: file,
      [RECORDING_STARTED_AT]: String(startedAt),
    },
  });
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Whether a later run of the recorded program would find everything as before. */
function isCurrent({ inputs }: Recording): boolean {
  return inputs.every((input) => isUnchanged(input, Date.now() + LATER_IN_MS));
}

describe("a program that reads properties of a path", () => {
  const rewriteLater = () => {
    write("read.txt", "one");
    utimesSync(join(folder, "read.txt"), LONG_AGO, LONG_AGO);
  };
  const relink = () => {
    write("other.txt", "one");
    rmSync(join(folder, "link"));
    symlinkSync("other.txt", join(folder, "link"));
  };
  const replaceByFolder = () => {
    rmSync(join(folder, "read.txt"));
    mkdirSync(join(folder, "read.txt"));
    write("read.txt/new", "");
  };

  it.each([
    ["the time of a file", 'fs.statSync("read.txt").mtimeMs;', rewriteLater],
    ["the time of a file with a promise", 'await fs.promises.stat("read.txt");', rewriteLater],
    ["the time of a file that is not followed", 'fs.lstatSync("read.txt").mtimeMs;', rewriteLater],
    ["the size of a file", 'fs.statSync("read.txt").size;', () => write("read.txt", "three")],
    ["the target of a link", 'fs.readlinkSync("link");', relink],
    ["the real path of a link", 'fs.realpathSync("link");', relink],
    ["the native real path of a link", 'fs.realpathSync.native("link");', relink],
    ["whether a file exists below a path that is a file", 'fs.existsSync("read.txt/new");', replaceByFolder],
    [
      "a recursive list after a list",
      'fs.readdirSync("."); fs.readdirSync(".", { recursive: true });',
      () => write("modules/new", ""),
    ],
  ])("depends on %s", (_what, statements, change) => {
    // Prepare
    const recording = recordingOf(statements);
    const before = isCurrent(recording);

    // Act
    change();

    // Assess
    expect(recording.unrecordable).toBeUndefined();
    expect(before).toBe(true);
    expect(isCurrent(recording)).toBe(false);
  });
});

describe("a program that changes a file outside of its output folder", () => {
  const CHANGES: readonly (readonly [string, string])[] = [
    ["appendFile", 'fs.appendFileSync("read.txt", "x")'],
    ["appendFile with a flag", 'await fs.promises.appendFile("read.txt", "x", { flag: "a" })'],
    ["chmod", 'fs.chmodSync("read.txt", 0o600)'],
    ["link", 'fs.linkSync("read.txt", "new")'],
    ["readFile with a flag that creates", 'fs.readFileSync("new", { flag: "a+" })'],
    ["rename", 'fs.renameSync("read.txt", "out/read.txt")'],
    ["rm", 'fs.rmSync("read.txt")'],
    ["rmdir", 'fs.rmdirSync("out"); fs.mkdirSync("out"); fs.mkdirSync("e"); fs.rmdirSync("e")'],
    ["truncate", 'fs.truncateSync("read.txt", 1)'],
    ["unlink", 'await fs.promises.unlink("read.txt")'],
    ["utimes", 'fs.utimesSync("read.txt", 1, 1)'],
  ];

  it.each(CHANGES)("is not recorded: %s", (_name, statements) => {
    // Act
    const { unrecordable } = recordingOf(`${statements};`);

    // Assess
    expect(unrecordable).toMatch(/^the synthesis changes .*(read\.txt|new|e)$/);
  });

  it("is recorded when it changes files in its output folder", () => {
    // Act
    const { unrecordable } = recordingOf(`process.chdir("out");
fs.writeFileSync("a", "");
fs.appendFileSync("a", "x", { flag: "a" });
fs.truncateSync("a");
fs.utimesSync("a", 1, 1);
fs.renameSync("a", "b");
fs.linkSync("b", "c");
fs.rmSync("b");
fs.unlinkSync("c");`);

    // Assess
    expect(unrecordable).toBeUndefined();
  });
});

describe("a file that the recorder learns of after its use", () => {
  const USES: readonly (readonly [string, string, string])[] = [
    ["a module", "module.cjs", 'require(process.cwd() + "/modules/module.cjs");'],
    ["a file of a bundle", "module.mjs", BUILD],
  ];

  it.each(USES)("is recorded when it is older than the program: %s", (_what, file, statements) => {
    // Act
    const { unrecordable, inputs } = recordingOf(statements);

    // Assess
    expect(unrecordable).toBeUndefined();
    expect(inputs.map(({ path }) => path)).toContain(join(folder, "modules", file));
  });

  it.each([
    // Node.js itself lists no folder to find a module.
    ["a folder of modules", "program", ""],
    ["a file of a bundle", "modules/module.mjs", BUILD],
  ])(
    "prevents the recording when it changed after the start of the program: %s",
    (_what, file, statements) => {
      // Act
      const { unrecordable } = recordingOf(statements, LONG_AGO.getTime());

      // Assess
      expect(unrecordable).toBe(`${join(folder, file)} changed during the synthesis`);
    },
  );
});
