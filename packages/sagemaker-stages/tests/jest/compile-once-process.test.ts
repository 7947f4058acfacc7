import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const COMPILE_ONCE = join(__dirname, "../support/compile-once-process.cjs");

const SOURCE = join(__dirname, "../../src/index.ts");

/** Prints the stack trace of an error of the engine. */
const SCRIPT = `
const { createApp } = require("sagemaker-stages");
try {
  createApp({ models: {}, environments: undefined });
} catch (error) {
  console.log(error.stack);
}`;

/** Runs node without the options of this process. */
function runNode(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    env: { ...env, ...variables },
  });
  return { status, stdout, stderr };
}

function stackTrace(options: readonly string[]): string {
  const words = [...options, "--require", "sagemaker-stages/register", "-e", SCRIPT];
  const { stdout, stderr } = runNode(words);
  expect(stderr).toBe("");
  return stdout;
}

/** The line of an uncaught error, without the stack. */
function errorIn(stderr: string): string | undefined {
  return stderr.split("\n").find((line) => /^\w*Error\b/.test(line));
}

/** The lines of the engine's sources. */
function linesOf(trace: string): string[] {
  return trace.split("\n").filter((line) => line.includes("sagemaker-stages/src/"));
}

describe("a process that runs the compiled sources of an earlier process", () => {
  it("has the same stack traces, with the lines of the TypeScript sources", () => {
    // Prepare
    const expected = linesOf(stackTrace([]));

    // Act
    const traces = [1, 2].map(() => linesOf(stackTrace(["--require", COMPILE_ONCE])));

    // Assess
    expect(expected[0]).toMatch(/create-app\.ts:\d+:\d+\)$/);
    expect(traces).toEqual([expected, expected]);
  });

  it("fails as without compiled sources when tsx is not registered", () => {
    // Prepare: the source is compiled.
    stackTrace(["--require", COMPILE_ONCE]);
    const words = ["-e", `require(${JSON.stringify(SOURCE)}); console.log("loaded")`];
    const expected = runNode(words);

    // Act
    const ended = runNode(["--require", COMPILE_ONCE, ...words]);

    // Assess
    expect(expected).toMatchObject({ status: 1, stdout: "" });
    expect(ended).toMatchObject({ status: 1, stdout: "" });
    expect(errorIn(ended.stderr)).toBe(errorIn(expected.stderr));
  });
});
