import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { committedLockFile, LOCK_FILE } from "../../src/constructs/terraform/provider-lock";
import { accountName } from "../../src/environment/account";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { COMMAND } from "../local/support/project";
import { copyProject, requireProviderInStackClass, runMain } from "../stacks/support/project";
import { createApp } from "../support/app";
import { Terraform, type TerraformAnswer } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;

/**
 * Version 5.100.0 has packages for 14 platforms: linux and windows on 386 and amd64, linux also on arm and arm64, darwin on amd64
 * and arm64, freebsd and openbsd on 386, amd64 and arm
 * (https://github.com/hashicorp/terraform-provider-aws/blob/main/.release/terraform-provider-aws-artifacts.hcl).
 */
const PACKAGES = 14;
/** The registry also has the checksum of a manifest. */
const REGISTRY_CHECKSUMS = PACKAGES + 1;

const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

const READONLY = ["init", "-backend=false", "-input=false", "-no-color", "-lockfile=readonly"];

const stacks = [...environments.map(({ name }) => name), ...accounts.map(accountName)];

const temp = makeTempFolder();
const outdir = join(temp, "out");
const terraform = new Terraform(join(temp, "home"));
const folderOf = (stack: string): string => join(outdir, "stacks", stack);
const lockOf = (folder: string): string => readFileSync(join(folder, LOCK_FILE), "utf8");
const committed = readFileSync(committedLockFile(), "utf8");

/** The checksums of a scheme in a lock file. */
function checksums(lock: string, scheme: "h1" | "zh"): string[] {
  return [...lock.matchAll(/^ {4}"(\w+):(.*)",$/gm)].flatMap(([, found, checksum = ""]) =>
    found === scheme ? [checksum] : [],
  );
}

/**
 * Writes a provider without content into a mirror. Terraform can install this provider, because an installation does
 * not run it.
 */
function addOtherProvider(mirror: string, platforms: readonly string[]): void {
  for (const platform of platforms) {
    const other = join(mirror, "registry.terraform.io/hashicorp/other/1.0.0", platform);
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "terraform-provider-other_v1.0.0"), "", { mode: 0o755 });
  }
}

beforeAll(() => {
  mkdirSync(outdir);
  createApp(environments, { accounts, outdir }).synth();
});

afterAll(() => removeFolder(temp));

describe("the committed lock file of providers", () => {
  it("has one provider in one version, with the constraints of the stacks and the checksums of all platforms", () => {
    // Act
    const providers = [
      ...committed.matchAll(/^provider "(.*)" \{\n {2}version {5}= "(.*)"\n {2}constraints = "(.*)"$/gm),
    ];

    // Assess
    expect(providers.map(([, ...parts]) => parts)).toEqual([
      ["registry.terraform.io/hashicorp/aws", "5.100.0", ">= 5.100.0, < 7.0.0"],
    ]);
    expect(committed.match(/^provider /gm)).toHaveLength(1);
    const zips = checksums(committed, "zh");
    expect(zips.filter((checksum) => !/^[0-9a-f]{64}$/.test(checksum))).toEqual([]);
    expect(new Set(zips).size).toBe(REGISTRY_CHECKSUMS);
    const packages = checksums(committed, "h1");
    expect(packages.filter((checksum) => !/^[A-Za-z0-9+/]{43}=$/.test(checksum))).toEqual([]);
    expect(new Set(packages).size).toBe(PACKAGES);
  });

  it.each(stacks)(
    "is complete for %s: terraform init does not change the file",
    (stack) => {
      // Act
      const { status, output } = terraform.run(folderOf(stack), READONLY);

      // Assess
      expect(output).toContain("Reusing previous version of hashicorp/aws from the dependency lock file");
      expect(output).not.toContain("lock file not updated");
      expect(status).toBe(0);
      expect(lockOf(folderOf(stack))).toBe(committed);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "makes terraform refuse a provider with another checksum",
    () => {
      // Prepare
      const folder = join(temp, "changed");
      mkdirSync(folder);
      cpSync(join(folderOf("dev"), "cdk.tf.json"), join(folder, "cdk.tf.json"));
      const changed = committed.replace(/"(h1|zh):(.)/g, (_, scheme: string, first: string) => {
        return `"${scheme}:${first === "0" ? "1" : "0"}`;
      });
      writeFileSync(join(folder, LOCK_FILE), changed);

      // Act
      const { status, output } = terraform.run(folder, READONLY);

      // Assess
      expect(output).toMatch(/doesn't\s+match\s+any\s+of\s+the\s+checksums/);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "makes terraform refuse a provider that the file does not name",
    () => {
      // Prepare
      const folder = join(temp, "other");
      const plugins = join(temp, "plugins");
      const { platform } = JSON.parse(terraform.run(temp, ["version", "-json"]).stdout) as {
        platform: string;
      };
      mkdirSync(folder);
      addOtherProvider(plugins, [platform]);
      const required_providers = { other: { source: "hashicorp/other", version: "1.0.0" } };
      writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers } }));
      writeFileSync(join(folder, LOCK_FILE), committed);

      // Act
      const { status, output } = terraform.run(folder, [...READONLY, `-plugin-dir=${plugins}`]);

      // Assess
      expect(output).toContain("Error: Provider dependency changes detected");
      expect(status).toBe(1);
      expect(lockOf(folder)).toBe(committed);
    },
    TIMEOUT_IN_MS,
  );
});

