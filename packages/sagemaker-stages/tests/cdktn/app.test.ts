import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { filesBelow } from "../stacks/support/project";
import { commandsUnder } from "./support/documented-steps";
import { frameworksIn, importableFrameworksIn } from "./support/frameworks";
import { installNode } from "./support/node";
import { type Place, run, runCommand } from "./support/programs";
import { copyRepository, linkPackages } from "./support/repository-copy";
import { differencesBetween, frameworkVersionOf, type Synthesis, synthesize } from "./support/synthesis";
import { CDK_TERRAIN, CDKTF } from "./support/versions";

const TIMEOUT_IN_MS = 600_000;

const ON_CDK_TERRAIN = [
  `@cdktf/provider-aws: @cdktn/provider-aws ${CDK_TERRAIN["@cdktn/provider-aws"]}`,
  `cdktf: cdktn ${CDK_TERRAIN.cdktn}`,
  `cdktn: cdktn ${CDK_TERRAIN.cdktn}`,
];

/** A new app has no snapshots yet. In CI, Jest writes none, and the tests of a new app fail. */
const WRITES_SNAPSHOTS = { CI: "false" };

/** The tests are the steps of one migration, in their order: each step continues with the result of the previous step. */
describe("an app of the packed engine", () => {
  const folder = makeTempFolder();
  const app = join(folder, "my-app");
  const place: Place = { folder: app };
  let successor: Synthesis = {};

  beforeAll(async () => {
    const repository = join(folder, "repository");
    await copyRepository(repository);
    linkPackages(repository);
    const packed = join(folder, "packed");
    mkdirSync(packed);
    const pack = ["pack", "--loglevel=warn", "--workspace", "sagemaker-stages", "--pack-destination", packed];
    await run("npm", pack, { folder: repository, variables: { npm_config_ignore_scripts: "false" } });
    const [tarball = ""] = readdirSync(packed);
    const command = join(repository, "packages", "sagemaker-stages", "bin", "sagemaker-stages.js");
    await run(process.execPath, [command, "init", app, "--engine", join(packed, tarball)], { folder });
    // The migration changes the lock file of an app on CDKTF. The last test installs CDKTF itself.
    await run("npm", ["install", "--package-lock-only"], place);
  }, TIMEOUT_IN_MS);

  afterAll(() => removeFolder(folder));

  it(
    "installs CDK Terrain with the documented commands, which need no option for conflicts of peer dependencies",
    async () => {
      // Prepare
      const commands = commandsUnder("1. Replace the library");

      // Act
      for (const command of commands) await runCommand(command, place);
      successor = await synthesize(app, join(folder, "with CDK Terrain"));

      // Assess
      expect(commands.join("\n")).not.toMatch(/--force|--legacy-peer-deps/);
      expect(importableFrameworksIn(app)).toEqual(ON_CDK_TERRAIN);
      expect(frameworkVersionOf(successor)).toBe(CDK_TERRAIN.cdktn);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "passes its tests and compiles on CDK Terrain",
    async () => {
      // Act
      const tests = await run("npm", ["test"], { ...place, variables: WRITES_SNAPSHOTS });
      const types = await run("npm", ["run", "typecheck"], place);

      // Assess
      expect(tests.all).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
      expect(types.all).not.toContain("error TS");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "can keep the command line of CDKTF",
    async () => {
      // Act
      const { all } = await run("npx", ["--no-install", "cdktf", "synth"], place);

      // Assess
      expect(all).toContain("Generated Terraform code for the stacks: dev");
      expect(filesBelow(join(app, "cdktf.out"))).toMatchObject(successor);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "synthesizes with the command line of CDK Terrain, with the same cdktf.json",
    async () => {
      // Prepare
      const node = await installNode(join(folder, "node"));
      const variables = { PATH: `${node}${delimiter}${process.env.PATH}` };
      const [synthesis = "", ...replacement] = commandsUnder(
        "2. Replace the command line (optional)",
      ).toReversed();
      for (const command of replacement.toReversed()) await runCommand(command, { ...place, variables });
      removeFolder(join(app, "cdktf.out"));

      // Act
      const { all } = await runCommand(synthesis, { ...place, variables });

      // Assess
      expect(synthesis).toBe("npx cdktn synth");
      expect(all).toContain("Generated Terraform code for the stacks: dev");
      expect(filesBelow(join(app, "cdktf.out"))).toMatchObject(successor);
      expect(existsSync(join(app, "node_modules/.bin/cdktf"))).toBe(false);
      expect(frameworksIn(app)).toEqual(ON_CDK_TERRAIN);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "gets no proposal to restore CDKTF from doctor",
    async () => {
      // Act
      const compared = run("npx", ["--no-install", "sagemaker-stages", "doctor", "package.json"], place);

      // Assess
      await expect(compared).resolves.toMatchObject({ stdout: "" });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "returns to CDKTF with the documented commands, and synthesizes the same files except for the version",
    async () => {
      // Act
      for (const command of commandsUnder("Return to CDKTF")) await runCommand(command, place);
      const cdktf = await synthesize(app, join(folder, "with CDKTF"));

      // Assess
      expect(frameworksIn(app)).toEqual([
        `@cdktf/provider-aws: @cdktf/provider-aws ${CDKTF["@cdktf/provider-aws"]}`,
        `cdktf: cdktf ${CDKTF.cdktf}`,
      ]);
      expect(frameworkVersionOf(cdktf)).toBe(CDKTF.cdktf);
      expect(differencesBetween(cdktf, successor)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});
