import { spawnSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { MAIN, ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const TIMEOUT_IN_MS = 120_000;

/** The options make the processes of other test files load compiled sources, see support/compile-once-process.cjs. */
const { NODE_OPTIONS: options } = process.env;

let project: ProjectCopy;

beforeAll(() => {
  delete process.env.NODE_OPTIONS;
});

afterAll(() => {
  process.env.NODE_OPTIONS = options;
});

beforeEach(() => {
  project = new ProjectCopy();
});

afterEach(() => project.remove());

describe("a process that loads the engine's sources itself", () => {
  it(
    "serves an environment when it runs sagemaker-stages start",
    async () => {
      // Act
      const stage = await RunningStage.serve(project, ["dev"]);
      const response = await fetch(stage.url).finally(() => stage.pressCtrlC());
      await response.body?.cancel();
      const end = await stage.ended;

      // Assess
      expect(options).toContain("compile-once-process.cjs");
      expect(response.status).toBeLessThan(500);
      expect(stage.errors).toBe('"/": no stage has this path; allowed: a path that starts with /dev/\n');
      expect(end).toEqual({ status: 0, signal: null });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "synthesizes when it runs main.ts",
    () => {
      // Act
      const { status, stderr } = spawnSync(process.execPath, MAIN, {
        cwd: project.folder,
        encoding: "utf8",
        env: process.env,
      });

      // Assess
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(project.read("cdktf.out/stacks/dev/cdk.tf.json")).toContain("aws_lambda_function");
    },
    TIMEOUT_IN_MS,
  );
});
