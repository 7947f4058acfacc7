import {
  chmodSync,
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
import type { Edit } from "../../../src/cli/new-model/edits";
import { stageFolder, writeAll } from "../../../src/cli/new-model/write-all";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";

const FILES = new Map([["contract.ts", "contract"]]);
const EDITS = [
  { path: "functions/index.ts", text: "new catalog" },
  { path: "environments/dev.ts", text: "new environment" },
];

/** No folder is moved. */
const NO_FOLDER = Symbol("no folder");

let app = "";

beforeEach(() => {
  app = makeTempFolder();
  for (const folder of ["functions", "environments"]) mkdirSync(join(app, folder));
  writeFileSync(join(app, "functions/index.ts"), "catalog");
  writeFileSync(join(app, "environments/dev.ts"), "environment");
});

afterEach(() => removeFolder(app));

describe("writing a folder and files", () => {
  it("writes all files, and leaves no other files", () => {
    // Act
    writeAndRemove();

    // Assess
    expect(read("functions/iris/contract.ts")).toBe("contract");
    expect(read("functions/index.ts")).toBe("new catalog");
    expect(read("environments/dev.ts")).toBe("new environment");
    expect(readdirSync(app)).toEqual(["environments", "functions"]);
  });

  it("keeps the permissions of a file, and a symbolic link", () => {
    // Prepare
    writeFileSync(join(app, "shared.ts"), "environment");
    chmodSync(join(app, "shared.ts"), 0o640);
    removeFolder(join(app, "environments"));
    mkdirSync(join(app, "environments"));
    symlinkSync("../shared.ts", join(app, "environments/dev.ts"));

    // Act
    writeAndRemove();

    // Assess
    expect(read("shared.ts")).toBe("new environment");
    expect(statSync(join(app, "shared.ts")).mode & 0o777).toBe(0o640);
  });

  it("reverts every step when the folder exists", () => {
    // Prepare
    mkdirSync(join(app, "functions/iris"));
    writeFileSync(join(app, "functions/iris/notes.txt"), "notes");

    // Act
    expect(() => writeAndRemove()).toThrow("ENOTEMPTY");

    // Assess
    expect(read("functions/index.ts")).toBe("catalog");
    expect(read("environments/dev.ts")).toBe("environment");
    expect(readdirSync(join(app, "functions/iris"))).toEqual(["notes.txt"]);
    expect(readdirSync(app)).toEqual(["environments", "functions"]);
  });

  it("makes no step when a file is missing", () => {
    // Prepare
    removeFolder(join(app, "environments"));

    // Act
    expect(() => writeAndRemove()).toThrow("ENOENT");

    // Assess
    expect(read("functions/index.ts")).toBe("catalog");
    expect(existsSync(join(app, "functions/iris"))).toBe(false);
    expect(readdirSync(app)).toEqual(["functions"]);
  });

  it("writes a new file with its folders, and removes the file when a later step fails", () => {
    // Prepare
    const added = { path: "functions/churn/releases/v1.json", text: "{}", isNew: true };

    // Act
    writeAndRemove([added], NO_FOLDER);
    const written = read(added.path);
    removeFolder(join(app, "functions/churn"));
    mkdirSync(join(app, "functions/iris"));
    writeFileSync(join(app, "functions/iris/notes.txt"), "notes");
    expect(() => writeAndRemove([added])).toThrow("ENOTEMPTY");

    // Assess
    expect(written).toBe("{}");
    expect(existsSync(join(app, added.path))).toBe(false);
  });
});

function writeAndRemove(
  edits: readonly Edit[] = EDITS,
  target: string | typeof NO_FOLDER = "functions/iris",
): void {
  const staged = stageFolder(app, FILES);
  try {
    writeAll(app, staged, target === NO_FOLDER ? undefined : target, edits);
  } finally {
    staged.remove();
  }
}

function read(path: string): string {
  return readFileSync(join(app, path), "utf8");
}
