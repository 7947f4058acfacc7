import { copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { compareSources } from "../../../src/cli/new-model/typescript/insert";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { run } from "../../package/support/small-repository";
import { WITHOUT_DIAGNOSTICS } from "./support/biome";

const REPOSITORY = join(__dirname, "../../../../..");

const NAMES = [
  "abc",
  "abc-d",
  "abc-d-e",
  "abc-1",
  "abc-2",
  "abc-10",
  "abc01",
  "abc1d",
  "abc2",
  "abc10",
  "abcd",
  "ab",
  "z",
];

describe("the order of imports", () => {
  let folder = "";

  beforeEach(() => {
    folder = makeTempFolder();
  });

  afterEach(() => removeFolder(folder));

  it("the imports have the same order as in Biome", async () => {
    // Prepare
    const sources = NAMES.map((name) => `./${name}/contract`);
    const imports = [...sources]
      .sort(compareSources)
      .map((source, index) => `import * as m${index} from "${source}";`);
    const uses = imports.map((_, index) => `m${index}`).join(", ");
    copyFileSync(join(REPOSITORY, "biome.json"), join(folder, "biome.json"));
    // biome.json loads plugins from the package.
    symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "dir");
    writeFileSync(join(folder, ".gitignore"), "node_modules\n");
    writeFileSync(join(folder, "index.ts"), `${imports.join("\n")}\n\nexport const models = [${uses}];\n`);

    // Act
    const biome = join(REPOSITORY, "node_modules/@biomejs/biome/bin/biome");
    const finished = await run(process.execPath, [biome, "check", "index.ts"], folder);

    // Assess
    expect(finished).toMatchObject({ status: 0, stdout: "", stderr: WITHOUT_DIAGNOSTICS });
  });
});
