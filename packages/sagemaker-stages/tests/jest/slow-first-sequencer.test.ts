import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import seconds from "../support/slow-test-files.json";

const TESTS = join(__dirname, "..");

interface TestFile {
  readonly path: string;
}

type Sequencer = new (options: object) => { sort(tests: readonly TestFile[]): TestFile[] };

/** Test files in the form of Jest, of a project without a cache of durations. */
function testFiles(...files: readonly string[]) {
  return files.map((file) => ({
    path: join(TESTS, file),
    context: {
      hasteFS: { getSize: () => file.length },
      config: { cache: false, cacheDirectory: TESTS, id: "unit", rootDir: TESTS },
    },
  }));
}

/** The order of these test files. */
function ordered(tests: readonly TestFile[]): string[] {
  const SlowFirst: Sequencer = createRequire(__filename)("../support/slow-first-sequencer");
  const sequencer = new SlowFirst({ contexts: [], globalConfig: {} });
  return sequencer.sort(tests).map(({ path }) => path.slice(TESTS.length + 1));
}

describe("the order of the test files", () => {
  it("starts with the slowest recorded test file when no earlier run is known", () => {
    // Prepare
    const tests = testFiles(
      "aws/leaf.test.ts",
      "main.test.ts",
      "main-failures.test.ts",
      "stacks/many-models.test.ts",
    );

    // Act
    const files = ordered(tests);

    // Assess
    expect(files.slice(0, 2)).toEqual(["main-failures.test.ts", "stacks/many-models.test.ts"]);
    expect(files.toSorted()).toEqual(tests.map(({ path }) => path.slice(TESTS.length + 1)).toSorted());
  });

  it.each(Object.keys(seconds))("names a test file that exists: %s", (file) => {
    expect(existsSync(join(TESTS, file))).toBe(true);
  });
});
