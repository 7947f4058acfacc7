import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ENVIRONMENT = join(__dirname, "../support/fixture-app-environment.js");

/** Prints the options and the folder of a worker before, during and after a test file. */
const SCRIPT = `
const Environment = require(${JSON.stringify(ENVIRONMENT)});
const print = () => console.log(JSON.stringify([process.env.NODE_OPTIONS ?? null, process.cwd()]));
(async () => {
  print();
  const config = { projectConfig: { testEnvironmentOptions: {}, globals: {} }, globalConfig: {} };
  const environment = new Environment(config, { console, testPath: "" });
  await environment.setup();
  print();
  await environment.teardown();
  print();
})();`;

describe("the environment of a test file", () => {
  it.each([
    ["not set", undefined],
    ["set", "--no-warnings"],
  ])("restores the folder and NODE_OPTIONS of the worker when NODE_OPTIONS is %s", (_, options) => {
    // Prepare
    const { NODE_OPTIONS: _options, ...others } = process.env;
    const env = options === undefined ? others : { ...others, NODE_OPTIONS: options };

    // Act
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", SCRIPT], { encoding: "utf8", env });

    // Assess
    expect(stderr).toBe("");
    const [before, during, after] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(before[0]).toBe(options ?? null);
    expect(during[0]).toContain("compile-once-process.cjs");
    expect(after).toEqual(before);
  });
});
