import type { GithubSettings } from "../../environments/account";
import { type PolicyDocument, policyDocument } from "./policy-document";

/** Who signs the tokens of GitHub's workflows, without `https://`; conditions name their claims so. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** For whom the tokens are made, as `aws-actions/configure-aws-credentials` asks for them. */
export const GITHUB_AUDIENCE = "sts.amazonaws.com";

/** Who may plan: workflows of pull requests from the repository's own branches, and of one branch. */
export function planRoleTrust(
  providerArn: string,
  { repository, branch = "main" }: GithubSettings,
): PolicyDocument {
  return trust(providerArn, [
    `repo:${repository}:pull_request`,
    `repo:${repository}:ref:refs/heads/${branch}`,
  ]);
}

/** Who may deploy: jobs of the repository in the GitHub environment of the same name. */
export function deployRoleTrust(
  providerArn: string,
  { repository }: GithubSettings,
  environmentName: string,
): PolicyDocument {
  return trust(providerArn, [`repo:${repository}:environment:${environmentName}`]);
}

/** Subjects are named in full: a wildcard could fit another repository (https://docs.github.com/en/actions/reference/security/oidc). */
function trust(providerArn: string, subjects: readonly string[]): PolicyDocument {
  return policyDocument({
    Sid: "WorkflowsOfTheRepository",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: {
        [`${GITHUB_ISSUER}:aud`]: GITHUB_AUDIENCE,
        [`${GITHUB_ISSUER}:sub`]: subjects,
      },
    },
  });
}
