import { join, relative, sep } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { SOURCES } from "../../src/local/synthesize";

const PROJECT = join(__dirname, "../../../..");

/** The project's own files that come along when `entryPoints` are imported. */
async function importsOf(entryPoints: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: [...entryPoints],
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
    loader: { ".svg": "text" },
  });
  return Object.keys(metafile.inputs);
}

describe("a reload", () => {
  it("comes with a change of every file that synthesis reads", async () => {
    // Prepare
    const watched = SOURCES.map((source) => relative(PROJECT, source).replaceAll(sep, "/"));
    const isWatched = (file: string) => watched.some((one) => file === one || file.startsWith(`${one}/`));

    // Act
    const imported = await importsOf(["main.ts", "website/browser/page.ts", "website/style.css"]);

    // Assess
    expect(imported.length).toBeGreaterThan(20);
    expect(imported.filter((file) => !isWatched(file))).toEqual([]);
    expect(watched).toEqual(expect.arrayContaining(["cdktf.json", "functions", "website"]));
  });
});
