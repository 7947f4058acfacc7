import { loadApp } from "../app/load-app";
import type { Command } from "../lib/command";
import { comment } from "./comment";
import { checksSection, faultsOf, readDailyChecks } from "./daily-checks";
import type * as deployable from "./deployable-environments";
import { driftReport, keepDriftIssue, missingOf } from "./drift";
import { PipelineError } from "./errors";
import { findRun } from "./find-run";
import { digestOfFolder } from "./folder-digest";
import { gateReport, labelOf, labelsOf, readGates, type Stop, stopMessage, stopsOf } from "./gates";
import { checkedOutCommit, readPlanRecords, readWhole } from "./plan-record";
import { PRIVILEGED } from "./privileged";
import { select } from "./select";
import { defineStep } from "./step";
import { addSummary, failure, notice, setOutput, variable } from "./workflow";

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
      summary: "Write or update the comment on PULL_REQUEST about the plans of ENVIRONMENTS",
      words: {
        folder: { summary: "folder of the recorded plans" },
        review: { summary: "file with the review as Markdown" },
      },
    },
    async ({ words: { folder, review } }) => {
      const result = await comment({
        pullRequest: Number(variable("PULL_REQUEST")),
        commit: variable("HEAD_SHA"),
        plans: readPlanRecords(folder),
        environments: namesOf(variable("ENVIRONMENTS")),
        review: readWhole(review).toString("utf8"),
        runUrl: runUrl(),
      });
      process.stdout.write(`comment: ${result}\n`);
    },
  ),

  defineStep(
    {
      name: "gates",
      summary:
        "Fail if a gate of REVIEW_GATES stops a plan, and PULL_REQUEST has no label that permits the gate",
      words: { report: { summary: "file with the review as JSON" } },
    },
    async ({ words: { report } }) => {
      const settings = readGates(process.env.REVIEW_GATES);
      const stops = stopsOf(gateReport.parse(JSON.parse(readWhole(report).toString("utf8"))), settings);
      if (stops.length === 0) return;
      const labels = await labelsOf(Number(variable("PULL_REQUEST")));
      const isPermitted = ({ gate }: Stop) => labels.includes(labelOf(gate));
      for (const { gate, environments } of stops.filter(isPermitted)) {
        const names = environments.map(({ environment }) => environment).join(", ");
        notice(`The label ${labelOf(gate)} permits the changes that the gate ${gate} stops in ${names}.`);
      }
      const refused = stops.filter((stop) => !isPermitted(stop));
      if (refused.length > 0) throw new PipelineError(refused.map(stopMessage).join("\n"));
    },
  ),

  defineStep(
    {
      name: "drift",
      summary:
        "Open, update or close the issue about differences from the state and failed checks of ENVIRONMENTS",
      words: {
        report: { summary: "file with the review of the refresh-only plans as JSON" },
        review: { summary: "file with the review as Markdown" },
        checks: { summary: "folder with the results of the checks, with one folder for each environment" },
      },
    },
    async ({ words: { report: file, review, checks: folder } }) => {
      const report = driftReport.parse(JSON.parse(readWhole(file).toString("utf8")));
      const checks = namesOf(variable("ENVIRONMENTS")).map((name) => readDailyChecks(folder, name));
      for (const fault of checks.flatMap(faultsOf)) failure(fault);
      for (const name of missingOf({ report, checks })) notice(`${name} could not be compared.`);
      addSummary(checksSection(checks));
      const result = await keepDriftIssue({
        report,
        checks,
        review: readWhole(review).toString("utf8"),
        runUrl: runUrl(),
      });
      process.stdout.write(`issue: ${result}\n`);
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
        readPlanRecords(folder),
        planning().deployable,
        checkedOutCommit(".").tree,
      );
      for (const { name, digest, commit } of deployments) {
        notice(`${name}: plan ${digest} of commit ${commit} is applied.`);
      }
      if (unchanged.length > 0)
        notice(`Not applied, because their plans change nothing: ${unchanged.join(", ")}.`);
      setOutput("environments", JSON.stringify(deployments));
    },
  ),
];

/** The URL of the workflow's run. */
function runUrl(): string {
  return `${variable("GITHUB_SERVER_URL")}/${variable("GITHUB_REPOSITORY")}/actions/runs/${variable("GITHUB_RUN_ID")}`;
}

function planning(): deployable.PlannableEnvironments {
  // Loaded here, because the other steps do not need the schemas of the environments.
  const { findDeployableEnvironments }: typeof deployable = require("./deployable-environments");
  const { environments, accounts } = loadApp();
  return findDeployableEnvironments(environments, accounts, {
    name: variable("GITHUB_REPOSITORY"),
    visibility: variable("VISIBILITY"),
  });
}

/** The reason why a pull request gets no credentials; `undefined` if it gets credentials. */
function refusalOfPullRequest(): string | undefined {
  if (variable("GITHUB_EVENT_NAME") !== "pull_request") return undefined;
  // The variable is empty if the fork was deleted.
  if (process.env.HEAD_REPOSITORY !== variable("GITHUB_REPOSITORY")) {
    return "Nothing is planned: the pull request comes from a fork, which gets no credentials. After the merge, run the workflow plan on main.";
  }
  if (process.env.GITHUB_ACTOR === "dependabot[bot]") {
    return "Nothing is planned: Dependabot gets no credentials. After the merge, run the workflow plan on main.";
  }
  return undefined;
}

/** The names in the output of `matrix`. */
function namesOf(json: string): string[] {
  return (JSON.parse(json) as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** Every step of the workflows. */
export const STEPS: readonly Command[] = [...UNPRIVILEGED, ...PRIVILEGED];
