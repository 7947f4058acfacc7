import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../../../examples";
import { OwnStack } from "../../../examples/own-stack";
import { type AccountSettings, accountName } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { StackJson } from "../../../src/testing/terraform";
import { environmentWith, RELEASE_OF_FILE } from "../../environment/support/releases";
import { environments } from "../../fixtures/app/environments";
import { accounts } from "../../fixtures/app/environments/accounts";
import { createApp } from "../../support/app";
import { example, exampleModel, exampleWith, exampleWithCallers, named } from "./environments";
import { ReferencesStack } from "./references-stack";

const REGISTRY = "999988887777.dkr.ecr.eu-central-1.amazonaws.com";

/** Environments with settings that neither the fixture app nor the examples have. */
const variants: readonly Environment[] = [
  named("file", exampleWith({ artifact: "artifacts/first.tar.gz" })),
  named("released-file", environmentWith(RELEASE_OF_FILE)),
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

/** The environments of the fixture app, of the examples, and {@link variants}, each name once. */
export const everyEnvironment: readonly Environment[] = [
  ...environments,
  ...[...variants, ...examples].filter(
    ({ name }) => !environments.some((environment) => environment.name === name),
  ),
];

/** The accounts of the fixture app, and an account with an existing identity provider. */
export const everyAccount: readonly AccountSettings[] = [
  ...accounts,
  {
    name: "existing",
    region: "eu-central-1",
    accountId: "777788889999",
    state: { s3: { bucket: "amzn-s3-demo-other-bucket", key: "existing.tfstate", region: "us-east-1" } },
    github: { repository: "octo-org/stages", oidcProvider: "existing" },
  },
];

/** The stack with the construct `LambdaToSagemakerEndpoint` outside of an environment. */
export const OWN_STACK = "own";
/** The stack with the same construct and with resources to which the construct refers. */
export const REFERENCES_STACK = "references";

/** Synthesizes every stack of the engine, and returns the function that finds the folder of a stack by its name. */
export function synthesizeEveryStack(folder: string): (stack: string) => string {
  const outdir = join(folder, "out");
  const outdirWithAccounts = join(folder, "with-accounts");
  mkdirSync(outdir);
  mkdirSync(outdirWithAccounts);
  const app = createApp([...everyEnvironment, example], { outdir });
  new OwnStack(app, OWN_STACK);
  new ReferencesStack(app, REFERENCES_STACK);
  app.synth();
  // The project's own environments obey the rules of the accounts. The examples break such rules, so the app of the
  // examples has no accounts.
  createApp(environments, { accounts: everyAccount, outdir: outdirWithAccounts }).synth();
  const withAccounts = [...everyAccount.map(accountName), ...environments.map(({ name }) => name)];
  return (stack) => join(withAccounts.includes(stack) ? outdirWithAccounts : outdir, "stacks", stack);
}

/** Every stack of the engine, synthesized in a temporary folder. The current folder is the folder of the fixture app. */
export function readEveryStack(): StackJson[] {
  const folder = makeTempFolder();
  try {
    synthesizeEveryStack(folder);
    return ["out", "with-accounts"].flatMap((outdir) => readStacks(join(folder, outdir)));
  } finally {
    removeFolder(folder);
  }
}

/** The stacks in the output of a synthesis. */
export function readStacks(outdir: string): StackJson[] {
  const folder = join(outdir, "stacks");
  return readdirSync(folder)
    .sort()
    .map((name) => new StackJson(name, readFileSync(join(folder, name, "cdk.tf.json"), "utf8")));
}
