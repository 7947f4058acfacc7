import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ACCOUNTS, LIVE, LOCAL, STAGING } from "./support/environments";
import { GitHub, type PullRequest, REPOSITORY, type Run } from "./support/github";
import { type Step, Workspace } from "./support/pipeline";

const TIMEOUT_IN_MS = 30_000;

const MERGED = "a".repeat(40);
const HEAD = "b".repeat(40);

const PULL_REQUEST: PullRequest = {
  number: 7,
  merged_at: "2026-11-21T10:00:00Z",
  merge_commit_sha: MERGED,
  head: { sha: HEAD, ref: "a-branch" },
  base: { ref: "main" },
};

const RUN: Run = {
  id: 42,
  path: ".github/workflows/plan.yml",
  event: "pull_request",
  head_branch: "a-branch",
  head_sha: HEAD,
  conclusion: "success",
  created_at: "2026-11-21T09:00:00Z",
  run_started_at: "2026-11-21T09:00:00Z",
  head_repository: { full_name: REPOSITORY },
};

const ON_MAIN: Run = { ...RUN, id: 50, event: "workflow_dispatch", head_branch: "main", head_sha: MERGED };

const ARTIFACTS = [
  { name: "plan-staging", expired: false },
  { name: "plan-prod", expired: false },
];

const REMEDY = "Plan again: run the workflow plan on main, read its review, then run the workflow deploy";

let github: GitHub;
let workspace: Workspace;

beforeAll(async () => {
  github = await GitHub.start();
  workspace = new Workspace(ACCOUNTS, LOCAL, STAGING, LIVE);
});

beforeEach(() => {
  github.changes.length = 0;
  Object.assign(github.holds, {
    comments: [],
    pullRequests: [PULL_REQUEST],
    runs: [RUN, ON_MAIN],
    artifacts: new Map([
      [42, ARTIFACTS],
      [50, ARTIFACTS],
    ]),
  });
});

afterAll(async () => {
  workspace.remove();
  await github.stop();
});

