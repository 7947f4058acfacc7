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
  Object.assign(github.content, {
    comments: [],
    labels: [],
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
    "the environments are the output of the step, with a notice for each other environment",
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
    ["of a fork", { HEAD_REPOSITORY: "mona/stages" }, /^::notice::Nothing is planned: .* a fork/m],
    ["of a deleted fork", { HEAD_REPOSITORY: "" }, /^::notice::Nothing is planned: .* a fork/m],
    [
      "of Dependabot",
      { HEAD_REPOSITORY: REPOSITORY, GITHUB_ACTOR: "dependabot[bot]" },
      /^::notice::Nothing is planned: Dependabot/m,
    ],
  ])(
    "no environment is planned for a pull request %s",
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
    "the run is the pull request's last successful run before the merge",
    async () => {
      // Prepare
      github.content.runs = [
        RUN,
        { ...RUN, id: 43, created_at: "2026-11-21T09:30:00Z" },
        { ...RUN, id: 44, created_at: "2026-11-21T09:40:00Z", conclusion: "failure" },
        { ...RUN, id: 45, created_at: "2026-11-21T09:50:00Z", head_sha: "c".repeat(40) },
        { ...RUN, id: 46, created_at: "2026-11-21T09:55:00Z", head_repository: { full_name: "fork/stages" } },
        { ...RUN, id: 47, created_at: "2026-11-21T09:56:00Z", head_branch: "another-branch" },
        { ...RUN, id: 48, created_at: "2026-11-21T09:57:00Z", run_started_at: "2026-11-21T10:00:01Z" },
      ];
      github.content.artifacts = new Map([[43, ARTIFACTS]]);

      // Act
      const { status, outputs } = await find();

      // Assess
      expect(outputs).toEqual({ run: "43" });
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the run is the named run on main",
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
      "the commit has no pull request",
      () => {
        github.content.pullRequests = [];
      },
      "",
      `${MERGED} is not a commit of a merged pull request. ${REMEDY}`,
    ],
    [
      "the pull request was not merged",
      () => {
        github.content.pullRequests = [{ ...PULL_REQUEST, merged_at: null }];
      },
      "",
      `${MERGED} is not a commit of a merged pull request. ${REMEDY}`,
    ],
    [
      "no run was successful",
      () => {
        github.content.runs = [{ ...RUN, conclusion: "failure" }];
      },
      "",
      `Pull request 7 has no successful run of plan.yml for ${HEAD} that started before the merge. ${REMEDY}`,
    ],
    [
      "the only run started again after the merge",
      () => {
        github.content.runs = [{ ...RUN, run_started_at: "2026-11-21T10:00:01Z" }];
      },
      "",
      `Pull request 7 has no successful run of plan.yml for ${HEAD} that started before the merge. ${REMEDY}`,
    ],
    [
      "another pull request has the same last commit",
      () => {
        github.content.pullRequests = [
          PULL_REQUEST,
          { ...PULL_REQUEST, number: 8, merged_at: null, merge_commit_sha: "", base: { ref: "other" } },
        ];
        github.content.runs = [RUN, { ...RUN, id: 43, created_at: "2026-11-21T09:30:00Z" }];
      },
      "",
      `Pull requests 7 and 8 have the same last commit ${HEAD}, so their plans cannot be distinguished. ${REMEDY}`,
    ],
    [
      "the run has no plans",
      () => {
        github.content.artifacts = new Map();
      },
      "",
      `Run 42 has no plans. ${REMEDY}`,
    ],
    [
      "the plans of the run have expired",
      () => {
        github.content.artifacts = new Map([[42, [{ name: "plan-prod", expired: true }]]]);
      },
      "",
      `The plans of run 42 have expired (plan-prod). ${REMEDY}`,
    ],
    [
      "the named run was started by a pull request",
      () => {},
      "42",
      `plan_run: got 42, a run of .github/workflows/plan.yml by pull_request on a-branch (${HEAD}), success; allowed: `,
    ],
    [
      "the named run is a run of another workflow",
      () => {
        github.content.runs = [{ ...ON_MAIN, path: ".github/workflows/check.yml" }];
      },
      "50",
      `plan_run: got 50, a run of .github/workflows/check.yml by workflow_dispatch on main (${MERGED}), success; allowed: `,
    ],
    [
      "the named run has another commit, such as the commit of a tag with the name main",
      () => {
        github.content.runs = [{ ...ON_MAIN, head_sha: "c".repeat(40) }];
      },
      "50",
      `plan_run: got 50, a run of .github/workflows/plan.yml by workflow_dispatch on main (${"c".repeat(40)}), success; allowed: a successful run of plan.yml that was started by hand on main at ${MERGED}`,
    ],
    ["the named run does not exist", () => {}, "51", "Not Found"],
    ["plan_run is not an id", () => {}, "50/../1", "plan_run: got 50/../1; allowed: the id of a run"],
  ])(
    "the run is refused when %s",
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

describe("the deployed commit", () => {
  const head = () => step(["head"], { GITHUB_SHA: MERGED });

  it(
    "the commit passes when it is still the last commit of main",
    async () => {
      // Prepare
      github.content.main = MERGED;

      // Act
      const { status, output } = await head();

      // Assess
      expect(output).toBe("");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the commit is refused when main has a newer commit",
    async () => {
      // Prepare
      github.content.main = "c".repeat(40);

      // Act
      const { status, output } = await head();

      // Assess
      expect(output).toMatch(
        new RegExp(
          `^::error::${MERGED} is no longer the last commit of main\\. The deployment of c{40}.+${REMEDY}`,
        ),
      );
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the comment on a pull request", () => {
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

  /** @param changes - whether the plan changes anything, by the name of the environment */
  async function comment(
    review: string,
    changes: Readonly<Record<string, boolean>>,
    commit = HEAD,
  ): Promise<Step> {
    for (const [name, hasChanges] of Object.entries(changes)) {
      workspace.write(`plans/${name}/planned.json`, JSON.stringify(planned(name, hasChanges)));
    }
    workspace.write("review.md", review);
    return step(["comment", "plans", "review.md"], {
      PULL_REQUEST: "7",
      HEAD_SHA: commit,
      ENVIRONMENTS: JSON.stringify([{ name: "staging" }, { name: "prod" }]),
    });
  }

  it(
    "the comment is created once and then updated, and leaves comments of other authors unchanged",
    async () => {
      // Prepare
      const others = Array.from({ length: 120 }, (_, index) => ({
        id: index + 1,
        body: "<!-- plans-of-all-environments --> mine",
        user: { login: "mona" },
      }));
      github.content.comments = [...others];

      // Act
      const first = await comment("prod: 1 update", { staging: true, prod: true });
      const second = await comment("prod: 2 updates", { staging: true, prod: true }, "c".repeat(40));

      // Assess
      expect([first.output, second.output]).toEqual(["comment: created\n", "comment: updated\n"]);
      expect(github.changes).toEqual(["POST /issues/7/comments", "PATCH /issues/comments/121"]);
      expect(github.content.comments.slice(0, -1)).toEqual(others);
      expect(github.content.comments.at(-1)?.body).toMatch(
        new RegExp(
          `^<!-- plans-of-all-environments -->\nprod: 2 updates\n\nPlanned from commit c{40} .*https://github.com/${REPOSITORY}/actions/runs/9.*\nPlans: prod \`${digestOf("prod")}\`, staging \`${digestOf("staging")}\`\n$`,
        ),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the comment is not created when nothing changes, and an existing comment reports that nothing changes",
    async () => {
      // Act
      const first = await comment("nothing", { staging: false, prod: false });
      await comment("prod: 1 update", { staging: false, prod: true });
      await comment("nothing", { staging: false, prod: false });

      // Assess
      expect(first.output).toBe("comment: silent\n");
      expect(github.changes).toEqual(["POST /issues/7/comments", "PATCH /issues/comments/1"]);
      expect(github.content.comments[0]?.body).toContain("\nNothing would change in prod, staging.\n");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "states that nothing is planned when no environment of a newer commit is planned",
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
      expect(github.content.comments[0]?.body).toMatch(
        /^.*\nNothing is planned: the run shows the reason\.\n\nPlanned from commit c{40} /,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the comment is cut after a whole line when the review is too long",
    async () => {
      // Act
      await comment(`<details>\n${"0123456789\n".repeat(10_000)}</details>\n`, { staging: true, prod: true });

      // Assess
      const body = github.content.comments[0]?.body ?? "";
      expect(body.length).toBeLessThanOrEqual(65_536);
      expect(body.length).toBeGreaterThan(65_500);
      expect(body).toMatch(/\n0123456789\n<\/details>\n\n\*\*The review is cut here\*\*/);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the comment when an environment could not be planned", () => {
  it(
    "names the environment, even when no plan has changes",
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
      expect(github.content.comments[0]?.body).toContain(
        "\n**staging could not be planned**: the run shows the reason.\n",
      );
    },
    TIMEOUT_IN_MS,
  );
});

describe("the gates of a pull request", () => {
  const REFUSED = "endpoint prod-loan is removed";

  interface Reviewed {
    readonly isProtected?: boolean | null;
    readonly flags?: Readonly<Record<string, boolean>>;
    readonly outages?: readonly string[];
    readonly errored?: boolean;
    readonly incompleteReasons?: readonly string[];
  }

  /** A review of `staging`, in which nothing stops a gate, and of `prod`. */
  function gates(
    {
      isProtected = true,
      flags = { outage: true },
      outages = [REFUSED],
      errored = false,
      incompleteReasons = [],
    }: Reviewed,
    REVIEW_GATES = "",
  ): Promise<Step> {
    const none = { destroy: false, widen: false, public: false, outage: false };
    const environments = [
      {
        environment: "staging",
        protected: true,
        flags: none,
        outages: [],
        errored: false,
        incompleteReasons: [],
      },
      {
        environment: "prod",
        protected: isProtected,
        flags: { ...none, ...flags },
        outages: outages.map((message) => ({ message })),
        errored,
        incompleteReasons,
      },
    ];
    workspace.write("review.json", JSON.stringify({ environments }));
    return step(["gates", "review.json"], { PULL_REQUEST: "7", REVIEW_GATES });
  }

  it.each<[string, Reviewed, string]>([
    ["an outage of an environment that is not protected", { isProtected: false }, ""],
    ["a destroyed resource without an outage", { flags: { destroy: true }, outages: [] }, ""],
    ["an outage, with the value none", {}, "none"],
    ["an outage, with other gates", {}, "destroy,public"],
    ["a plan that stops no gate", { flags: {}, outages: [] }, "destroy, widen, public, outage"],
  ])(
    "pass %s",
    async (_, reviewed, value) => {
      // Act
      const passed = await gates(reviewed, value);

      // Assess
      expect(passed).toMatchObject({ status: 0, output: "" });
    },
    TIMEOUT_IN_MS,
  );

  it.each<[string, Reviewed, string, string]>([
    ["an outage of a protected environment", {}, "", `outage stops the plan of prod (${REFUSED})`],
    [
      "an outage where the review found no synthesized stack",
      { isProtected: null },
      "",
      `outage stops the plan of prod (${REFUSED}). The review found no synthesized stack of prod, which therefore counts as protected`,
    ],
    [
      "an outage of any environment, with the gate in the variable",
      { isProtected: false },
      "outage",
      `outage stops the plan of prod (${REFUSED})`,
    ],
    [
      "a destroyed resource, with the gate in the variable",
      { flags: { destroy: true }, outages: [] },
      "destroy,outage",
      "destroy stops the plan of prod",
    ],
    [
      "an incomplete plan, of which the review cannot show every outage",
      { outages: [], incompleteReasons: ["1 change is deferred"] },
      "",
      "outage stops the plan of prod (1 change is deferred)",
    ],
    [
      "a failed plan, also of a gate whose reasons the message does not name",
      { flags: { destroy: true }, outages: [], errored: true },
      "destroy",
      "destroy stops the plan of prod (the plan failed)",
    ],
    [
      "many outages, of which the message names three",
      { outages: ["a fails", "b fails", "c fails", "d fails", "e fails"] },
      "",
      "outage stops the plan of prod (a fails; b fails; c fails; 2 more)",
    ],
  ])(
    "stop %s",
    async (_, reviewed, value, message) => {
      // Act
      const { status, output } = await gates(reviewed, value);

      // Assess
      const [, gate = ""] = /^(\w+) stops/.exec(message) ?? [];
      expect(output).toBe(
        `::error::The gate ${message}. Change the pull request; or read the review, add the label permit-${gate} to the pull request, and run the failed jobs again.\n`,
      );
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "pass a gate that a label permits, and no other gate",
    async () => {
      // Prepare
      const reviewed = { flags: { destroy: true, outage: true } };
      github.content.labels = ["bug", "permit-outage"];

      // Act
      const onlyOutage = await gates(reviewed);
      const both = await gates(reviewed, "destroy,outage");

      // Assess
      const permitted =
        "::notice::The label permit-outage permits the changes that the gate outage stops in prod.\n";
      expect(onlyOutage).toMatchObject({ status: 0, output: permitted });
      expect(both.status).toBe(1);
      expect(both.output).toContain(permitted);
      expect(both.output).toContain("::error::The gate destroy stops the plan of prod. ");
      expect(both.output).not.toContain("The gate outage stops");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuse an unknown name, also if no plan has changes",
    async () => {
      // Act
      const { status, output } = await gates({ flags: {}, outages: [] }, "outage,outages");

      // Assess
      expect(output).toBe(
        '::error::REVIEW_GATES: got "outages"; allowed: destroy, widen, public, outage, separated by commas; none; or no value, which stops outages of protected environments\n',
      );
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
