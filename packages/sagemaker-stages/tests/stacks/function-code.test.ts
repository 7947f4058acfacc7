import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";
import {
  type FunctionPackage,
  functionCode,
  functionPackage,
  requireBytes,
} from "../../src/constructs/function/function-code";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { copyProject, runNode } from "./support/project";

const FIXTURE_APP = join(__dirname, "../fixtures/app");
const SOURCES = join(__dirname, "../../src");
const FUNCTION_CODE = join(SOURCES, "constructs/function/function-code");

const TIMEOUT_IN_MS = 60_000;

const folder = makeTempFolder();
let written: FunctionPackage;

beforeAll(() => {
  written = functionPackage("ticket-urgency", folder);
});

afterAll(() => removeFolder(folder));

/** The bundle of one function, built separately and without a source map. */
function bundleAlone(model: string): Buffer {
  const { outputFiles } = buildSync({
    absWorkingDir: FIXTURE_APP,
    stdin: {
      // The handler that the engine generates: the letters of the import paths change the short names.
      contents: `import { createHandlerWith, accept } from "sagemaker-stages/handler";
import { contract } from "functions/${model}/contract";

module.exports.handler = createHandlerWith({ accept }, contract);
`,
      resolveDir: FIXTURE_APP,
      loader: "ts",
    },
    alias: {
      "sagemaker-stages/handler": join(SOURCES, "runtime/generated.ts"),
      "sagemaker-stages/model": join(SOURCES, "model.ts"),
      [`functions/${model}/contract`]: join(FIXTURE_APP, "functions", model, "contract.ts"),
    },
    tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false } },
    define: {
      "Number.MIN_SAFE_INTEGER": "-9007199254740991",
      "Number.MAX_SAFE_INTEGER": "9007199254740991",
      "Number.MAX_VALUE": "1.7976931348623157e308",
      "Number.POSITIVE_INFINITY": "Infinity",
      "Number.NaN": "NaN",
    },
    logLevel: "silent",
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    legalComments: "none",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote nothing for ${model}`);
  return Buffer.from(file.contents);
}

/** A text that only the handler.ts of a model logs. */
const MARKER = "the own handler of this test";

/** The SHA-256 and the code of a model's package, as a process in the folder of an app builds it. */
async function packageIn(
  project: string,
  model: string,
): Promise<{ readonly sha256: string; readonly code: string }> {
  const script = join(project, "package-one.ts");
  writeFileSync(
    script,
    `import { unzipSync } from "fflate";
import { functionCode } from ${JSON.stringify(FUNCTION_CODE)};
const { sha256, zip } = functionCode(${JSON.stringify(model)});
console.log(JSON.stringify({ sha256, code: Buffer.from(unzipSync(zip)["index.js"]).toString() }));
`,
  );
  const { status, stdout, stderr } = await runNode(["--import", "tsx", script], project);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("a function's package", () => {
  it("is the bundle that esbuild makes without a source map", () => {
    // Prepare
    const bundle = bundleAlone("ticket-urgency");

    // Act
    const files = unzipSync(readFileSync(written.zipFile));

    // Assess
    expect(Object.keys(files)).toEqual(["index.js"]);
    expect(Buffer.from(files["index.js"] ?? []).equals(bundle)).toBe(true);
    expect(written.sha256).toBe(createHash("sha256").update(readFileSync(written.zipFile)).digest("base64"));
  });

  it(
    "is the same when one build makes the packages of several models, and no second build is necessary",
    async () => {
      // Prepare
      const models = ["energy-demand", "loan-default", "language-check"] as const;
      const project = join(folder, "project");
      copyProject(project);
      const script = join(project, "bundle-together.ts");
      writeFileSync(
        script,
        `import { rmSync } from "node:fs";
import { bundleFunctions, functionCode } from ${JSON.stringify(FUNCTION_CODE)};
const models = ${JSON.stringify(models)} as const;
bundleFunctions(models);
for (const model of models) rmSync(\`functions/\${model}/contract.ts\`);
console.log(JSON.stringify(models.map((model) => {
  const { sha256, sourceMap } = functionCode(model);
  return { sha256, sourceMap: JSON.parse(sourceMap) };
})));
`,
      );

      // Act
      const { status, stdout, stderr } = await runNode(["--import", "tsx", script], project);

      // Assess
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const alone = models.map((model) => {
        const { sha256, sourceMap } = functionCode(model);
        return { sha256, sourceMap: JSON.parse(sourceMap ?? "") };
      });
      expect(JSON.parse(stdout)).toEqual(alone);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has the same bytes when the handler is generated in apps whose folders differ in length and characters",
    async () => {
      // Prepare
      const short = join(folder, "a");
      const long = join(folder, "an app in a folder with a much longer path, and spaces", "zzzz");
      for (const project of [short, long]) copyProject(project);

      // Act
      const packages = [await packageIn(short, "language-check"), await packageIn(long, "language-check")];

      // Assess
      expect(existsSync(join(short, "functions/language-check/handler.ts"))).toBe(false);
      const { sha256 } = functionCode("language-check");
      expect(packages.map((one) => one.sha256)).toEqual([sha256, sha256]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "holds the model's own handler.ts, and no generated handler, when the model's folder has a handler.ts",
    async () => {
      // Prepare
      const project = join(folder, "own-handler");
      copyProject(project);
      const generated = await packageIn(project, "loan-default");
      writeFileSync(
        join(project, "functions/loan-default/handler.ts"),
        `export const handler = async () => console.log(${JSON.stringify(MARKER)});\n`,
      );

      // Act
      const own = await packageIn(project, "loan-default");

      // Assess
      const found = [generated, own].map(({ code }) => ({
        isGenerated: code.includes("ENDPOINT_NAME"),
        isOwn: code.includes(MARKER),
      }));
      expect(found).toEqual([
        { isGenerated: true, isOwn: false },
        { isGenerated: false, isOwn: true },
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it("has a source map with paths of the app and of packages, and without local paths", () => {
    // Act
    const { sources, sourcesContent } = JSON.parse(readFileSync(`${written.zipFile}.map`, "utf8"));

    // Assess
    expect(sources).toContain("functions/ticket-urgency/contract.ts");
    expect(sources.filter((source: string) => !/^(functions|node_modules)\//.test(source))).toEqual([]);
    expect(
      sources.filter(
        (source: string) =>
          source.startsWith("functions/") &&
          // A generated handler has a path in the model's folder.
          !source.endsWith("/handler.ts") &&
          !existsSync(join(FIXTURE_APP, source)),
      ),
    ).toEqual([]);
    expect(sourcesContent).toBeUndefined();
    expect(readdirSync(dirname(written.zipFile)).sort()).toEqual([
      "ticket-urgency.zip",
      "ticket-urgency.zip.map",
    ]);
  });

  it("is refused with the model and both sizes when Lambda would refuse it", () => {
    // Act
    const check = () => requireBytes("iris", "zipped", 52_428_801, 52_428_800);

    // Assess
    expect(check).toThrow(
      "the model iris could not be packaged:\n  functions/iris: got 52428801 bytes (zipped); allowed: at most 52428800 (https://",
    );
  });
});
