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
import { createApp } from "../support/app";

const committed = readFileSync(committedLockFile(), "utf8");

/** Where a stack's lock file is. */
const lockFileOf = (outdir: string, stack: string): string => join(outdir, "stacks", stack, LOCK_FILE);

const ANOTHER = "# another provider\n";

const outdir = makeTempFolder();
const stacks = [...environments.map(({ name }) => name), ...accounts.map(accountName), "own"];

describe("the lock file of providers, after a synthesis", () => {
  beforeAll(() => {
    mkdirSync(join(outdir, "stacks", "dev"), { recursive: true });
    writeFileSync(lockFileOf(outdir, "dev"), ANOTHER);
    const app = createApp(environments, { accounts, outdir });
    new OwnStack(app, "own");
    app.synth();
  });

  afterAll(() => removeFolder(outdir));

  it.each(stacks)("is in the folder of %s as it is committed, also where another was there", (stack) => {
    // Act
    const lockFile = readFileSync(lockFileOf(outdir, stack), "utf8");

    // Assess
    expect(lockFile).toBe(committed);
  });

  it.each(stacks)("has the constraints of %s, so that cdktf does not upgrade the provider", (stack) => {
    // Act
    const { terraform } = JSON.parse(readFileSync(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8")) as {
      terraform: { required_providers: Record<string, { version: string }> };
    };

    // Assess
    expect(Object.keys(terraform.required_providers)).toEqual(["aws"]);
    expect(committed).toContain(`  constraints = "${terraform.required_providers.aws?.version}"\n`);
  });
});

describe("an app without a lock file of providers", () => {
  const app = makeTempFolder();
  const folder = process.cwd();

  beforeAll(() => process.chdir(app));
  afterAll(() => {
    process.chdir(folder);
    removeFolder(app);
  });

  it("is refused at synthesis, with the file's path and where to get the file", () => {
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