function step(words: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Step> {
  return workspace.step(words, { GITHUB_API_URL: github.url, ...variables });
}

describe("the environments that are planned", () => {
  it(
    "are an output; what is not planned is told",
    async () => {
      // Act
      const { status, output, outputs } = await step(["matrix"], {
        GITHUB_EVENT_NAME: "pull_request",
        HEAD_REPOSITORY: REPOSITORY,
      });

      // Assess
      const environments = JSON.parse(outputs.environments ?? "") as { name: string }[];
      expect(environments.map(({ name }) => name)).toEqual(["staging", "prod"]);
      expect(output).toBe("::notice::trial is not planned: it has no accountId.\n");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["of a fork", { HEAD_REPOSITORY: "somebody/stages" }, /^::notice::Nothing is planned: .* a fork/m],
    ["of a fork that is gone", { HEAD_REPOSITORY: "" }, /^::notice::Nothing is planned: .* a fork/m],
    [
      "of Dependabot",
      { HEAD_REPOSITORY: REPOSITORY, GITHUB_ACTOR: "dependabot[bot]" },
      /^::notice::Nothing is planned: Dependabot/m,
    ],
  ])(
    "are none for a pull request %s",
    async (_, variables, notice) => {
      // Act
      const { status, output, outputs } = await step(["matrix"], {
        GITHUB_EVENT_NAME: "pull_request",
        ...variables,
      });

      // Assess
      expect(outputs).toEqual({ environments: "[]" });
      expect(output).toMatch(notice);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the run whose plans are applied", () => {
  const find = (planRun = "") => step(["find"], { GITHUB_SHA: MERGED, PLAN_RUN: planRun });

  it(
    "is the pull request's last successful one",
    async () => {
      // Prepare
      github.holds.runs = [
        RUN,
        { ...RUN, id: 43, created_at: "2026-11-21T09:30:00Z" },
        { ...RUN, id: 44, created_at: "2026-11-21T09:40:00Z", conclusion: "failure" },
        { ...RUN, id: 45, created_at: "2026-11-21T09:50:00Z", head_sha: "c".repeat(40) },
        { ...RUN, id: 46, created_at: "2026-11-21T09:55:00Z", head_repository: { full_name: "fork/stages" } },
        { ...RUN, id: 47, created_at: "2026-11-21T09:56:00Z", head_branch: "another-branch" },
        { ...RUN, id: 48, created_at: "2026-11-21T09:57:00Z", run_started_at: "2026-11-21T10:00:01Z" },
      ];
      github.holds.artifacts = new Map([[43, ARTIFACTS]]);

      // Act
      const { status, outputs } = await find();

      // Assess
      expect(outputs).toEqual({ run: "43" });
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is the one that somebody names, on main",
    async () => {
      // Act
      const { outputs } = await find("50");

      // Assess
      expect(outputs).toEqual({ run: "50" });
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, prepare: () => void, planRun: string, message: string]>([
    [
      "there is no pull request",
      () => {
        github.holds.pullRequests = [];
      },
      "",
      `${MERGED} is of no pull request. ${REMEDY}`,
    ],
    [
      "the commit was not what was merged",
      () => {
        github.holds.pullRequests = [{ ...PULL_REQUEST, merged_at: null }];
      },
      "",
      `${MERGED} is of no pull request. ${REMEDY}`,
    ],
    [
      "no run ended well",
      () => {
        github.holds.runs = [{ ...RUN, conclusion: "failure" }];
      },
      "",
      `Pull request 7 has no successful run of plan.yml for ${HEAD} from before it was merged. ${REMEDY}`,
    ],
    [
      "its only run ran again after the merge",
      () => {
        github.holds.runs = [{ ...RUN, run_started_at: "2026-11-21T10:00:01Z" }];
      },
      "",
      `Pull request 7 has no successful run of plan.yml for ${HEAD} from before it was merged. ${REMEDY}`,
    ],
    [
      "another pull request, into another branch, is of the same commit",
      () => {
        github.holds.pullRequests = [
          PULL_REQUEST,
          { ...PULL_REQUEST, number: 8, merged_at: null, merge_commit_sha: "", base: { ref: "other" } },
        ];
        github.holds.runs = [RUN, { ...RUN, id: 43, created_at: "2026-11-21T09:30:00Z" }];
      },
      "",
      `Pull requests 7 and 8 are both of ${HEAD}: whose plan is whose, no run says. ${REMEDY}`,
    ],
    [
      "it has no plans",
      () => {
        github.holds.artifacts = new Map();
      },
      "",
      `Run 42 has no plans. ${REMEDY}`,
    ],
    [
      "its plans are too old",
      () => {
        github.holds.artifacts = new Map([[42, [{ name: "plan-prod", expired: true }]]]);
      },
      "",
      `The plans of run 42 are not kept any more (plan-prod). ${REMEDY}`,
    ],
    [
      "the one that is named is of a pull request",
      () => {},
      "42",
      `plan_run: got 42, a run of .github/workflows/plan.yml by pull_request on a-branch (${HEAD}), success; allowed: `,
    ],
    [
      "the one that is named is of another workflow",
      () => {
        github.holds.runs = [{ ...ON_MAIN, path: ".github/workflows/check.yml" }];
      },
      "50",
      `plan_run: got 50, a run of .github/workflows/check.yml by workflow_dispatch on main (${MERGED}), success; allowed: `,
    ],
    [
      "the one that is named is of another commit, such as that of a tag with main's name",
      () => {
        github.holds.runs = [{ ...ON_MAIN, head_sha: "c".repeat(40) }];
      },
      "50",
      `plan_run: got 50, a run of .github/workflows/plan.yml by workflow_dispatch on main (${"c".repeat(40)}), success; allowed: a successful run of plan.yml that somebody started on main at ${MERGED}`,
    ],
    ["there is no run of that id", () => {}, "51", "Not Found"],
    ["what is named is no id", () => {}, "50/../1", "plan_run: got 50/../1; allowed: the id of a run"],
  ])(
    "is refused where %s",
    async (_, prepare, planRun, message) => {
      // Prepare
      prepare();

      // Act
      const { status, output, outputs } = await find(planRun);

      // Assess
      expect(output).toContain(`::error::${message}`);
      expect(outputs).toEqual({});
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the commit that is deployed", () => {
  const head = () => step(["head"], { GITHUB_SHA: MERGED });

  it(
    "is still what main is",
    async () => {
      // Prepare
      github.holds.main = MERGED;

      // Act
      const { status, output } = await head();

      // Assess
      expect(output).toBe("");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused where something was merged since",
    async () => {
      // Prepare
      github.holds.main = "c".repeat(40);

      // Act
      const { status, output } = await head();

      // Assess
      expect(output).toMatch(new RegExp(`^::error::${MERGED} is not main any more: c{40} is.+${REMEDY}`));
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the comment at a pull request", () => {
  const planned = (environment: string, changes: boolean) => ({
    environment,
    commit: MERGED,
    tree: HEAD,
    changes,
    state: { lineage: "6f3d", serial: 7 },
    sha256: Object.fromEntries(["plan", "stack"].map((name) => [name, "0".repeat(64)])),
  });

  const digestOf = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(workspace.project.folder, "plans", name, "planned.json")))
      .digest("hex");

  /** Names that the plans of `changes` have; of `staging` and `prod` there should be plans. */
  async function comment(
    review: string,
    changes: Readonly<Record<string, boolean>>,
    commit = HEAD,
  ): Promise<Step> {
    for (const [name, does] of Object.entries(changes)) {
      workspace.write(`plans/${name}/planned.json`, JSON.stringify(planned(name, does)));
    }
    workspace.write("review.md", review);
    return step(["comment", "plans", "review.md"], {
      PULL_REQUEST: "7",
      HEAD_SHA: commit,
      ENVIRONMENTS: JSON.stringify([{ name: "staging" }, { name: "prod" }]),
    });
  }

  it(
    "is made once, and then kept up to date, whatever others write",
    async () => {
      // Prepare
      const others = Array.from({ length: 120 }, (_, index) => ({
        id: index + 1,
        body: "<!-- plans-of-all-environments --> mine",
        user: { login: "mona" },
      }));
      github.holds.comments = [...others];

      // Act
      const first = await comment("prod: 1 update", { staging: true, prod: true });
      const second = await comment("prod: 2 updates", { staging: true, prod: true }, "c".repeat(40));

      // Assess
      expect([first.output, second.output]).toEqual(["comment: created\n", "comment: updated\n"]);
      expect(github.changes).toEqual(["POST /issues/7/comments", "PATCH /issues/comments/121"]);
      expect(github.holds.comments.slice(0, -1)).toEqual(others);
      expect(github.holds.comments.at(-1)?.body).toMatch(
        new RegExp(
          `^<!-- plans-of-all-environments -->\nprod: 2 updates\n\nOf commit c{40}, .*https://github.com/${REPOSITORY}/actions/runs/9.*\nPlans: prod \`${digestOf("prod")}\`, staging \`${digestOf("staging")}\`\n$`,
        ),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is silent where nothing changes, and says so where it is there",
    async () => {
      // Act
      const first = await comment("nothing", { staging: false, prod: false });
      await comment("prod: 1 update", { staging: false, prod: true });
      await comment("nothing", { staging: false, prod: false });

      // Assess
      expect(first.output).toBe("comment: silent\n");
      expect(github.changes).toEqual(["POST /issues/7/comments", "PATCH /issues/comments/1"]);
      expect(github.holds.comments[0]?.body).toContain("\nNothing would change in prod, staging.\n");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "does not go on telling of an older commit where nothing of the newer one is planned",
    async () => {
      // Prepare
      await comment("prod: 1 update", { staging: false, prod: true });

      // Act
      const { output } = await step(["comment", "no-plans", "review.md"], {
        PULL_REQUEST: "7",
        HEAD_SHA: "c".repeat(40),
        ENVIRONMENTS: "[]",
      });

      // Assess
      expect(output).toBe("comment: updated\n");
      expect(github.holds.comments[0]?.body).toMatch(
        /^.*\nNothing is planned: the run says why\.\n\nOf commit c{40}, /,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fits, whatever the review's length, and in whole lines",
    async () => {
      // Act
      await comment(`<details>\n${"0123456789\n".repeat(10_000)}</details>\n`, { staging: true, prod: true });

      // Assess
      const body = github.holds.comments[0]?.body ?? "";
      expect(body.length).toBeLessThanOrEqual(65_536);
      expect(body.length).toBeGreaterThan(65_500);
      expect(body).toMatch(/\n0123456789\n<\/details>\n\n\*\*The rest does not fit here\*\*/);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the comment where an environment could not be planned", () => {
  it(
    "says which, even where nothing else changes",
    async () => {
      // Prepare
      workspace.write("review.md", "No environment could be planned.");

      // Act
      const { output } = await step(["comment", "no-plans", "review.md"], {
        PULL_REQUEST: "7",
        HEAD_SHA: HEAD,
        ENVIRONMENTS: JSON.stringify([{ name: "staging" }]),
      });

      // Assess
      expect(output).toBe("comment: created\n");
      expect(github.holds.comments[0]?.body).toContain(
        "\n**staging could not be planned**: the run says why.\n",
      );
    },
    TIMEOUT_IN_MS,
  );
});
