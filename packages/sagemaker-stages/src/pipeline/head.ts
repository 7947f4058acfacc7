import * as z from "zod";
import { PLAN_AGAIN, Refused } from "./errors";
import { variable } from "./workflow";

/** The branch that is deployed. */
export const BRANCH = "main";

const reference = z.object({ object: z.object({ sha: z.string() }) });

/**
 * Makes sure that a commit is still main's last commit: a deployment that is approved late would undo the deployments
 * after it. This is one request with `fetch`, because the job that deploys runs no client of GitHub's API.
 *
 * @throws Refused where something was merged since, or GitHub does not say
 */
export async function requireHead(commit: string): Promise<void> {
  const path = `repos/${variable("GITHUB_REPOSITORY")}/git/ref/heads/${BRANCH}`;
  const response = await fetch(`${variable("GITHUB_API_URL")}/${path}`, {
    headers: { authorization: `token ${variable("GITHUB_TOKEN")}`, accept: "application/vnd.github+json" },
  });
  if (!response.ok) throw new Refused(`GET ${path}: GitHub answered ${response.status}.`);
  const { sha } = reference.parse(await response.json()).object;
  if (sha === commit) return;
  throw new Refused(
    `${commit} is not ${BRANCH} any more: ${sha} is, whose own deployment takes this one along. Where that one is refused: ${PLAN_AGAIN}`,
  );
}
