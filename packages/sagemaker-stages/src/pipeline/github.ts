import { Octokit } from "@octokit/rest";
import { variable } from "./workflow";

/** A client of GitHub's REST API, and the repository that the workflow is of, as Actions' own variables say. */
export function github(): { client: Octokit; repository: { owner: string; repo: string } } {
  const [owner = "", repo = ""] = variable("GITHUB_REPOSITORY").split("/");
  const client = new Octokit({ auth: variable("GITHUB_TOKEN"), baseUrl: variable("GITHUB_API_URL") });
  return { client, repository: { owner, repo } };
}
