import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../src/testing/temp-folder";
import { copyApp } from "./local/support/project";
import { type Finished, runMain } from "./stacks/support/project";

const TIMEOUT_IN_MS = 60_000;

describe("main.ts with an environment that breaks two rules", () => {
  const folder = makeTempFolder();
  let run: Finished = { status: null, stdout: "", stderr: "" };

  beforeAll(async () => {
    copyApp(folder);
    const dev = join(folder, "environments", "dev.ts");
    const text = readFileSync(dev, "utf8");
    writeFileSync(
      dev,
      text
        .replace(/memorySizeInMb: [\d_]+/, "memorySizeInMb: 1500")
        .replace(/maxConcurrency: [\d_]+/, "maxConcurrency: 500"),
    );
    run = await runMain(folder);
  }, TIMEOUT_IN_MS);

  afterAll(() => removeFolder(folder));

  it("exits with status 1", () => {
    // Act
    const { status } = run;

    // Assess
    expect(status).toBe(1);
  });

  it("prints one line per fault", () => {
    // Act
    const [title, ...faults] = run.stderr.trimEnd().split("\n");

    // Assess
    expect(title).toBe("2 fault(s) in environments/:");
    expect(faults).toEqual([
      expect.stringMatching(
        /^ {2}dev: models\.[\w-]+\.serverless\.memorySizeInMb: got 1500; allowed: 1024, 2048, .*6144 \(https:/,
      ),
      expect.stringMatching(
        /^ {2}dev: models\.[\w-]+\.serverless\.maxConcurrency: got 500; allowed: .* 1 to 200 \(https:/,
      ),
    ]);
    expect(run.stdout).toBe("");
  });

  it("shows no stack trace", () => {
    // Act
    const output = run.stdout + run.stderr;

    // Assess
    expect(output).not.toContain("    at ");
  });

  it("writes no stack, not even for the environments without faults", () => {
    // Act
    const output = join(folder, "cdktf.out");

    // Assess
    expect(existsSync(output)).toBe(false);
  });
});
