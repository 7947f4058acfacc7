import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type JestExpect, matchRecord, SUPPORTED_JEST } from "../../src/testing/match-record";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const TIMEOUT_IN_MS = 60_000;

const ENGINE = join(__dirname, "../..");

/** Jest in a separate process, with one test that compares the record in `record.json`. */
class Project {
  readonly folder = makeTempFolder();

  constructor() {
    const { transform } = JSON.parse(readFileSync(join(ENGINE, "package.json"), "utf8")).jest;
    const [[pattern, [transformer, options]]] = Object.entries(transform) as [[string, [string, object]]];
    this.write("package.json", "{}");
    this.write(
      "jest.config.json",
      JSON.stringify({
        transform: { [pattern]: [createRequire(join(ENGINE, "package.json")).resolve(transformer), options] },
      }),
    );
    this.write(
      "record.test.js",
      `const { matchRecord } = require(${JSON.stringify(join(ENGINE, "src/testing/match-record.ts"))});
       it("another test", () => expect("text").toMatchSnapshot());
       describe("the app", () => {
         it("matches the record", () => matchRecord(expect, require("./record.json")));
       });`,
    );
  }

  /** Sets the texts of the record by title. */
  setRecord(texts: Readonly<Record<string, string>>): void {
    const entries = Object.entries(texts).map(([title, text]) => ({ title, text }));
    this.write("record.json", JSON.stringify(entries));
  }

  /** The titles of the stored snapshots of the record. */
  get titles(): string[] {
    const snapshots = readFileSync(join(this.folder, "__snapshots__/record.test.js.snap"), "utf8");
    return [...snapshots.matchAll(/the app matches the record: (.+) 1`/g)].map(([, title = ""]) => title);
  }

  /** The exit status and the report of Jest. */
  run(...options: readonly string[]): Promise<{ status: number | null; report: string }> {
    const child = spawn(
      process.execPath,
      [join(ENGINE, "../../node_modules/jest/bin/jest.js"), "--config", "jest.config.json", ...options],
      { cwd: this.folder, env: { ...process.env, CI: "false" }, stdio: ["ignore", "ignore", "pipe"] },
    );
    let report = "";
    child.stderr.on("data", (chunk) => {
      report += chunk;
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, report }));
    });
  }

  remove(): void {
    removeFolder(this.folder);
  }

  private write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }
}

describe("matchRecord", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project();
  });

  afterEach(() => project.remove());

  it(
    "passes, writes the new entry and keeps the old entry when one model replaces another model",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "one", "dev: wine": "two" });
      await project.run();
      project.setRecord({ "dev: wine": "two", "dev: churn": "three" });

      // Act
      const { status, report } = await project.run();

      // Assess
      expect({ status, report }).toMatchObject({
        status: 0,
        report: expect.not.stringContaining("obsolete"),
      });
      expect(project.titles).toEqual(["dev: churn", "dev: iris", "dev: wine"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "removes the entries of deleted models with -u",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "one", "dev: wine": "two" });
      await project.run();
      project.setRecord({ "dev: wine": "two" });

      // Act
      const { status } = await project.run("-u");

      // Assess
      expect(status).toBe(0);
      expect(project.titles).toEqual(["dev: wine"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails with the difference when the text of an entry changes",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "memory_size: 128" });
      await project.run();
      project.setRecord({ "dev: iris": "memory_size: 256" });

      // Act
      const { status, report } = await project.run();

      // Assess
      expect(status).toBe(1);
      expect(report).toContain("- memory_size: 128");
      expect(report).toContain("+ memory_size: 256");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names every entry that is not stored, and what to do, when Jest runs with --ci",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "one" });
      await project.run();
      project.setRecord({ "dev: iris": "one", "dev: wine": "two", "dev: churn": "three" });

      // Act
      const { status, report } = await project.run("--ci");

      // Assess
      expect(status).toBe(1);
      expect(report).toContain(
        "matchRecord: got a record without the entries dev: wine, dev: churn; allowed in CI: a record with every entry, because Jest writes no snapshots there. Run the tests on your machine, and commit __snapshots__",
      );
      expect(project.titles).toEqual(["dev: iris"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails with the difference, and not with the missing entries, when Jest runs with --ci and both exist",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "memory_size: 128" });
      await project.run();
      project.setRecord({ "dev: wine": "two", "dev: iris": "memory_size: 256" });

      // Act
      const { status, report } = await project.run("--ci");

      // Assess
      expect(status).toBe(1);
      expect(report).toContain("- memory_size: 128");
      expect(report).toContain("+ memory_size: 256");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves another test's obsolete snapshot to Jest, which fails the run with it",
    async () => {
      // Prepare
      project.setRecord({ "dev: iris": "one" });
      await project.run();
      const test = join(project.folder, "record.test.js");
      writeFileSync(test, readFileSync(test, "utf8").replace('"another test"', '"a renamed test"'));

      // Act
      const { status, report } = await project.run();

      // Assess
      expect(status).toBe(1);
      expect(report).toContain("another test 1");
    },
    TIMEOUT_IN_MS,
  );

  it("throws when it is called outside of Jest", () => {
    // Prepare
    const foreign = expectWith({});

    // Act
    const act = () => matchRecord(foreign, []);

    // Assess
    expect(act).toThrow("matchRecord: got no snapshots of the current test");
  });

  it("names the supported version of Jest when Jest's snapshots lack a member", () => {
    // Prepare
    const { getUncheckedKeys: _, ...snapshotState } = {
      getUncheckedKeys: () => [],
      markSnapshotsAsCheckedForTest() {},
      _updateSnapshot: "new",
    };
    const ofOtherVersion = expectWith({ currentTestName: "a test", snapshotState });

    // Act
    const act = () => matchRecord(ofOtherVersion, []);

    // Assess
    expect(act).toThrow(
      "matchRecord: got a version of Jest whose snapshots have no getUncheckedKeys; allowed: Jest 30 (package.json of the app)",
    );
  });

  it("supports the version of Jest that apps have", () => {
    // Act
    const { version } = JSON.parse(
      readFileSync(createRequire(join(ENGINE, "package.json")).resolve("jest/package.json"), "utf8"),
    );

    // Assess
    expect(version.split(".")[0]).toBe(SUPPORTED_JEST);
  });
});

/** An `expect` with another state. */
function expectWith(state: object): JestExpect {
  return Object.assign(() => ({ toMatchSnapshot() {} }), {
    addSnapshotSerializer() {},
    getState: () => state,
  });
}
