import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { removeTaskFolders, writeTaskFolder } from "../../src/local/lambda/task-folder";

const ZIP = zipSync({ "index.js": strToU8("1"), "data/names.json": strToU8("[]") });

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "task-folder-")));
});

afterEach(() => {
  if (existsSync(folder)) spawnSync("chmod", ["-R", "u+w", folder]);
  rmSync(folder, { recursive: true, force: true });
});

function modeOf(path: string): string {
  return (statSync(join(folder, path)).mode & 0o777).toString(8);
}

describe("the folder of a function's code", () => {
  it("the folder is read-only with all its files, including additional files", () => {
    // Act
    writeTaskFolder(join(folder, "task"), ZIP, { "words.txt": strToU8("a") });

    // Assess
    const paths = ["task", "task/data", "task/index.js", "task/data/names.json", "task/words.txt"];
    expect(paths.map(modeOf)).toEqual(["555", "555", "444", "444", "444"]);
  });

  it("the folder is removed with everything in it", () => {
    // Prepare
    mkdirSync(join(folder, "other"));
    writeTaskFolder(join(folder, "task"), ZIP);

    // Act
    removeTaskFolders(folder);

    // Assess
    expect(existsSync(folder)).toBe(false);
  });

  it("the folder causes no error when it is removed twice", () => {
    // Prepare
    removeTaskFolders(folder);

    // Act
    const again = () => removeTaskFolders(folder);

    // Assess
    expect(again).not.toThrow();
  });
});
