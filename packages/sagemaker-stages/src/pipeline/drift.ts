import * as z from "zod";
import { AUTHOR, cut, MAX_CHARACTERS } from "./comment";
import { checksSection, type DailyChecks, faultsOf, isIncomplete } from "./daily-checks";
import { PipelineError } from "./errors";
import { github } from "./github";
import { code } from "./markdown";

/** The first line of the issue, by which a later run finds the issue. */
const MARKER = "<!-- drift-of-all-environments -->";

const TITLE = "Drift: deployed environments were changed outside of Terraform, or fail their daily checks";

/** The part of the review's JSON that the issue needs. */
export const driftReport = z.object({
  environments: z.array(z.object({ environment: z.string(), drift: z.array(z.unknown()) })),
});

/** The differences between AWS and the state of the environments. */
export type DriftReport = z.output<typeof driftReport>;

/** The content of the issue. */
export interface DriftInput {
  readonly report: DriftReport;
  /** The daily checks of each environment that the run should compare. */
  readonly checks: readonly DailyChecks[];
  /** The review of the differences, as Markdown. */
  readonly review: string;
  /** The URL of the run. */
  readonly runUrl: string;
}

/** The part of an answer of GitHub that identifies an issue. */
interface ListedIssue {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly user: { readonly login: string } | null;
  readonly pull_request?: object;
}

/**
 * Keeps one open issue while resources differ from the state or a daily check fails, and closes the issue when every environment
 * was compared and checked without a difference and without a failure. An environment that could not be compared or checked
 * leaves an open issue open.
 *
 * @returns `unchanged` if the run neither creates, updates nor closes an issue
 * @throws PipelineError if the repository has no issues, and an issue is necessary
 */
export async function keepDriftIssue(
  input: DriftInput,
): Promise<"created" | "updated" | "closed" | "unchanged"> {
  const hasFaults = isDrifted(input.report) || input.checks.flatMap(faultsOf).length > 0;
  try {
    return await keepIssue(input, hasFaults);
  } catch (error) {
    // https://docs.github.com/en/rest/issues/issues#create-an-issue: 410 Gone
    if (!(error instanceof Error && "status" in error && error.status === 410)) throw error;
    if (!hasFaults) return "unchanged";
    throw new PipelineError(
      "The repository has no issues. Enable issues in the repository's settings, or read the summary of this run.",
    );
  }
}

async function keepIssue(
  input: DriftInput,
  hasFaults: boolean,
): Promise<"created" | "updated" | "closed" | "unchanged"> {
  const { client, repository } = github();
  const open = await client.paginate(client.issues.listForRepo, {
    ...repository,
    state: "open",
    per_page: 100,
  });
  const [own, ...duplicates] = open.filter(isOwn).sort((one, other) => one.number - other.number);
  const close = (issue: number, reason: "completed" | "not_planned") =>
    client.issues.update({ ...repository, issue_number: issue, state: "closed", state_reason: reason });
  // A run that was cancelled, or a person who opens a closed issue again, can leave several issues.
  for (const { number } of duplicates) await close(number, "not_planned");
  const content = { ...repository, title: TITLE, body: bodyOf(input) };
  if (hasFaults) {
    if (own === undefined) {
      await client.issues.create(content);
      return "created";
    }
    await client.issues.update({ ...content, issue_number: own.number });
    return "updated";
  }
  if (own === undefined || incompleteOf(input).length > 0) return "unchanged";
  await close(own.number, "completed");
  return "closed";
}

/**
 * Whether an issue is the issue of this workflow. A person can edit the title or the text; the author stays. GitHub's list of
 * issues contains the pull requests.
 */
function isOwn({ user, title, body, pull_request }: ListedIssue): boolean {
  const hasName = body?.startsWith(MARKER) === true || title === TITLE;
  return pull_request === undefined && user?.login === AUTHOR && hasName;
}

function isDrifted({ environments }: DriftReport): boolean {
  return environments.some(({ drift }) => drift.length > 0);
}

/** The environments that the run could not compare. */
export function missingOf({ report, checks }: Pick<DriftInput, "report" | "checks">): string[] {
  return checks
    .map(({ environment }) => environment)
    .filter((name) => !report.environments.some(({ environment }) => environment === name));
}

/** The environments that the run could not compare or not check. */
function incompleteOf(input: DriftInput): string[] {
  return [...missingOf(input), ...input.checks.filter(isIncomplete).map(({ environment }) => environment)];
}

function bodyOf(input: DriftInput): string {
  const { checks, review, runUrl } = input;
  const foot = [
    "\n",
    "To undo a change, run the workflow `plan` on main, read its review, and run the workflow `deploy` with its `plan_run`.",
    "To keep a change, change the settings of the environment, so that a plan has no changes.",
    `[This run](${runUrl}) compared AWS with Terraform's state, and ran the smoke tests. The next run without differences and failures closes the issue.`,
    "",
  ].join("\n");
  const content = [
    ...missingOf(input).map((name) => `**${code(name)} could not be compared**: the run shows the reason.\n`),
    checksSection(checks),
    review.trimEnd(),
  ].join("\n");
  return `${MARKER}\n${cut(content, MAX_CHARACTERS - MARKER.length - 1 - foot.length)}${foot}`;
}
