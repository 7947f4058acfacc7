import { github } from "./github";
import type { PlanRecord } from "./plan-record";

/** The first line of the comment, by which a later run finds the comment. */
const MARKER = "<!-- plans-of-all-environments -->";

/**
 * The author of comments and issues that are written with a workflow's token. Those of other authors stay unchanged.
 */
export const AUTHOR = "github-actions[bot]";

/** GitHub's limit for a comment, and for the text of an issue. */
export const MAX_CHARACTERS = 65_536;

/** The content of the comment on a pull request. */
export interface CommentInput {
  readonly pullRequest: number;
  /** The pull request's last commit. */
  readonly commit: string;
  readonly plans: readonly PlanRecord[];
  /** The names of the environments that the run should plan. */
  readonly environments: readonly string[];
  /** The review, as Markdown. */
  readonly review: string;
  /** The URL of the run. Its summary has the complete review. */
  readonly runUrl: string;
}

/**
 * Writes or updates the one comment on a pull request. Without changes, no comment is created.
 *
 * @returns `silent` if no comment was created or updated
 */
export async function comment(input: CommentInput): Promise<"created" | "updated" | "silent"> {
  const { client, repository } = github();
  const comments = await client.paginate(client.issues.listComments, {
    ...repository,
    issue_number: input.pullRequest,
    per_page: 100,
  });
  const own = comments.find(({ user, body }) => user?.login === AUTHOR && body?.startsWith(MARKER) === true);
  const body = bodyOf(input);
  if (own !== undefined) {
    await client.issues.updateComment({ ...repository, comment_id: own.id, body });
    return "updated";
  }
  if (hasNoChanges(input)) return "silent";
  await client.issues.createComment({ ...repository, issue_number: input.pullRequest, body });
  return "created";
}

function hasNoChanges({ plans, environments }: CommentInput): boolean {
  return missingOf({ plans, environments }).length === 0 && plans.every(({ changes }) => !changes);
}

function missingOf({ plans, environments }: Pick<CommentInput, "plans" | "environments">): string[] {
  return environments.filter((name) => !plans.some(({ environment }) => environment === name));
}

function bodyOf(input: CommentInput): string {
  const { commit, plans, environments, review, runUrl } = input;
  const missing = missingOf(input);
  const digests = plans.map(({ environment, digest }) => `${environment} \`${digest}\``).join(", ");
  const foot = [
    "\n",
    `Planned from commit ${commit} by [this run](${runUrl}), which applies nothing. The merge applies these plans.`,
    ...(plans.length === 0 ? [] : [`Plans: ${digests}`]),
    "",
  ].join("\n");
  const head = [
    MARKER,
    ...missing.map((name) => `**${name} could not be planned**: the run shows the reason.\n`),
    "",
  ].join("\n");
  if (environments.length === 0) return `${head}Nothing is planned: the run shows the reason.${foot}`;
  if (hasNoChanges(input)) return `${head}Nothing would change in ${names(plans)}.${foot}`;
  return `${head}${cut(review.trimEnd(), MAX_CHARACTERS - head.length - foot.length)}${foot}`;
}

function names(plans: readonly PlanRecord[]): string {
  return plans.map(({ environment }) => environment).join(", ");
}

const CUT = "\n\n**The review is cut here**: the run's summary has the complete review.";

const FOLD_END = "\n</details>";

/** The text up to the last whole line that fits into the limit. Closes an open `<details>`. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const fitting = text.slice(0, maxCharacters - CUT.length - FOLD_END.length);
  const lines = fitting.slice(0, fitting.lastIndexOf("\n"));
  const isFolded = lines.lastIndexOf("<details>") > lines.lastIndexOf("</details>");
  return `${lines}${isFolded ? FOLD_END : ""}${CUT}`;
}
