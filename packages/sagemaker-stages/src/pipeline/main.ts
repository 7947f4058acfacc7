import { readFileSync } from "node:fs";
import { loadApp } from "../app/load-app";
import type { Command } from "../lib/command";
import { comment } from "./comment";
import { findDeployable, type Planning } from "./deployable";
import { findRun } from "./find-run";
import { digestOfFolder } from "./folder-digest";
import { headOf, readAllPlanned } from "./planned";
import { PRIVILEGED, PRIVILEGED_USAGE } from "./privileged";
import { type Commands, run } from "./run";
import { select } from "./select";
import { notice, setOutput, variable } from "./workflow";

const USAGE = `usage: npm run pipeline -- <command>, a step of .github/workflows/

  matrix                           output environments: those that can be planned here, as JSON
  digest <folder>                  output digest: SHA-256 of a folder of stacks
  comment <folder> <review.md>     keeps the comment of PULL_REQUEST on the plans in ENVIRONMENTS up to date
  find                             output run: the id of the run whose plans are of GITHUB_SHA, or PLAN_RUN
  select <folder>                  output environments: those whose plans are applied, as JSON

Jobs with credentials run these from a file (npm run programs), without the packages of the others:

${PRIVILEGED_USAGE}`;

const COMMANDS: Commands = {
  ...PRIVILEGED,

  matrix() {
    const { deployable, notices } = planning();
    for (const text of notices) notice(text);
    const refusal = refusalOfPullRequest();
    if (refusal !== undefined) notice(refusal);
    setOutput("environments", JSON.stringify(refusal === undefined ? deployable : []));
  },

  digest(folder = "") {
    setOutput("digest", digestOfFolder(folder));
  },

  async comment(folder = "", review = "") {
    const done = await comment({
      pullRequest: Number(variable("PULL_REQUEST")),
      commit: variable("HEAD_SHA"),
      plans: readAllPlanned(folder),
      environments: namesOf(variable("ENVIRONMENTS")),
      review: readFileSync(review, "utf8"),
      runUrl: `${variable("GITHUB_SERVER_URL")}/${variable("GITHUB_REPOSITORY")}/actions/runs/${variable("GITHUB_RUN_ID")}`,
    });
    process.stdout.write(`comment: ${done}\n`);
  },

  async find() {
    const { deployable, notices } = planning();
    for (const text of notices) notice(text);
    if (deployable.length === 0) return;
    const named = process.env.PLAN_RUN;
    setOutput("run", String(await findRun(variable("GITHUB_SHA"), named === "" ? undefined : named)));
  },

  select(folder = "") {
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
};

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

/** The steps of the workflows. */
export const pipeline: Command = {
  name: "pipeline",
  summary: "a step of .github/workflows/",
  run: (words) => run(COMMANDS, USAGE, words),
};
