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

const IMPORTS_OF_OWN_STACKS = `import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
`;

/** Statements of a `main.ts`: stacks of a team that do not use the engine. */
const OWN_STACKS = `;
new AwsProvider(new TerraformStack(app, "alerts"), "aws", { region: "eu-central-1" });
new TerraformStack(app, "empty");
app.synth();
`;

const HUGGING_FACE = ["--hugging-face", "text-classification", "--environment", "dev"];

const outdir = makeTempFolder();
const stacks = [...environments.map(({ name }) => name), ...accounts.map(accountName), "own"];

/** The checksums in a lock file, by provider and version. */
function checksumsOf(lock: string): Map<string, string[]> {
  const providers = lock.matchAll(/^provider "(.+)" \{\n {2}version {5}= "(.+)"\n([^}]+)\}$/gm);
  return new Map(
    [...providers].map(([, provider, version, body = ""]) => [
      `${provider} ${version}`,
      [...body.matchAll(/^ {4}"((?:h1|zh):.+)",$/gm)].map(([, checksum = ""]) => checksum),
    ]),
  );
}

describe("the lock file of the repository", () => {
  const ofRepository = checksumsOf(readFileSync(join(__dirname, "../../../../stacks", LOCK_FILE), "utf8"));

  it("has checksums of both schemes for each provider", () => {
    // Act
    const schemes = [...ofRepository.values()].map((checksums) =>
      [...new Set(checksums.map((checksum) => checksum.split(":")[0]))].sort(),
    );

    // Assess
    expect(schemes).not.toEqual([]);
    expect(schemes).toEqual(schemes.map(() => ["h1", "zh"]));
  });

  // The Terraform tests read the lock file of the fixture app. A team can lock another version for its environments.
  it("has the checksums that the Terraform tests verify when it selects the same version", () => {
    // Prepare
    const verified = checksumsOf(committed);

    // Act
    const different = [...ofRepository].filter(
      ([provider, checksums]) => (verified.get(provider) ?? checksums).join() !== checksums.join(),
    );

    // Assess
    expect(verified.size).toBe(1);
    expect(different).toEqual([]);
  });
});

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

  afterAll(() => removeFolder(app));

  /** A program that shows what terraform receives, without the registry. */
  function terraformThatShows(): string {
    const terraform = join(app, "terraform");
    writeFileSync(
      terraform,
      `#!/bin/sh\ncat "\${1#-chdir=}/main.tf.json" > "\${1#-chdir=}/.terraform.lock.hcl"\n`,
      { mode: 0o755 },
    );
    return terraform;
  }

  it("locks the providers of the stack classes that main.ts passes, with the constraints of all stacks", async () => {
    // Prepare
    copyProject(project);
    requireProviderInStackClass(project, { source: "hashicorp/other", version: "1.0.0" });

    // Act
    const variables = [`TERRAFORM_BINARY_NAME=${terraformThatShows()}`];
    const finished = await run("env", [...variables, process.execPath, COMMAND, "providers-lock"], project);

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(project, "stacks", LOCK_FILE), "utf8"))).toEqual({
      terraform: {
        required_providers: {
          aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" },
          other: { source: "hashicorp/other", version: "1.0.0" },
        },
      },
    });
  }, 60_000);

  it("locks the providers when an own stack names the AWS provider as CDKTF's bindings do, and another requires none", async () => {
    // Prepare
    const own = join(app, "own-stacks");
    copyProject(own);
    const main = join(own, "main.ts");
    const text = readFileSync(main, "utf8");
    const changed = text.replace("createApp({", "const app = createApp({").replace(".synth();", OWN_STACKS);
    writeFileSync(main, `${IMPORTS_OF_OWN_STACKS}${changed}`);

    // Act
    const variables = [`TERRAFORM_BINARY_NAME=${terraformThatShows()}`];
    const finished = await run("env", [...variables, process.execPath, COMMAND, "providers-lock"], own);

    // Assess
    expect(finished).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(own, "stacks", LOCK_FILE), "utf8"))).toEqual({
      terraform: {
        required_providers: {
          aws: {
            source: "hashicorp/aws",
            version: expect.stringMatching(/^>= 5\.100\.0, < 7\.0\.0, 6\.\d+\.\d+$/),
          },
        },
      },
    });
  }, 60_000);

  it("accepts the placeholders of new-model, because it reads only the versions of the providers", async () => {
    // Prepare
    const own = join(app, "placeholders");
    copyProject(own);
    const placed = await run(process.execPath, [COMMAND, "new-model", "topics", ...HUGGING_FACE], own);

    // Act
    const variables = [`TERRAFORM_BINARY_NAME=${terraformThatShows()}`];
    const finished = await run("env", [...variables, process.execPath, COMMAND, "providers-lock"], own);

    // Assess
    expect(placed).toMatchObject({ status: 0, stderr: "" });
    expect(placed.stdout).toContain("placeholders: npm start and npm test accept them");
    expect(finished).toMatchObject({ status: 0, stderr: "" });
  }, 60_000);

  it("locks the platforms of Terraform's users, and says when windows_arm64 has no package", async () => {
    // Prepare: a program that records its calls and refuses windows_arm64, as terraform does for an older provider
    const platforms = join(app, "platforms");
    mkdirSync(platforms);
    const calls = join(platforms, "calls");
    const program = join(platforms, "terraform");
    const error = "Error: Could not retrieve providers for locking";
    writeFileSync(
      program,
      `#!/bin/sh
echo "$*" >> "${calls}"
case "$*" in
  *windows_arm64*) printf '\n%s\n\nno package\n' "${error}" >&2; exit 1 ;;
  *) echo locked > "\${1#-chdir=}/.terraform.lock.hcl" ;;
esac
`,
      { mode: 0o755 },
    );
    const own = join(platforms, "project");
    copyProject(own);

    // Act
    const variables = [`TERRAFORM_BINARY_NAME=${program}`];
    const words = [COMMAND, "providers-lock", "--net-mirror=https://mirror.example.com/"];
    const finished = await run("env", [...variables, process.execPath, ...words], own);

    // Assess
    const recorded = readFileSync(calls, "utf8").trimEnd().split("\n");
    expect(recorded.map((call) => call.match(/\w+_(?:amd64|arm64)/g))).toEqual([
      ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"],
      ["windows_arm64"],
    ]);
    expect(recorded.filter((call) => !call.endsWith(" -net-mirror=https://mirror.example.com/"))).toEqual([]);
    expect(finished).toEqual({
      status: 0,
      stdout: "Wrote stacks/.terraform.lock.hcl. Review the change: git diff stacks\n",
      stderr: `No checksums for windows_arm64, which is optional: ${error.replace("Error: ", "")}\n`,
    });
    expect(readFileSync(join(own, "stacks", LOCK_FILE), "utf8")).toBe("locked\n");
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
