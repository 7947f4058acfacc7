import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { EndpointParts, Part } from "../../src/pipeline/endpoint-parts";
import { ACCOUNTS, LIVE, STAGING } from "./support/environments";
import { GitHub, type Issue } from "./support/github";
import { type Step, Workspace } from "./support/pipeline";

const TIMEOUT_IN_MS = 30_000;

let github: GitHub;
let workspace: Workspace;

beforeAll(async () => {
  github = await GitHub.start();
  workspace = new Workspace(ACCOUNTS, STAGING, LIVE);
}, TIMEOUT_IN_MS);

beforeEach(() => {
  github.changes.length = 0;
  github.content.issues = [];
});

afterAll(async () => {
  await github?.stop();
  workspace?.remove();
});

const CHANGED = { path: "stack/model/function", type: "aws_lambda_function", kind: "changed" };

const TITLE = "Drift: deployed environments were changed outside of Terraform, or fail their daily checks";

const DRIFTED: Issue = {
  number: 1,
  title: "old",
  body: "<!-- drift-of-all-environments -->\nold",
  state: "open",
  user: { login: "github-actions[bot]" },
};

const IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/model:1";

const ENDPOINT: EndpointParts = {
  endpoint: "staging-loan",
  state: "exists",
  parts: [
    { kind: "endpoint configuration", name: "loan-1", state: "exists" },
    { kind: "model", name: "loan-model-1", state: "exists" },
    { kind: "image", name: IMAGE, state: "exists" },
  ],
};

/** The endpoint with an image in another state. */
const withImage = (image: Partial<Part>): EndpointParts => ({
  ...ENDPOINT,
  parts: ENDPOINT.parts.map((part) => (part.kind === "image" ? { ...part, ...image } : part)),
});

const PASSED = {
  status: 0,
  table:
    "      route       caller  expected  got  ms\nok    POST /loan  signed  200       200  12\n\nstaging: 1 of 1 as expected\nNot called with a token: scoring's route\n",
};
const FAILED = {
  status: 1,
  table:
    "      route       caller    expected  got           ms\nok    POST /loan  signed    200       200           12\nFAIL  POST /loan  unsigned  403       200, not 403  13\n\nstaging: 1 of 2 as expected\n",
};

/** The results of one environment; `undefined` for a result that the run does not have. */
interface Results {
  readonly drift?: readonly unknown[];
  readonly smoke?: { readonly status: number; readonly table: string };
  readonly endpoints?: readonly EndpointParts[];
}

/** An environment without differences and without failed checks. */
const GOOD: Results = { drift: [], smoke: PASSED, endpoints: [] };

/** Runs the step with the results of the environments. The run should compare staging and prod. */
async function drift(results: Readonly<Record<string, Results>>): Promise<Step & { summary: string }> {
  rmSync(join(workspace.project.folder, "plans"), { recursive: true, force: true });
  const compared = Object.entries(results).flatMap(([environment, { drift: found, smoke, endpoints }]) => {
    const folder = `plans/${environment}`;
    if (smoke !== undefined) {
      workspace.write(`${folder}/smoke.txt`, smoke.table);
      workspace.write(`${folder}/smoke.status`, `${smoke.status}\n`);
    }
    if (endpoints !== undefined) workspace.write(`${folder}/parts.json`, JSON.stringify(endpoints));
    return found === undefined ? [] : [{ environment, drift: found, other: "ignored" }];
  });
  workspace.write("review.json", JSON.stringify({ environments: compared }));
  workspace.write("review.md", "# The review\n\nstack/model/function: memory_size 256 → 512\n");
  workspace.write("summary.md", "");
  const summary = join(workspace.project.folder, "summary.md");
  const step = await workspace.step(["drift", "review.json", "review.md", "plans"], {
    GITHUB_API_URL: github.url,
    GITHUB_STEP_SUMMARY: summary,
    ENVIRONMENTS: JSON.stringify([{ name: "staging" }, { name: "prod" }]),
  });
  return { ...step, summary: readFileSync(summary, "utf8") };
}