describe("sagemaker-stages providers-lock", () => {
  it(
    "writes the lock file with the checksums of all platforms' packages, and a readonly init accepts the file",
    () => {
      // Prepare
      terraform.init(folderOf("dev"));
      const mirror = mirrorOf(folderOf("dev"));
      const project = join(temp, "project");
      copyProject(project);
      const lockFile = join(project, "stacks", LOCK_FILE);
      writeFileSync(lockFile, "# to be replaced\n");

      // Act
      const { status, output } = lockProviders(project, [`--fs-mirror=${mirror}`]);

      // Assess
      expect(output).toContain("Wrote stacks/.terraform.lock.hcl.");
      expect(status).toBe(0);
      const written = readFileSync(lockFile, "utf8");
      for (const platform of PLATFORMS) expect(output).toContain(platform);
      expect(checksums(committed, "h1")).toEqual(expect.arrayContaining(checksums(written, "h1")));
      expect(checksums(written, "h1").length).toBeGreaterThan(0);
      expect(written.replace(/ {2}hashes = \[[^\]]*\]\n/, "")).toBe(
        committed.replace(/ {2}hashes = \[[^\]]*\]\n/, ""),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "also locks the providers of the stack classes that main.ts passes, so that a readonly init accepts the lock file",
    async () => {
      // Prepare
      terraform.init(folderOf("dev"));
      const mirror = mirrorOf(folderOf("dev"));
      addOtherProvider(mirror, PLATFORMS);
      const project = join(temp, "project-with-own-stack");
      copyProject(project);
      requireProviderInStackClass(project, { source: "hashicorp/other", version: "1.0.0" });

      // Act
      const { status, output } = lockProviders(project, [`--fs-mirror=${mirror}`]);
      const synthesis = await runMain(project);
      const stack = join(project, "cdktf.out/stacks/dev");
      const init = terraform.run(stack, [...READONLY, `-plugin-dir=${mirror}`]);

      // Assess
      expect(output).toContain("Wrote stacks/.terraform.lock.hcl.");
      expect(status).toBe(0);
      const written = readFileSync(join(project, "stacks", LOCK_FILE), "utf8");
      expect([...written.matchAll(/^provider "(.*)" \{$/gm)].map(([, name]) => name)).toEqual([
        "registry.terraform.io/hashicorp/aws",
        "registry.terraform.io/hashicorp/other",
      ]);
      expect(synthesis).toMatchObject({ status: 0, stderr: "" });
      expect(init.output).toContain(
        "Reusing previous version of hashicorp/other from the dependency lock file",
      );
      expect(init.status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves the lock file unchanged when terraform fails",
    () => {
      // Prepare
      const project = join(temp, "failing");
      copyProject(project);

      // Act
      const { status, output } = lockProviders(project, [`--fs-mirror=${join(temp, "nothing")}`]);

      // Assess
      expect(status).toBe(1);
      expect(output).toContain("hashicorp/aws");
      expect(readFileSync(join(project, "stacks", LOCK_FILE), "utf8")).toBe(committed);
    },
    TIMEOUT_IN_MS,
  );

  /** Runs the command in the folder of an app. */
  function lockProviders(project: string, options: readonly string[]): TerraformAnswer {
    return terraform.runProgram(process.execPath, project, [COMMAND, "providers-lock", ...options]);
  }

  /**
   * A mirror that offers the installed package of a stack for every platform. Only the content of the package matters
   * here.
   */
  function mirrorOf(folder: string): string {
    const version = "registry.terraform.io/hashicorp/aws/5.100.0";
    const installed = join(folder, ".terraform/providers", version);
    const [platform = ""] = readdirSync(installed);
    const mirror = join(temp, "mirror");
    mkdirSync(join(mirror, version), { recursive: true });
    for (const name of PLATFORMS) {
      const link = join(mirror, version, name);
      if (!existsSync(link)) symlinkSync(realpathSync(join(installed, platform)), link);
    }
    return mirror;
  }
});
