import { Octokit } from "@octokit/rest";
import { variable } from "./workflow";

/** A client of GitHub's REST API, and the workflow's repository, from the variables of GitHub Actions. */
export function github(): { client: Octokit; repository: { owner: string; repo: string } } {
  const [owner = "", repo = ""] = variable("GITHUB_REPOSITORY").split("/");
  const client = new Octokit({ auth: variable("GITHUB_TOKEN"), baseUrl: variable("GITHUB_API_URL") });
  return { client, repository: { owner, repo } };
}