describe("the issue about drift", () => {
  it(
    "is opened with the review's words when a resource was changed",
    async () => {
      // Act
      const step = await drift({ staging: { ...GOOD, drift: [CHANGED] }, prod: GOOD });

      // Assess
      expect(step).toMatchObject({ status: 0, output: expect.stringContaining("issue: created") });
      expect(github.changes).toEqual(["POST /issues"]);
      expect(github.content.issues).toMatchObject([{ state: "open", title: TITLE }]);
      expect(github.content.issues[0]?.body).toMatch(
        /^<!-- drift-of-all-environments -->\n[\s\S]*memory_size 256 → 512[\s\S]*actions\/runs\/9\)/,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is updated, and not opened a second time, while there is drift",
    async () => {
      // Prepare
      github.content.issues = [DRIFTED];

      // Act
      const step = await drift({ staging: GOOD, prod: { ...GOOD, drift: [CHANGED] } });

      // Assess
      expect(step.output).toContain("issue: updated");
      expect(github.changes).toEqual(["PATCH /issues/1"]);
      expect(github.content.issues).toMatchObject([{ state: "open", body: expect.stringContaining("512") }]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is closed when all environments were compared, and the drift is gone",
    async () => {
      // Prepare
      github.content.issues = [DRIFTED];

      // Act
      const step = await drift({ staging: GOOD, prod: GOOD });

      // Assess
      expect(step.output).toContain("issue: closed");
      expect(github.content.issues).toMatchObject([{ state: "closed" }]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "stays open when an environment could not be compared",
    async () => {
      // Prepare
      github.content.issues = [DRIFTED];

      // Act
      const step = await drift({ staging: GOOD });

      // Assess
      expect(step.output).toContain("prod could not be compared");
      expect(step.output).toContain("issue: unchanged");
      expect(github.changes).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is not opened without drift, and issues of other authors and pull requests stay unchanged",
    async () => {
      // Prepare
      github.content.issues = [
        { ...DRIFTED, user: { login: "mona" } },
        { ...DRIFTED, number: 2, pull_request: {} },
        { ...DRIFTED, number: 3, body: "another issue" },
      ];

      // Act
      const step = await drift({ staging: GOOD, prod: GOOD });

      // Assess
      expect(step.output).toContain("issue: unchanged");
      expect(github.changes).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "shows the failed lines of the smoke test's table, and the endpoints, when a smoke test fails",
    async () => {
      // Act
      const step = await drift({
        staging: { ...GOOD, smoke: FAILED, endpoints: [ENDPOINT] },
        prod: GOOD,
      });

      // Assess
      expect(step.output).toContain("::error::staging: the smoke test failed.");
      expect(step.output).toContain("issue: created");
      const body = github.content.issues[0]?.body ?? "";
      expect(body).toContain("FAIL  POST /loan  unsigned  403       200, not 403  13");
      expect(body).toContain(
        "- `prod`: `staging: 1 of 1 as expected`; `Not called with a token: scoring's route`\n",
      );
      expect(body).not.toContain("ok    POST /loan");
      expect(body).toContain(
        "| `staging` | `staging-loan` | yes | Exists: endpoint configuration, model, image. |",
      );
      expect(step.summary).toContain("FAIL  POST /loan  unsigned");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is opened when the smoke test could not send its requests",
    async () => {
      // Act
      const step = await drift({ staging: GOOD, prod: { ...GOOD, smoke: { status: 1, table: "" } } });

      // Assess
      expect(step.output).toContain(
        "::error::prod: the smoke test could not send its requests: the run shows the reason.",
      );
      expect(step.output).toContain("issue: created");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is opened when a part of an endpoint does not exist, although no resource differs",
    async () => {
      // Act
      const step = await drift({
        staging: { ...GOOD, endpoints: [withImage({ state: "missing" })] },
        prod: GOOD,
      });

      // Assess
      const fault = `staging: AWS cannot patch the endpoint staging-loan: the image ${IMAGE} does not exist.`;
      expect(step.output).toContain(`::error::${fault}`);
      expect(step.output).toContain("issue: created");
      expect(github.content.issues[0]?.body).toContain(
        `| \`staging\` | \`staging-loan\` | ⚠ **no** | **The image \`${IMAGE}\` does not exist.**<br>Exists: endpoint configuration, model. |`,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is closed with parts that are not checked, and the run's summary names these parts and the reason",
    async () => {
      // Prepare
      github.content.issues = [DRIFTED];

      // Act
      const step = await drift({
        staging: {
          ...GOOD,
          endpoints: [withImage({ state: "unchecked", reason: "AWS answered AccessDeniedException" })],
        },
        prod: GOOD,
      });

      // Assess
      expect(step.output).toContain("issue: closed");
      expect(step.summary).toContain(
        `| as far as checked | Not checked: the image \`${IMAGE}\` (\`AWS answered AccessDeniedException\`).<br>`,
      );
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, prod: Results]>([
    ["the smoke test did not run", { drift: [], endpoints: [] }],
    ["the parts of the endpoints were not determined", { drift: [], smoke: PASSED }],
  ])(
    "stays open when %s",
    async (_, prod) => {
      // Prepare
      github.content.issues = [DRIFTED];

      // Act
      const step = await drift({ staging: GOOD, prod });

      // Assess
      expect(step).toMatchObject({ status: 0, output: expect.stringContaining("issue: unchanged") });
      expect(step.summary).toMatch(/`prod`.*(?:did not run|not checked)/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "contains names from AWS as code, which neither mentions a user nor ends the table",
    async () => {
      // Prepare
      const name = "s3://models/` | @mona <img src=x> [a](https://example.com)\n- item\u202e.tar.gz";

      // Act
      await drift({
        staging: {
          ...GOOD,
          smoke: { status: 1, table: "FAIL  ```\nFAIL  @mona\n" },
          endpoints: [withImage({ kind: "artifact", name, state: "missing" })],
        },
        prod: GOOD,
      });

      // Assess
      const body = github.content.issues[0]?.body ?? "";
      expect(body).toContain(
        "**The artifact ``s3://models/` \\| @mona <img src=x> [a](https://example.com) - item\ufffd.tar.gz`` does not exist.**",
      );
      expect(body).toContain("````text\nFAIL  ```\nFAIL  @mona\n````\n");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is found when a person changed its title or its text, and further issues of the workflow are closed",
    async () => {
      // Prepare
      github.content.issues = [
        { ...DRIFTED, number: 3 },
        { ...DRIFTED, number: 2, title: TITLE, body: "edited" },
      ];

      // Act
      const step = await drift({ staging: { ...GOOD, drift: [CHANGED] }, prod: GOOD });

      // Assess
      expect(step.output).toContain("issue: updated");
      expect(github.changes).toEqual(["PATCH /issues/3", "PATCH /issues/2"]);
      expect(github.content.issues.map(({ number, state, title }) => [number, state, title])).toEqual([
        [3, "closed", "old"],
        [2, "open", TITLE],
      ]);
      expect(github.content.issues[1]?.body).toMatch(/^<!-- drift-of-all-environments -->\n/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is opened again when a person closed the issue while there is drift",
    async () => {
      // Prepare
      github.content.issues = [{ ...DRIFTED, state: "closed" }];

      // Act
      const step = await drift({ staging: { ...GOOD, drift: [CHANGED] }, prod: GOOD });

      // Assess
      expect(step.output).toContain("issue: created");
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, prod: Results, status: number, output: string]>([
    ["fails with the remedy when there is drift", { ...GOOD, drift: [CHANGED] }, 1, "Enable issues in"],
    ["passes without drift", GOOD, 0, "issue: unchanged"],
  ])(
    "is impossible in a repository without issues: the step %s",
    async (_, prod, status, output) => {
      // Prepare
      github.content.hasIssues = false;

      // Act
      const step = await drift({ staging: GOOD, prod });

      // Assess
      github.content.hasIssues = true;
      expect(step).toMatchObject({ status, output: expect.stringContaining(output) });
      expect(step.summary).toContain("## Smoke tests");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is shortened to GitHub's limit, and keeps the marker and the remedy",
    async () => {
      // Prepare
      const endpoints = Array.from({ length: 400 }, (_, index) => ({
        ...withImage({ name: `${"x".repeat(300)}-${index}`, state: "missing" }),
        endpoint: `staging-${index}`,
      }));

      // Act
      await drift({ staging: { ...GOOD, endpoints }, prod: GOOD });

      // Assess
      const body = github.content.issues[0]?.body ?? "";
      expect(body.length).toBeLessThanOrEqual(65_536);
      expect(body).toMatch(/^<!-- drift-of-all-environments -->\n[\s\S]*To undo a change/);
    },
    TIMEOUT_IN_MS,
  );
});
