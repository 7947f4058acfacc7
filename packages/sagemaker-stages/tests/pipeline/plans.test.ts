import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ACCOUNTS, LIVE, STAGING } from "./support/environments";
import { type Step, Workspace } from "./support/pipeline";

const TIMEOUT_IN_MS = 30_000;

const REMEDY = "%0APlan again: run the workflow plan on main, read its review, then run the workflow deploy";

const STAGING_FOLDER = "plans/staging";

/** The output of `terraform state pull`, shortened. */
const STATE = { version: 4, serial: 7, lineage: "6f3d", outputs: { key: { value: "a secret" } } };

let workspace: Workspace;

beforeAll(() => {
  workspace = new Workspace(ACCOUNTS, STAGING, LIVE);
});

beforeEach(() => {
  workspace.write("source.txt", "as it was planned");
  workspace.commit("source.txt");
});

afterAll(() => workspace.remove());

/** Writes the files that Terraform leaves for a planned environment. */
function writePlan(name: string, applyable = true): string {
  const folder = `plans/${name}`;
  rmSync(join(workspace.project.folder, `cdktf.out/stacks/${name}`), { recursive: true, force: true });
  workspace.write(`cdktf.out/stacks/${name}/cdk.tf.json`, `{"of": "${name}"}`);
  workspace.write(`cdktf.out/stacks/${name}/assets/package.zip`, "a package");
  workspace.write(`${folder}/plan.json`, JSON.stringify({ of: name, applyable, errored: false }));
  workspace.write("state.json", JSON.stringify(STATE));
  return folder;
}

/** Records the plan of an environment, as the workflow does. */
async function plan(name: string, applyable = true): Promise<void> {
  const folder = writePlan(name, applyable);
  expect(await workspace.step(["record", name, folder, "state.json"])).toMatchObject({ status: 0 });
}

function description(name: string): string {
  return readFileSync(join(workspace.project.folder, "plans", name, "planned.json"), "utf8");
}

const digestOf = (name: string): string => createHash("sha256").update(description(name)).digest("hex");

const verify = (digest = digestOf("staging")): Promise<Step> =>
  workspace.step(["verify", "staging", STAGING_FOLDER], { PLAN_DIGEST: digest });

