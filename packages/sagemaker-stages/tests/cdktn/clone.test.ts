import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import app from "../../../../package.json";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { ENGINE, REPOSITORY } from "../documentation/support/documents";
import { commandsUnder } from "./support/documented-steps";
import { importableFrameworksIn } from "./support/frameworks";
import { type Place, run, runCommand } from "./support/programs";
import { copyRepository } from "./support/repository-copy";
import { differencesBetween, frameworkVersionOf, stacksOf, synthesize } from "./support/synthesis";
import { CDK_TERRAIN, CDKTF, isOnCdkTerrain } from "./support/versions";

const INSTALLATION_TIMEOUT_IN_MS = 600_000;
const TIMEOUT_IN_MS = 300_000;
const TESTS_TIMEOUT_IN_MS = 1_200_000;

/** The frameworks of a migrated clone. */
const MIGRATED = [
  `@cdktf/provider-aws: @cdktn/provider-aws ${CDK_TERRAIN["@cdktn/provider-aws"]}`,
  `cdktf: cdktn ${CDK_TERRAIN.cdktn}`,
  `cdktn: cdktn ${CDK_TERRAIN.cdktn}`,
];

/** The folders with the tests of the synthesis and of the dependencies, from the repository's folder. */
const TESTS = [
  "__tests__",
  "packages/sagemaker-stages/tests/dependencies",
  "packages/sagemaker-stages/tests/least-privilege",
  "packages/sagemaker-stages/tests/stacks",
];

/** What is synthesized: the program, and its folder from the repository's folder. */
interface Sources {
  readonly what: string;
  readonly program: string;
  readonly folder: string;
  /** The number of stacks, so that the test does not compare nothing. */
  readonly stacks: number;
}

const EXAMPLES = readdirSync(join(ENGINE, "examples")).filter((name) => name.endsWith(".ts"));
const FIXTURE_APP = "packages/sagemaker-stages/tests/fixtures/app";

const SOURCES: readonly Sources[] = [
  { what: "the shipped environments and accounts", program: "main.ts", folder: ".", stacks: 5 },
  { what: "the engine's fixture app", program: "main.ts", folder: FIXTURE_APP, stacks: 5 },
  {
    what: "the engine's examples",
    program: join("..", "..", "cdktn", "support", "synthesize-examples.ts"),
    folder: FIXTURE_APP,
    // Each file is a stack, except index.ts.
    stacks: EXAMPLES.length - 1,
  },
];

if (isOnCdkTerrain(app.dependencies)) {
  // npm test and npm run check already test everything on CDK Terrain, and there is no CDKTF to compare with.
  describe(
    "this clone, which has migrated to CDK Terrain and is not compared with CDKTF",
    describeMigratedClone,
  );
} else {
  describe("a clone of this repository that migrates to CDK Terrain", describeMigration);
}

function describeMigratedClone(): void {
  const outdir = makeTempFolder();

  afterAll(() => removeFolder(outdir));

  it("has CDK Terrain under the names of CDKTF, and imports no copy of CDKTF", () => {
    // Act
    const found = importableFrameworksIn(REPOSITORY);

    // Assess
    expect(found).toEqual(MIGRATED);
  });

  it(
    "synthesizes the shipped environments and accounts with CDK Terrain",
    async () => {
      // Act
      const synthesis = await synthesize(REPOSITORY, outdir);

      // Assess
      expect(frameworkVersionOf(synthesis)).toBe(CDK_TERRAIN.cdktn);
      expect(stacksOf(synthesis)).not.toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
}

function describeMigration(): void {
  const folder = makeTempFolder();
  const clone = join(folder, "clone");
  const place: Place = { folder: clone };

  beforeAll(async () => {
    await copyRepository(clone);
    for (const command of commandsUnder("1. Replace the library")) await runCommand(command, place);
  }, INSTALLATION_TIMEOUT_IN_MS);

  afterAll(() => removeFolder(folder));

  it("has CDK Terrain under the names of CDKTF, and imports no copy of CDKTF", () => {
    // Act
    const found = importableFrameworksIn(clone);

    // Assess
    expect(found).toEqual(MIGRATED);
  });

  it(
    "compiles: the app, the engine with its tests, and the engine's declarations",
    async () => {
      // Act
      const compiled = run("npm", ["run", "typecheck"], place);

      // Assess
      await expect(compiled).resolves.toBeDefined();
    },
    TIMEOUT_IN_MS,
  );

  it.each(SOURCES)(
    "synthesizes the same files as CDKTF, except for the version of the framework: $what",
    async ({ what, program, folder: sources, stacks }) => {
      // Prepare
      const outdirOf = (framework: string): string => join(folder, `${what} with ${framework}`);

      // Act
      const cdktf = await synthesize(join(REPOSITORY, sources), outdirOf("CDKTF"), program);
      const successor = await synthesize(join(clone, sources), outdirOf("CDK Terrain"), program);

      // Assess
      expect(frameworkVersionOf(cdktf)).toBe(CDKTF.cdktf);
      expect(frameworkVersionOf(successor)).toBe(CDK_TERRAIN.cdktn);
      expect(stacksOf(cdktf)).toHaveLength(stacks);
      expect(differencesBetween(cdktf, successor)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "passes the tests of the synthesis and of the dependencies",
    async () => {
      // Prepare
      const report = join(folder, "report.json");
      const words = [
        "node_modules/jest/bin/jest.js",
        "--ci",
        "--maxWorkers=100%",
        `--cacheDirectory=${join(folder, "cache")}`,
        `--outputFile=${report}`,
        "--json",
        ...["--projects", ".", "packages/sagemaker-stages"],
        ...["--testPathPatterns", ...TESTS.map((tests) => `^${join(clone, tests)}/`)],
      ];

      // Act
      await run(process.execPath, words, place);

      // Assess
      const { testResults, ...counts } = JSON.parse(readFileSync(report, "utf8"));
      const files = testResults.map(({ name }: { name: string }) => name);
      expect(counts).toMatchObject({ numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 });
      expect(files.toSorted()).toEqual(testFilesIn(clone));
    },
    TESTS_TIMEOUT_IN_MS,
  );
}

function testFilesIn(clone: string): string[] {
  return TESTS.flatMap((folder) =>
    readdirSync(join(clone, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => join(clone, folder, file)),
  ).toSorted();
}
