import { relative, sep } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { sources } from "../../src/local/synthesize";

const APP = process.cwd();

/** The app's own files that the modules in `entryPoints` import, directly or through other modules. */
async function importsOf(entryPoints: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: APP,
    entryPoints: [...entryPoints],
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
  });
  return Object.keys(metafile.inputs);
}

describe("a reload", () => {
  it("follows a change of every file that synthesis reads", async () => {
    // Prepare
    const watched = sources().map((source) => relative(APP, source).replaceAll(sep, "/"));
    const isWatched = (file: string) => watched.some((one) => file === one || file.startsWith(`${one}/`));

    // Act
    const imported = await importsOf(["main.ts"]);

    // Assess
    expect(imported.toSorted()).toEqual([
      "environments/accounts.ts",
      "environments/dev.ts",
      "environments/index.ts",
      "environments/prod.ts",
      "environments/staging.ts",
      "functions/energy-demand/contract.ts",
      "functions/house-price/contract.ts",
      "functions/index.ts",
      "functions/language-check/contract.ts",
      "functions/loan-default/contract.ts",
      "functions/ticket-urgency/contract.ts",
      "functions/ticket-urgency/vocabulary.json",
      "main.ts",
    ]);
    expect(imported.filter((file) => !isWatched(file))).toEqual([]);
    expect(watched).toEqual([
      "main.ts",
      "environments",
      "functions",
      "stacks",
      "cdktf.json",
      "tsconfig.json",
    ]);
  });
});