describe("the selection of plans", () => {
  afterEach(() => rmSync(join(workspace.project.folder, "plans"), { recursive: true, force: true }));

  it(
    "contains each plan with changes, with its digest and role, in the order of the environments",
    async () => {
      // Prepare
      await plan("prod");
      await plan("staging");

      // Act
      const { status, output, outputs } = await workspace.step(["select", "plans"]);

      // Assess
      const { commit } = JSON.parse(description("staging")) as { commit: string };
      expect(output).toBe(
        ["staging", "prod"]
          .map((name) => `::notice::${name}: plan ${digestOf(name)} of commit ${commit} is applied.\n`)
          .join(""),
      );
      expect(JSON.parse(outputs.environments ?? "")).toEqual([
        {
          name: "staging",
          region: "us-east-1",
          accountId: "111122223333",
          deployRoleArn: "arn:aws:iam::111122223333:role/staging-deploy",
          digest: digestOf("staging"),
          commit,
        },
        {
          name: "prod",
          region: "us-east-1",
          accountId: "444455556666",
          deployRoleArn: "arn:aws:iam::444455556666:role/prod-deploy",
          digest: digestOf("prod"),
          commit,
        },
      ]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "excludes plans without changes",
    async () => {
      // Prepare
      await plan("staging", false);
      await plan("prod");

      // Act
      const { output, outputs } = await workspace.step(["select", "plans"]);

      // Assess
      const environments = JSON.parse(outputs.environments ?? "") as { name: string }[];
      expect(environments.map(({ name }) => name)).toEqual(["prod"]);
      expect(output).toMatch(/\n::notice::Not applied, because their plans change nothing: staging\.\n$/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the selection is refused when a plan is missing, and when another change was merged in the meantime",
    async () => {
      // Prepare
      await plan("staging");
      workspace.write("source.txt", "another change");
      workspace.commit("source.txt");

      // Act
      const { status, output, outputs } = await workspace.step(["select", "plans"]);

      // Assess
      expect(output).toMatch(
        new RegExp(
          `^::error::prod has no plan in this run\\.%0Astaging was planned from other sources \\([0-9a-f]{40}\\), because another change was merged in the meantime\\.${REMEDY}`,
        ),
      );
      expect(outputs).toEqual({});
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the selection is refused when the run has no plans",
    async () => {
      // Act
      const { status, output } = await workspace.step(["select", "plans"]);

      // Assess
      expect(output).toMatch(/^::error::staging has no plan in this run\.%0Aprod has no plan in this run\./);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("a recorded plan", () => {
  beforeAll(async () => {
    workspace.write("source.txt", "as it was planned");
    workspace.commit("source.txt");
    await plan("staging");
  }, TIMEOUT_IN_MS);

  beforeEach(() => {
    writePlan("staging");
  });

  it.each([
    ["the version of its state, without the values of the state", STATE, { lineage: "6f3d", serial: 7 }],
    ["no state when there was none", "", null],
  ])(
    "the plan is described with %s",
    async (_, pulled, state) => {
      // Prepare
      workspace.write("state.json", pulled === "" ? "" : JSON.stringify(pulled));

      // Act
      const { status, output } = await workspace.step(["record", "staging", STAGING_FOLDER, "state.json"]);

      // Assess
      expect(status).toBe(0);
      expect(JSON.parse(description("staging"))).toMatchObject({ environment: "staging", state });
      expect(description("staging")).not.toContain("a secret");
      expect(output).toMatch(
        new RegExp(`^::notice::staging: changes\\. Plan ${digestOf("staging")} of commit [0-9a-f]{40}\\.\n$`),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "passes when the plan, the stack and the sources are unchanged",
    async () => {
      // Act
      const { status, output } = await verify();

      // Assess
      expect(output).toBe("");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, change: () => void, fault: string]>([
    [
      "the plan",
      () => workspace.write(`${STAGING_FOLDER}/plan.json`, "{}"),
      "staging: the plan was modified.",
    ],
    [
      "the synthesized stack",
      () => workspace.write("cdktf.out/stacks/staging/cdk.tf.json", '{"of": "Staging"}'),
      "staging: the synthesized stack differs from the planned stack.",
    ],
    [
      "a function's package beside the stack",
      () => workspace.write("cdktf.out/stacks/staging/assets/package.zip", "another package"),
      "staging: the synthesized stack differs from the planned stack.",
    ],
    [
      "the number of Terraform's files in the stack's folder",
      () => workspace.write("cdktf.out/stacks/staging/more.tf.json", "{}"),
      "staging: the synthesized stack differs from the planned stack.",
    ],
    [
      "the sources",
      () => {
        workspace.write("source.txt", "another change");
        workspace.commit("source.txt");
      },
      "staging: the checked-out sources differ from the planned sources.",
    ],
  ])(
    "the plan is refused when %s changed",
    async (_, change, fault) => {
      // Prepare
      change();

      // Act
      const { status, output } = await verify();

      // Assess
      expect(output).toContain(`::error::${fault}${REMEDY}`);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the plan is refused when it was recorded again, from another state, after its selection",
    async () => {
      // Prepare
      const digest = digestOf("staging");
      workspace.write("state.json", JSON.stringify({ ...STATE, serial: 8 }));
      await workspace.step(["record", "staging", STAGING_FOLDER, "state.json"]);

      // Act
      const { status, output } = await verify(digest);

      // Assess
      expect(output).toContain(`::error::staging: the plan is not the selected plan.${REMEDY}`);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the plan is not recorded when the planning failed",
    async () => {
      // Prepare
      workspace.write(`${STAGING_FOLDER}/plan.json`, JSON.stringify({ applyable: false, errored: true }));

      // Act
      const { status, output } = await workspace.step(["record", "staging", STAGING_FOLDER, "state.json"]);

      // Assess
      expect(output).toContain("::error::staging: the planning failed");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
