import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { CallerSettings, Environment } from "../../src/environment/environment";
import { type Finished, runMain, runNode } from "../stacks/support/project";
import { send } from "./support/client";
import { PROD } from "./support/environments";
import { COMMAND, ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const TIMEOUT_IN_MS = 120_000;

/** Many callers: the policy with their names is too long for IAM. */
const callers = Object.fromEntries(
  Array.from({ length: 120 }, (_, index): [string, CallerSettings] => [
    `caller-${index}`,
    {
      mayInvoke: [{ model: "loan-default", by: "route" }],
      roles: [`${"r".repeat(50)}-${index}`],
    },
  ]),
);
const environment: Environment = { ...PROD, permissionsBoundary: true, callers };
const account: AccountSettings = {
  region: "us-east-1",
  accountId: "444455556666",
  state: { local: { path: "terraform.account.tfstate" } },
  apiGatewayLogs: true,
  github: { repository: "octo-org@123456/stages@456789" },
};

describe("a project whose account would need policies that IAM refuses", () => {
  let project: ProjectCopy;

  beforeAll(() => {
    project = new ProjectCopy();
    project.setEnvironments(environment);
    project.setAccounts(account);
  });

  afterAll(() => project.remove());

  it(
    "serves its environments on the local stage",
    async () => {
      // Act
      const stage = await RunningStage.serve(project, ["prod"]);

      // Assess
      try {
        const { status } = await send(stage.url, { path: "/prod/loan-default", body: "{}" });
        expect(status).toBe(403);
        expect(stage.errors).toBe("");
        // The account's settings still apply: the stage has its access log.
        const [folder = ""] = readdirSync(join(project.folder, "cdktf.out/local-stage")).filter((name) =>
          name.startsWith("synthesis-"),
        );
        expect(project.read(`cdktf.out/local-stage/${folder}/stacks/prod/cdk.tf.json`)).toContain(
          '"access_log_settings"',
        );
      } finally {
        await stage.kill();
      }
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses synthesis with each policy, its length and the limit, without a stack trace",
    async () => {
      // Act
      const { status, stderr } = await runMain(project.folder);

      // Assess
      expect(status).toBe(1);
      const [title, ...faults] = stderr.trimEnd().split("\n");
      expect(title).toBe(`${faults.length} fault(s) in environments/:`);
      expect(faults.length).toBeGreaterThan(0);
      for (const fault of faults) {
        expect(fault).toMatch(
          /^ {2}prod: prod-deploy\S*: got (?:a policy of \d+ characters; allowed: 6144 characters, without whitespace|11 policies: .*; allowed: at most 10 managed policies of one role)\. Fewer callers, .* \(https:\/\/docs\.aws\.amazon\.com\/\S+\)$/,
        );
      }
    },
    TIMEOUT_IN_MS,
  );

  it(
    "prints no policies of the deployer, but the reason",
    async () => {
      // Act
      const { status, stdout, stderr } = await runDeployer(project, "prod");

      // Assess
      expect(status).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(
        /^1 fault\(s\) in the deployer's policies:\n {2}prod: roles-4: got a policy of \d+ characters; allowed: 6144 characters, .* \(https:\/\/docs\.aws\.amazon\.com\/\S+\)\n$/,
      );
    },
    TIMEOUT_IN_MS,
  );
});

describe("a project with an environment whose prefix starts with the prefix of another environment", () => {
  let project: ProjectCopy;

  beforeAll(() => {
    project = new ProjectCopy();
    project.setEnvironments(PROD, {
      ...PROD,
      name: "prod-eu",
      state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "sagemaker-stages/prod-eu.tfstate" } },
    });
  });

  afterAll(() => project.remove());

  it(
    "prints no policies of the deployer, because each deployer could change the other environment",
    async () => {
      // Act
      const { status, stdout, stderr } = await runDeployer(project, "prod");

      // Assess
      expect(status).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toMatch(
        /^1 fault\(s\) in environments\/:\n {2}prod-eu: name: got "prod-eu"; allowed: a prefix that does not start with prod-, or another account \(.*\)\n$/,
      );
    },
    TIMEOUT_IN_MS,
  );
});

/** Runs `sagemaker-stages deployer` in a copy of the fixture app. */
function runDeployer(project: ProjectCopy, ...words: readonly string[]): Promise<Finished> {
  return runNode([COMMAND, "deployer", ...words], project.folder);
}
