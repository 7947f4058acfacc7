import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { copyApp } from "../local/support/project";
import { type Finished, run } from "../package/support/small-repository";

const PROGRAM = join(__dirname, "../../../../.ci/remove-model.mjs");

describe("remove-model", () => {
  let app = "";

  beforeEach(() => {
    app = makeTempFolder();
    copyApp(app);
  });

  afterEach(() => removeFolder(app));

  it("removes the folder and the lines of the model", async () => {
    // Act
    const finished = await removeModels("language-check");

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    expect(finished.stdout.split("\n")[0]).toBe("Removed from functions/ and environments/: language-check");
    expect(existsSync(join(app, "functions/language-check"))).toBe(false);
    for (const file of ["functions/index.ts", "environments/dev.ts"]) {
      expect(readFileSync(join(app, file), "utf8")).not.toContain("language-check");
    }
  });

  it("removes the lines of models with ready-made contracts, and the imported names that no remaining model uses", async () => {
    // Prepare
    const file = join(app, "functions/index.ts");
    const before = readFileSync(file, "utf8");
    const lines = `  iris: rows({
    features: ["a"],
    answer: "csv",
  }),
  "more-topics": huggingFace("text-classification"),
  topics: huggingFace("text-classification"),
});`;
    const imports = "import { defineModels, huggingFace, rows }";
    writeFileSync(file, before.replace("import { defineModels }", imports).replace("});", lines));

    // Act
    const finished = await removeModels("iris", "topics");

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe(
      before
        .replace("import { defineModels }", "import { defineModels, huggingFace }")
        .replace("});", '  "more-topics": huggingFace("text-classification"),\n});'),
    );
  });

  it("names the environments whose page has no public model any more", async () => {
    // Prepare
    const file = join(app, "environments/dev.ts");
    const withPage = readFileSync(file, "utf8").replace("  models: {\n", "  website: {},\n  models: {\n");
    writeFileSync(file, withPage.replaceAll('"PUBLIC"', '"API_KEY"'));

    // Act
    const finished = await removeModels("language-check");

    // Assess
    expect(finished.stdout).toMatch(/^Next: delete website from environments\/dev\.ts[,:]/m);
  });

  it.each([
    { names: [], got: "no word" },
    { names: ["missing"], got: "missing" },
    { names: ["language-check", "missing"], got: "missing" },
    { names: ["../environments"], got: "../environments" },
  ])("refuses $names, and removes nothing", async ({ names, got }) => {
    // Prepare
    const before = contentOfApp();

    // Act
    const finished = await removeModels(...names);

    // Assess
    expect(finished).toMatchObject({ status: 2, stdout: "" });
    const [first = "", ...others] = finished.stderr.split("\n");
    expect(first).toContain(`<model>: got ${got}; allowed: `);
    expect(first).toMatch(/allowed: .*\blanguage-check\b/);
    expect(others).toContain("usage: node .ci/remove-model.mjs <model> …");
    expect(contentOfApp()).toEqual(before);
  });

  function removeModels(...names: readonly string[]): Promise<Finished> {
    return run(process.execPath, [PROGRAM, ...names], app);
  }

  function contentOfApp(): string[] {
    return ["functions", "environments"].flatMap((folder) =>
      readdirSync(join(app, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    );
  }
});
