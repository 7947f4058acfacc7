import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { accountName } from "../../src/environment/account";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { example } from "../stacks/support/environments";
import {
  everyAccount,
  everyEnvironment,
  OWN_STACK,
  REFERENCES_STACK,
  synthesizeEveryStack,
} from "../stacks/support/every-stack";
import { explain, Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const INIT_TIMEOUT_IN_MS = 300_000;
const TIMEOUT_IN_MS = 60_000;

const stacks = [
  ...everyEnvironment,
  ...everyAccount.map((account) => ({ name: accountName(account), state: account.state })),
];

const temp = makeTempFolder();
const terraform = new Terraform(join(temp, "home"));
let folderOf: (stack: string) => string;

beforeAll(() => {
  folderOf = synthesizeEveryStack(temp);
  // Terraform reads the artifact of a release to compare its SHA-256. The path is relative to the stack's folder.
  mkdirSync(join(temp, "artifacts"));
  writeFileSync(join(temp, "artifacts", "first.tar.gz"), "first");
});

afterAll(() => removeFolder(temp));

describe.each([...stacks.map(({ name }) => name), OWN_STACK, REFERENCES_STACK])("the stack %s", (name) => {
  it(
    "is valid without warnings",
    () => {
      // Prepare
      terraform.init(folderOf(name));

      // Act
      const { valid, diagnostics } = terraform.validate(folderOf(name));

      // Assess
      expect(diagnostics).toEqual([]);
      expect(valid).toBe(true);
    },
    INIT_TIMEOUT_IN_MS,
  );
});

describe("an invalid stack", () => {
  it(
    "gets an error with the argument's name",
    () => {
      // Prepare
      const folder = folderOf(example.name);
      const file = join(folder, "cdk.tf.json");
      writeFileSync(file, readFileSync(file, "utf8").replace('"retention_in_days"', '"retention_in_day"'));
      terraform.init(folder);

      // Act
      const { valid, diagnostics } = terraform.validate(folder);

      // Assess
      expect(valid).toBe(false);
      expect(diagnostics.map(({ detail }) => detail)).toEqual([
        expect.stringContaining('named "retention_in_day"'),
      ]);
    },
    INIT_TIMEOUT_IN_MS,
  );
});

// Neither `validate` nor `init -backend=false` looks at the backend.
describe("the backend", () => {
  const backendOf = (name: string): { s3?: object; local?: object } =>
    JSON.parse(readFileSync(join(folderOf(name), "cdk.tf.json"), "utf8")).terraform.backend;
  const inS3 = stacks.filter(({ state }) => "s3" in state).map(({ name }) => name);
  const inFile = stacks.filter(({ state }) => "local" in state).map(({ name }) => name);

  it.each(inFile)(
    "of %s is initialized",
    (name) => {
      // Prepare
      const folder = withBackend(`local-${name}`, backendOf(name));

      // Act
      const { status, output } = terraform.run(folder, ["init", "-input=false", "-no-color"]);

      // Assess
      expect(output).toContain('Successfully configured the backend "local"');
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each(inS3)(
    "of %s lacks only credentials",
    (name) => {
      // Prepare
      const folder = withBackend(`s3-${name}`, backendOf(name));

      // Act
      const { status, output } = terraform.run(folder, ["init", "-input=false", "-no-color"]);

      // Assess
      const errors = errorsIn(output);
      expect(errors).toContain("No valid credential sources found");
      expect(errors.filter((text) => !text.includes("credential"))).toEqual([]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused when it has an argument that terraform does not support",
    () => {
      // Prepare
      const folder = withBackend("s3-wrong", {
        s3: { bucket: "amzn-s3-demo-state-bucket", key: "k", region: "eu-central-1", use_lockfil: true },
      });

      // Act
      const { output } = terraform.run(folder, ["init", "-input=false", "-no-color"]);

      // Assess
      expect(errorsIn(output)).toEqual(["Extraneous JSON object property"]);
    },
    TIMEOUT_IN_MS,
  );

  /** A folder with the backend and nothing else: no provider to download. */
  function withBackend(name: string, backend: object): string {
    const folder = join(temp, "a", "b", "c", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { backend } }));
    return folder;
  }

  function errorsIn(output: string): string[] {
    return [...output.matchAll(/^Error: (.*)$/gm)].map(([, text = ""]) => text);
  }
});

describe("a machine without terraform", () => {
  it("gets an error that names the page for the installation of Terraform, and the command to run again", () => {
    // Prepare
    const notFound = Object.assign(new Error("spawnSync terraform ENOENT"), { code: "ENOENT" });

    // Act
    const { message } = explain(notFound);

    // Assess
    expect(message).toContain("https://developer.hashicorp.com/terraform/install");
    expect(message).toContain("npm run test:terraform");
  });
});
