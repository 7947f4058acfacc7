import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { OwnStack } from "../../examples/own-stack";
import { type AccountSettings, accountName } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import {
  example,
  exampleModel,
  exampleWith,
  exampleWithCallers,
  named,
} from "../stacks/support/environments";
import { ReferencesStack } from "../stacks/support/references-stack";
import { createApp } from "../support/app";
import { explain, Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const INIT_TIMEOUT_IN_MS = 300_000;
const TIMEOUT_IN_MS = 60_000;

const REGISTRY = "999988887777.dkr.ecr.eu-central-1.amazonaws.com";

/** Environments with settings that the project's own environments do not have. */
const variants: readonly Environment[] = [
  named("file", exampleWith({ artifact: "artifacts/first.tar.gz" })),
  named("public", exampleWith({ access: "PUBLIC", image: { uri: `${REGISTRY}/team/model:1` } })),
  named("digest", {
    ...exampleWith({
      access: "API_KEY",
      image: { uri: `${REGISTRY}/model@sha256:${"0123456789abcdef".repeat(4)}` },
      serverless: { ...exampleModel.serverless, provisionedConcurrency: 1 },
    }),
    protected: true,
  }),
  named("callers", exampleWithCallers),
  named("vpc", {
    ...example,
    network: { vpc: { cidrBlock: "10.8.0.0/20", availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  }),
  named("existing-vpc", {
    ...example,
    network: {
      existing: {
        subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        securityGroupIds: ["sg-0123456789abcdef0"],
      },
    },
  }),
];
const everyEnvironment = [
  ...environments,
  ...[...variants, ...examples].filter(
    ({ name }) => !environments.some((environment) => environment.name === name),
  ),
];

const everyAccount: readonly AccountSettings[] = [
  ...accounts,
  {
    name: "existing",
    region: "eu-central-1",
    accountId: "777788889999",
    state: { s3: { bucket: "amzn-s3-demo-other-bucket", key: "existing.tfstate", region: "us-east-1" } },
    github: { repository: "octo-org/stages", oidcProvider: "existing" },
  },
];
const stacks = [
  ...everyEnvironment,
  ...everyAccount.map((account) => ({ name: accountName(account), state: account.state })),
];

/** The stack with the construct `LambdaToSagemakerEndpoint` outside of an environment. */
const OWN_STACK = "own";
/** The stack with the same construct and with resources to which the construct refers. */
const REFERENCES_STACK = "references";

const temp = makeTempFolder();
const outdir = join(temp, "out");
const terraform = new Terraform(join(temp, "home"));
const outdirWithAccounts = join(temp, "with-accounts");
const folderOf = (stack: string): string => {
  const withAccounts = [...everyAccount.map(accountName), ...environments.map(({ name }) => name)];
  return join(withAccounts.includes(stack) ? outdirWithAccounts : outdir, "stacks", stack);
};

beforeAll(() => {
  mkdirSync(outdir);
  mkdirSync(outdirWithAccounts);
  const app = createApp([...everyEnvironment, example], { outdir });
  new OwnStack(app, OWN_STACK);
  new ReferencesStack(app, REFERENCES_STACK);
  app.synth();
  // The project's own environments obey the rules of the accounts. The examples break such rules, so the app of the
  // examples has no accounts.
  createApp(environments, { accounts: everyAccount, outdir: outdirWithAccounts }).synth();
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
