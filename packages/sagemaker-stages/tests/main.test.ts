import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../src/testing/temp-folder";
import { copyApp, MAIN } from "./local/support/project";
import { type Finished, runNode } from "./stacks/support/project";

const TIMEOUT_IN_MS = 60_000;

/** A `main.ts` that imports the app's files at run time, as apps of earlier versions do. */
const EARLIER_MAIN = `import { createApp, runApp } from "sagemaker-stages";

runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  createApp({ models, environments, accounts, now: new Date("2020-01-01T00:00:00Z") }).synth();
});
`;

/** The words of `node` in `cdktf.json` of apps of earlier versions. */
const EARLIER_PROGRAM = ["--import", "tsx", "main.ts"];

describe.each([
  ["main.ts", undefined, MAIN],
  ["main.ts of an app of an earlier version", EARLIER_MAIN, MAIN],
  ["main.ts of an app of an earlier version, run with tsx,", EARLIER_MAIN, EARLIER_PROGRAM],
])("%s with an environment that breaks two rules", (_, main, program) => {
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
    if (main !== undefined) writeFileSync(join(folder, "main.ts"), main);
    run = await runNode(program, folder);
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
