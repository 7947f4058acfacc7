import { github } from "./github";
import type { Kept } from "./planned";

/** Tells the one comment from all others. */
const MARKER = "<!-- plans-of-all-environments -->";

/** Who writes with a workflow's token: what others write, nobody here changes. */
const AUTHOR = "github-actions[bot]";

/** GitHub's limit of a comment, in characters. */
const MOST_CHARACTERS = 65_536;

/** What a pull request is told. */
export interface Told {
  readonly pullRequest: number;
  /** Its last commit. */
  readonly commit: string;
  /** What was planned. */
  readonly plans: readonly Kept[];
  /** Names of the environments that should have been. */
  readonly environments: readonly string[];
  /** Markdown. */
  readonly review: string;
  /** Address of the run, whose summary has the whole review. */
  readonly runUrl: string;
}

/**
 * Keeps one comment at a pull request up to date. There is none as long as nothing changes.
 *
 * @returns what was done
 */
export async function comment(told: Told): Promise<"created" | "updated" | "silent"> {
  const { client, repository } = github();
  const comments = await client.paginate(client.issues.listComments, {
    ...repository,
    issue_number: told.pullRequest,
    per_page: 100,
  });
  const own = comments.find(({ user, body }) => user?.login === AUTHOR && body?.startsWith(MARKER) === true);
  const body = bodyOf(told);
  if (own !== undefined) {
    await client.issues.updateComment({ ...repository, comment_id: own.id, body });
    return "updated";
  }
  if (isNothing(told)) return "silent";
  await client.issues.createComment({ ...repository, issue_number: told.pullRequest, body });
  return "created";
}

function isNothing({ plans, environments }: Told): boolean {
  return missingOf({ plans, environments }).length === 0 && plans.every(({ changes }) => !changes);
}

function missingOf({ plans, environments }: Pick<Told, "plans" | "environments">): string[] {
  return environments.filter((name) => !plans.some(({ environment }) => environment === name));
}

function bodyOf(told: Told): string {
  const { commit, plans, environments, review, runUrl } = told;
  const missing = missingOf(told);
  const digests = plans.map(({ environment, digest }) => `${environment} \`${digest}\``).join(", ");
  const foot = [
    "\n",
    `Of commit ${commit}, by [a run](${runUrl}) that applies nothing; what is merged does what was planned here.`,
    ...(plans.length === 0 ? [] : [`Plans: ${digests}`]),
    "",
  ].join("\n");
  const head = [
    MARKER,
    ...missing.map((name) => `**${name} could not be planned**: the run says why.\n`),
    "",
  ].join("\n");
  if (environments.length === 0) return `${head}Nothing is planned: the run says why.${foot}`;
  if (isNothing(told)) return `${head}Nothing would change in ${names(plans)}.${foot}`;
  return `${head}${cut(review.trimEnd(), MOST_CHARACTERS - head.length - foot.length)}${foot}`;
}

function names(plans: readonly Kept[]): string {
  return plans.map(({ environment }) => environment).join(", ");
}

const CUT = "\n\n**The rest does not fit here**: the summary of the run has it.";

const FOLD_END = "\n</details>";

/** Whole lines, as many as fit; what is folded there ends there. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const fitting = text.slice(0, most - CUT.length - FOLD_END.length);
  const lines = fitting.slice(0, fitting.lastIndexOf("\n"));
  const isFolded = lines.lastIndexOf("<details>") > lines.lastIndexOf("</details>");
  return `${lines}${isFolded ? FOLD_END : ""}${CUT}`;
}
