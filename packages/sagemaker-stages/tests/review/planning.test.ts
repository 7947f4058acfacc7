import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { COMMAND } from "../local/support/project";
import { run } from "../package/support/small-repository";
import { copyProject } from "../stacks/support/project";

const TIMEOUT_IN_MS = 60_000;

const temp = makeTempFolder();
const project = join(temp, "project");
const program = join(temp, "terraform");

beforeAll(() => {
  copyProject(project);
  writeFileSync(program, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
});

afterAll(() => removeFolder(temp));

describe("a review that plans a stack", () => {
  it(
    "shows the warnings of a synthesis that succeeds on standard error",
    async () => {
      // Prepare
      appendFileSync(join(project, "main.ts"), '\nconsole.error("warning: of the synthesis");\n');

      // Act
      const { stderr } = await run(
        "env",
        [`TERRAFORM_BINARY_NAME=${program}`, process.execPath, COMMAND, "review", "dev"],
        project,
      );

      // Assess
      const steps = stderr.split("\n").filter((line) => /^(review|warning): /.test(line));
      expect(steps).toContain("warning: of the synthesis");
      expect(steps.indexOf("warning: of the synthesis")).toBeLessThan(
        steps.indexOf("review: dev: terraform init …"),
      );
    },
    TIMEOUT_IN_MS,
  );
});
