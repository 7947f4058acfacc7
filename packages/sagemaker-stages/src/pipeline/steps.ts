import { loadApp } from "../app/load-app";
import type { Command } from "../lib/command";
import { comment } from "./comment";
import { findDeployable, type Planning } from "./deployable";
import { findRun } from "./find-run";
import { digestOfFolder } from "./folder-digest";
import { contentOf, headOf, readAllPlanned } from "./planned";
import { PRIVILEGED } from "./privileged";
import { select } from "./select";
import { defineStep } from "./step";
import { notice, setOutput, variable } from "./workflow";

/** Steps of jobs without credentials. */
const UNPRIVILEGED: readonly Command[] = [
  defineStep(
    {
      name: "matrix",
      summary: "Set the output environments: the environments that can be planned, as JSON",
    },
    () => {
      const { deployable, notices } = planning();
      for (const text of notices) notice(text);
      const refusal = refusalOfPullRequest();
      if (refusal !== undefined) notice(refusal);
      setOutput("environments", JSON.stringify(refusal === undefined ? deployable : []));
    },
  ),

  defineStep(
    {
      name: "digest",
      summary: "Set the output digest: the SHA-256 of a folder of stacks",
      words: { folder: { summary: "folder of the stacks" } },
    },
    ({ words: { folder } }) => setOutput("digest", digestOfFolder(folder)),
  ),

  defineStep(
    {
      name: "comment",
      summary: "Write or update the comment of PULL_REQUEST on the plans of ENVIRONMENTS",
      words: {
        folder: { summary: "folder of the recorded plans" },
        review: { summary: "file with the review as Markdown" },
      },
    },
    async ({ words: { folder, review } }) => {
      const done = await comment({
        pullRequest: Number(variable("PULL_REQUEST")),
        commit: variable("HEAD_SHA"),
        plans: readAllPlanned(folder),
        environments: namesOf(variable("ENVIRONMENTS")),
        review: contentOf(review).toString("utf8"),
        runUrl: `${variable("GITHUB_SERVER_URL")}/${variable("GITHUB_REPOSITORY")}/actions/runs/${variable("GITHUB_RUN_ID")}`,
      });
      process.stdout.write(`comment: ${done}\n`);
    },
  ),

  defineStep(
    {
      name: "find",
      summary: "Set the output run: the id of the run with the plans of GITHUB_SHA, or PLAN_RUN",
    },
    async () => {
      const { deployable, notices } = planning();
      for (const text of notices) notice(text);
      if (deployable.length === 0) return;
      const named = process.env.PLAN_RUN;
      setOutput("run", String(await findRun(variable("GITHUB_SHA"), named === "" ? undefined : named)));
    },
  ),

  defineStep(
    {
      name: "select",
      summary: "Set the output environments: the environments whose plans are applied, as JSON",
      words: { folder: { summary: "folder of the recorded plans" } },
    },
    ({ words: { folder } }) => {
      const { deployments, unchanged } = select(
        readAllPlanned(folder),
        planning().deployable,
        headOf(".").tree,
      );
      for (const { name, digest, commit } of deployments) {
        notice(`${name}: what is applied is plan ${digest} of commit ${commit}.`);
      }
      if (unchanged.length > 0) notice(`Nothing changes in ${unchanged.join(", ")}: not applied.`);
      setOutput("environments", JSON.stringify(deployments));
    },
  ),
];

function planning(): Planning {
  const { environments, accounts } = loadApp();
  return findDeployable(environments, accounts, {
    name: variable("GITHUB_REPOSITORY"),
    visibility: variable("VISIBILITY"),
  });
}

/** Why a pull request gets no credentials, where it gets none. */
function refusalOfPullRequest(): string | undefined {
  if (variable("GITHUB_EVENT_NAME") !== "pull_request") return undefined;
  // Empty where the fork is gone.
  if (process.env.HEAD_REPOSITORY !== variable("GITHUB_REPOSITORY")) {
    return "Nothing is planned: the pull request comes from a fork, which gets no credentials. Once it is merged, run the workflow plan on main.";
  }
  if (process.env.GITHUB_ACTOR === "dependabot[bot]") {
    return "Nothing is planned: Dependabot gets no credentials. Once it is merged, run the workflow plan on main.";
  }
  return undefined;
}

/** Names in what `matrix` gave. */
function namesOf(json: string): string[] {
  return (JSON.parse(json) as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** Every step of the workflows. */
export const STEPS: readonly Command[] = [...UNPRIVILEGED, ...PRIVILEGED];
