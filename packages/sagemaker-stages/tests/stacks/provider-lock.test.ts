import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { OwnStack } from "../../examples/own-stack";
import { committedLockFile, LOCK_FILE, lockProviders } from "../../src/constructs/terraform/provider-lock";
import { accountName } from "../../src/environment/account";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { COMMAND } from "../local/support/project";
import { run } from "../package/support/small-repository";
import { createApp } from "../support/app";
import { copyProject, requireProviderInStackClass } from "./support/project";

const committed = readFileSync(committedLockFile(), "utf8");

/** The path of a stack's lock file. */
const lockFileOf = (outdir: string, stack: string): string => join(outdir, "stacks", stack, LOCK_FILE);

const ANOTHER = "# another provider\n";

const outdir = makeTempFolder();
const stacks = [...environments.map(({ name }) => name), ...accounts.map(accountName), "own"];

describe("a synthesis of stacks", () => {
  beforeAll(() => {
    mkdirSync(join(outdir, "stacks", "dev"), { recursive: true });
    writeFileSync(lockFileOf(outdir, "dev"), ANOTHER);
    const app = createApp(environments, { accounts, outdir });
    new OwnStack(app, "own");
    app.synth();
  });

  afterAll(() => removeFolder(outdir));

  it.each(stacks)("replaces a changed lock file in the folder of %s", (stack) => {
    // Act
    const lockFile = readFileSync(lockFileOf(outdir, stack), "utf8");

    // Assess
    expect(lockFile).toBe(committed);
  });

  it.each(stacks)(
    "writes the version constraints of %s, so that cdktf does not upgrade the provider",
    (stack) => {
      // Act
      const { terraform } = JSON.parse(
        readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8"),
      ) as {
        terraform: { required_providers: Record<string, { version: string }> };
      };

      // Assess
      expect(Object.keys(terraform.required_providers)).toEqual(["aws"]);
      expect(committed).toContain(`  constraints = "${terraform.required_providers.aws?.version}"\n`);
    },
  );
});

describe("sagemaker-stages providers-lock", () => {
  const app = makeTempFolder();
  const project = join(app, "project");
  const terraform = join(app, "terraform");

  afterAll(() => removeFolder(app));

  it("locks the providers of the stack classes that main.ts passes, with the constraints of all stacks", async () => {
    // Prepare: a program that shows what terraform receives, without the registry
    copyProject(project);
    requireProviderInStackClass(project, { source: "hashicorp/other", version: "1.0.0" });
    writeFileSync(
      terraform,
      `#!/bin/sh\ncat "\${1#-chdir=}/main.tf.json" > "\${1#-chdir=}/.terraform.lock.hcl"\n`,
      { mode: 0o755 },
    );

    // Act
    const variables = [`TERRAFORM_BINARY_NAME=${terraform}`];
    const finished = await run("env", [...variables, process.execPath, COMMAND, "providers-lock"], project);

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(project, "stacks", LOCK_FILE), "utf8"))).toEqual({
      terraform: {
        required_providers: {
          aws: { source: "aws", version: ">= 5.100.0, < 7.0.0" },
          other: { source: "hashicorp/other", version: "1.0.0" },
        },
      },
    });
  }, 60_000);

  it("refuses a cdktf.json without the command line of the app, and names the remedy", async () => {
    // Prepare
    const broken = join(app, "broken");
    copyProject(broken);
    writeFileSync(join(broken, "cdktf.json"), "null");

    // Act
    const finished = await run(process.execPath, [COMMAND, "providers-lock"], broken);

    // Assess
    expect(finished).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^cdktf\.json: app: got no command line; allowed: .*doctor cdktf\.json.*\n$/,
      ),
    });
  }, 60_000);
});

describe("an app without a lock file of providers", () => {
  const app = makeTempFolder();
  const folder = process.cwd();

  beforeAll(() => process.chdir(app));
  afterAll(() => {
    process.chdir(folder);
    removeFolder(app);
  });

  it("is refused at synthesis with the file's path and the remedy", () => {
    // Prepare
    const stacks = new App({ outdir: join(app, "cdktf.out") });
    lockProviders(new TerraformStack(stacks, "dev"));

    // Act
    const synthesize = () => stacks.synth();

    // Assess
    expect(synthesize).toThrow(
      /stacks.\.terraform\.lock\.hcl: got no such file; allowed: the lock file .* Copy the file from an app that "npx sagemaker-stages init <folder>" writes\./,
    );
  });
});
