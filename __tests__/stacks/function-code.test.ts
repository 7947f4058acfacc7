import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";
import { type FunctionPackage, functionPackage, requireBytes } from "../../stacks/constructs/function-code";
import { makeTempFolder, removeFolder } from "./support/temp-folder";

const PROJECT = join(__dirname, "../..");

const folder = makeTempFolder();
let written: FunctionPackage;

beforeAll(() => {
  written = functionPackage("sentiment", folder);
});

afterAll(() => removeFolder(folder));

describe("a function's package", () => {
  it("is the bundle that esbuild makes without a source map", () => {
    // Prepare
    const { outputFiles } = buildSync({
      absWorkingDir: PROJECT,
      entryPoints: ["functions/sentiment/handler.ts"],
      bundle: true,
      write: false,
      platform: "node",
      target: "node22",
      format: "cjs",
      minify: true,
      legalComments: "none",
    });

    // Act
    const files = unzipSync(readFileSync(written.zipFile));

    // Assess
    expect(Object.keys(files)).toEqual(["index.js"]);
    expect(Buffer.from(files["index.js"] ?? []).equals(outputFiles[0]?.contents ?? Buffer.of())).toBe(true);
    expect(written.sha256).toBe(createHash("sha256").update(readFileSync(written.zipFile)).digest("base64"));
  });

  it("has its source map beside it, which names files of the project and packages, and nothing of the machine", () => {
    // Act
    const { sources, sourcesContent } = JSON.parse(readFileSync(`${written.zipFile}.map`, "utf8"));

    // Assess
    expect(sources).toContain("functions/sentiment/contract.ts");
    expect(sources.filter((source: string) => !/^(functions|node_modules)\//.test(source))).toEqual([]);
    expect(
      sources.filter(
        (source: string) => source.startsWith("functions/") && !existsSync(join(PROJECT, source)),
      ),
    ).toEqual([]);
    expect(sourcesContent).toBeUndefined();
    expect(readdirSync(dirname(written.zipFile)).sort()).toEqual(["sentiment.zip", "sentiment.zip.map"]);
  });

  it("is refused where Lambda would refuse it, with the model and both sizes", () => {
    // Act
    const check = () => requireBytes("iris", "zipped", 52_428_801, 52_428_800);

    // Assess
    expect(check).toThrow(
      "the model iris could not be packaged:\n  functions/iris: got 52428801 bytes (zipped); allowed: at most 52428800 (https://",
    );
  });
});
