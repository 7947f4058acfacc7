import type * as rest from "@octokit/rest";
import { variable } from "./workflow";

/** A client of GitHub's REST API, and the workflow's repository, from the variables of GitHub Actions. */
export function github(): { client: rest.Octokit; repository: { owner: string; repo: string } } {
  // Loaded here, because most steps do not call GitHub, and the client takes longer to load than such a step needs.
  const { Octokit }: typeof rest = require("@octokit/rest");
  const [owner = "", repo = ""] = variable("GITHUB_REPOSITORY").split("/");
  const client = new Octokit({ auth: variable("GITHUB_TOKEN"), baseUrl: variable("GITHUB_API_URL") });
  return { client, repository: { owner, repo } };
}
