import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { copyProject, type Finished, filesBelow, runMain, runNode } from "./support/project";
import { synthesize } from "./support/synthesized";

const TIMEOUT_IN_MS = 60_000;

const temp = makeTempFolder();
const here = join(temp, "here");
const there = join(temp, "a folder with spaces", "there");

afterAll(() => removeFolder(temp));

describe("a synthesis in a separate process", () => {
  let runs: readonly Finished[] = [];
  let first: Record<string, string> = {};
  let again: Record<string, string> = {};
  let elsewhere: Record<string, string> = {};

  beforeAll(async () => {
    copyProject(here);
    // The second app is a copy of the first copy, so that both have the same sources even if the app changes during the test.
    copyProject(there, here);
    const [east, west] = await Promise.all([
      runMain(here, "Pacific/Kiritimati"),
      runMain(there, "America/Los_Angeles"),
    ]);
    first = filesBelow(join(here, "cdktf.out"));
    elsewhere = filesBelow(join(there, "cdktf.out"));
    removeFolder(join(here, "cdktf.out"));
    const later = await runMain(here, "Asia/Kathmandu");
    again = filesBelow(join(here, "cdktf.out"));
    runs = [east, west, later];
  }, TIMEOUT_IN_MS);

  it("needs no network, no credentials and no program, and prints nothing", () => {
    // Act
    const outcomes = runs.map(({ status, stdout, stderr }) => ({ status, stdout, stderr }));

    // Assess
    expect(outcomes).toEqual(Array(3).fill({ status: 0, stdout: "", stderr: "" }));
  });

  it("writes a stack and a zip for every environment", () => {
    // Act
    const files = Object.keys(first).map((file) => file.replaceAll("\\", "/"));

    // Assess
    for (const { name } of environments) {
      expect(files).toContain(`stacks/${name}/cdk.tf.json`);
      expect(
        files.filter((file) => file.startsWith(`stacks/${name}/`) && file.endsWith(".zip")),
      ).toHaveLength(
        Object.keys(environments.find((environment) => environment.name === name)?.models ?? {}).length,
      );
    }
  });

  it("writes the same bytes twice", () => {
    // Act
    const files = Object.keys(again);

    // Assess
    expect(files).toEqual(Object.keys(first));
    expect(differences(first, again)).toEqual([]);
  });

  it("writes the same bytes in another time zone and in a folder with spaces in its path", () => {
    // Act
    const files = Object.keys(elsewhere);

    // Assess
    expect(files).toEqual(Object.keys(first));
    expect(differences(first, elsewhere)).toEqual([]);
  });

  it("fails when it opens a connection", async () => {
    // Prepare
    const code = "fetch('http://127.0.0.1:8080').catch(({ cause }) => console.log(cause.message))";

    // Act
    const { stdout } = await runNode(["--eval", code], here);

    // Assess
    expect(stdout.trim()).toBe("the network is refused here");
  });
});

describe("a synthesis in the same process", () => {
  it("gives the same stacks twice", () => {
    // Prepare
    const before = synthesize(environments);

    // Act
    const after = synthesize(structuredClone(environments));

    // Assess
    for (const { name } of environments) expect(after.stack(name).text).toBe(before.stack(name).text);
  });

  it("gives each environment the same stack with and without other environments", () => {
    // Prepare
    const together = synthesize(environments);

    // Act
    const alone = environments.map((environment) => synthesize([environment]).stack(environment.name));

    // Assess
    for (const { name, text } of alone) expect(text).toBe(together.stack(name).text);
  });
});

/** Names of the files whose bytes differ. A difference of the bytes themselves would be unreadable. */
function differences(a: Record<string, string>, b: Record<string, string>): string[] {
  return Object.keys(a).filter((file) => a[file] !== b[file]);
}
