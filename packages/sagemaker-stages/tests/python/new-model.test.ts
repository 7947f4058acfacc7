import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { AppCopy } from "../cli/new-model/support/app-copy";

const run = promisify(execFile);

const TIMEOUT_IN_MS = 120_000;

describe("the model that new-model --handler python writes", () => {
  let app: AppCopy;

  beforeAll(() => {
    app = AppCopy.ofFixture();
    app.newModel("iris-species", "--handler", "python");
  });

  afterAll(() => app?.remove());

  it(
    "has tests that pass with unittest",
    async () => {
      // Act
      const { stderr } = await run(
        "python3",
        ["-m", "unittest", "discover", "functions/iris-species/tests"],
        { cwd: app.folder },
      );

      // Assess
      const written = readFileSync(join(app.folder, "functions/iris-species/tests/test_handler.py"), "utf8");
      const count = written.match(/^ {4}def test_/gm)?.length;
      expect(stderr).toMatch(new RegExp(`Ran ${count} tests[\\s\\S]*OK`));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "passes the compiler and the linter of the app",
    async () => {
      // Act
      const compiled = await app.types();
      const linted = await app.program(
        "@biomejs/biome/bin/biome",
        "check",
        "functions/index.ts",
        "functions/iris-species",
      );

      // Assess
      expect(compiled).toMatchObject({ status: 0 });
      expect(linted).toMatchObject({ status: 0 });
    },
    TIMEOUT_IN_MS,
  );
});
