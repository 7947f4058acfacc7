import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ACCOUNTS, LIVE, STAGING } from "./support/environments";
import { type Step, Workspace } from "./support/pipeline";

const TIMEOUT_IN_MS = 30_000;

const REMEDY = "%0APlan again: run the workflow plan on main, read its review, then run the workflow deploy";

const OF_STAGING = "plans/staging";

/** What `terraform state pull` tells, in short. */
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

/** The files of a planned environment, as Terraform leaves them. */
function writePlan(name: string, applyable = true): string {
  const folder = `plans/${name}`;
  rmSync(join(workspace.project.folder, `cdktf.out/stacks/${name}`), { recursive: true, force: true });
  workspace.write(`cdktf.out/stacks/${name}/cdk.tf.json`, `{"of": "${name}"}`);
  workspace.write(`cdktf.out/stacks/${name}/assets/package.zip`, "a package");
  workspace.write(`${folder}/plan.json`, JSON.stringify({ of: name, applyable, errored: false }));
  workspace.write("state.json", JSON.stringify(STATE));
  return folder;
}

/** Plans an environment, as the workflow's steps do. */
async function plan(name: string, applyable = true): Promise<void> {
  const folder = writePlan(name, applyable);
  expect(await workspace.step(["record", name, folder, "state.json"])).toMatchObject({ status: 0 });
}

function description(name: string): string {
  return readFileSync(join(workspace.project.folder, "plans", name, "planned.json"), "utf8");
}

const digestOf = (name: string): string => createHash("sha256").update(description(name)).digest("hex");

const verify = (digest = digestOf("staging")): Promise<Step> =>
  workspace.step(["verify", "staging", OF_STAGING], { PLAN_DIGEST: digest });

describe("the plans that are applied", () => {
  afterEach(() => rmSync(join(workspace.project.folder, "plans"), { recursive: true, force: true }));

  it(
    "are those with changes, each with its digest and its environment's role, in the environments' order",
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
          .map(
            (name) => `::notice::${name}: what is applied is plan ${digestOf(name)} of commit ${commit}.\n`,
          )
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
    "are not those that change nothing",
    async () => {
      // Prepare
      await plan("staging", false);
      await plan("prod");

      // Act
      const { output, outputs } = await workspace.step(["select", "plans"]);

      // Assess
      const environments = JSON.parse(outputs.environments ?? "") as { name: string }[];
      expect(environments.map(({ name }) => name)).toEqual(["prod"]);
      expect(output).toMatch(/\n::notice::Nothing changes in staging: not applied\.\n$/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "are refused where something else was merged in between, or one is missing",
    async () => {
      // Prepare
      await plan("staging");
      workspace.write("source.txt", "as somebody else wants it");
      workspace.commit("source.txt");

      // Act
      const { status, output, outputs } = await workspace.step(["select", "plans"]);

      // Assess
      expect(output).toMatch(
        new RegExp(
          `^::error::prod has no plan in that run\\.%0Astaging was planned from other sources \\([0-9a-f]{40}\\): something else was merged in between\\.${REMEDY}`,
        ),
      );
      expect(outputs).toEqual({});
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "are refused where there are none at all",
    async () => {
      // Act
      const { status, output } = await workspace.step(["select", "plans"]);

      // Assess
      expect(output).toMatch(/^::error::staging has no plan in that run\.%0Aprod has no plan in that run\./);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("a plan before it is applied", () => {
  beforeAll(async () => {
    workspace.write("source.txt", "as it was planned");
    workspace.commit("source.txt");
    await plan("staging");
  }, TIMEOUT_IN_MS);

  beforeEach(() => {
    writePlan("staging");
  });

  it.each([
    ["which state it was made from, and nothing else of it", STATE, { lineage: "6f3d", serial: 7 }],
    ["that there was no state", "", null],
  ])(
    "is described with %s",
    async (_, pulled, state) => {
      // Prepare
      workspace.write("state.json", pulled === "" ? "" : JSON.stringify(pulled));

      // Act
      const { status, output } = await workspace.step(["record", "staging", OF_STAGING, "state.json"]);

      // Assess
      expect(status).toBe(0);
      expect(JSON.parse(description("staging"))).toMatchObject({ environment: "staging", state });
      expect(description("staging")).not.toContain("a secret");
      expect(output).toMatch(
        new RegExp(
          `^::notice::staging: something would change\\. Plan ${digestOf("staging")} of commit [0-9a-f]{40}\\.\n$`,
        ),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is let pass where it, its stack and its sources are those that were planned",
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
    ["the plan", () => workspace.write(`${OF_STAGING}/plan.json`, "{}"), "staging: the plan was changed."],
    [
      "the synthesized stack",
      () => workspace.write("cdktf.out/stacks/staging/cdk.tf.json", '{"of": "Staging"}'),
      "staging: another stack was synthesized than the one that was planned.",
    ],
    [
      "a function's package beside the stack",
      () => workspace.write("cdktf.out/stacks/staging/assets/package.zip", "another package"),
      "staging: another stack was synthesized than the one that was planned.",
    ],
    [
      "the number of Terraform's files in the stack's folder",
      () => workspace.write("cdktf.out/stacks/staging/more.tf.json", "{}"),
      "staging: another stack was synthesized than the one that was planned.",
    ],
    [
      "the sources",
      () => {
        workspace.write("source.txt", "as somebody else wants it");
        workspace.commit("source.txt");
      },
      "staging: other sources are checked out than those that were planned.",
    ],
  ])(
    "is refused where %s changed",
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
    "is refused where it was made again after it was selected, and from another state",
    async () => {
      // Prepare
      const digest = digestOf("staging");
      workspace.write("state.json", JSON.stringify({ ...STATE, serial: 8 }));
      await workspace.step(["record", "staging", OF_STAGING, "state.json"]);

      // Act
      const { status, output } = await verify(digest);

      // Assess
      expect(output).toContain(`::error::staging: it is not the plan that was selected.${REMEDY}`);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is not even recorded where the planning failed",
    async () => {
      // Prepare
      workspace.write(`${OF_STAGING}/plan.json`, JSON.stringify({ applyable: false, errored: true }));

      // Act
      const { status, output } = await workspace.step(["record", "staging", OF_STAGING, "state.json"]);

      // Assess
      expect(output).toContain("::error::staging: the planning failed");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
