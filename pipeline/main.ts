import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environments } from "../environments";
import { accounts } from "../environments/accounts";
import { comment } from "./comment";
import { compare } from "./compare";
import { findDeployable, type Planning } from "./deployable";
import { Refused } from "./errors";
import { findRun, requireHead } from "./find-run";
import { FILES, headOf, readAllPlanned, readPlanned, readState, record } from "./planned";
import { select } from "./select";
import { verify } from "./verify";
import { failure, notice, setOutput, variable } from "./workflow";

const USAGE = `usage: npm run pipeline -- <command>, a step of .github/workflows/

  matrix                           output environments: those that can be planned here, as JSON
  record <environment> <folder> <state>
                                   describes the plan in a folder; state: what terraform state pull said before it
  comment <folder> <review.md>     keeps the comment of PULL_REQUEST on the plans in ENVIRONMENTS up to date
  find                             output run: the id of the run whose plans are of GITHUB_SHA, or PLAN_RUN
  select <folder>                  output environments: those whose plans are applied, as JSON
  verify <environment> <folder>    makes sure that what a folder keeps is PLAN_DIGEST, and of these sources
  compare <environment> <folder> <plan> <state>
                                   makes sure that a plan, as JSON, does what a folder keeps, from the same state
  head                             makes sure that GITHUB_SHA is still what main is`;

const COMMANDS: Readonly<Record<string, (...words: string[]) => Promise<void> | void>> = {
  matrix() {
    const { deployable, notices } = planning();
    for (const text of notices) notice(text);
    const refusal = refusalOfPullRequest();
    if (refusal !== undefined) notice(refusal);
    setOutput("environments", JSON.stringify(refusal === undefined ? deployable : []));
  },

  record(environment = "", folder = "", state = "") {
    const { changes, digest, commit } = record(environment, folder, state);
    notice(
      `${environment}: ${changes ? "something" : "nothing"} would change. Plan ${digest} of commit ${commit}.`,
    );
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

  verify(environment = "", folder = "") {
    verify(environment, folder, variable("PLAN_DIGEST"));
  },

  compare(environment = "", folder = "", plan = "", state = "") {
    const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
    compare(
      environment,
      { plan: read(join(folder, FILES.plan)), state: readPlanned(folder).state },
      { plan: read(plan), state: readState(state) },
    );
  },

  async head() {
    await requireHead(variable("GITHUB_SHA"));
  },
};

function planning(): Planning {
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

/** Its message names the status and the documentation, nothing that was sent. */
function isAnswerOfGitHub(error: unknown): error is Error {
  return error instanceof Error && error.name === "HttpError";
}

async function main(): Promise<void> {
  const [name = "", ...words] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  try {
    await command(...words);
  } catch (error) {
    if (!(error instanceof Refused) && !isAnswerOfGitHub(error)) throw error;
    failure(error.message);
    process.exitCode = 1;
  }
}

void main();
