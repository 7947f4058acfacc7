import * as z from "zod";
import { PipelineError, PLAN_AGAIN } from "./errors";
import { variable } from "./workflow";

/** The branch that is deployed. */
export const BRANCH = "main";

const reference = z.object({ object: z.object({ sha: z.string() }) });

/**
 * Checks that a commit is still main's last commit: a deployment that is approved late would undo later deployments.
 * The request uses `fetch`, because the job that deploys runs no client of GitHub's API.
 *
 * @throws PipelineError if main has a newer commit, or if GitHub does not answer with the commit
 */
export async function requireHead(commit: string): Promise<void> {
  const path = `repos/${variable("GITHUB_REPOSITORY")}/git/ref/heads/${BRANCH}`;
  const response = await fetch(`${variable("GITHUB_API_URL")}/${path}`, {
    headers: { authorization: `token ${variable("GITHUB_TOKEN")}`, accept: "application/vnd.github+json" },
  });
  const text = await response.text();
  if (!response.ok) throw new PipelineError(`GET ${path}: GitHub answered ${response.status}.`);
  const { sha } = reference.parse(JSON.parse(text)).object;
  if (sha === commit) return;
  throw new PipelineError(
    `${commit} is no longer the last commit of ${BRANCH}. The deployment of ${sha}, the last commit, includes this change. If that deployment is refused: ${PLAN_AGAIN}`,
  );
}
