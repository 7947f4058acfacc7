import { partitionOf } from "../../aws/partition";
import { type ParsedGithubSettings, repositoryName } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { type PolicyDocument, policyDocument } from "../policy-document";

/** Issuer of the tokens of GitHub's workflows, without `https://`. Condition keys begin with the issuer. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** Audience of the tokens that `aws-actions/configure-aws-credentials` requests. */
export const GITHUB_AUDIENCE = "sts.amazonaws.com";

/** Trust policy of the plan role: workflows of pull requests from the repository's own branches, and of one branch. */
export function planRoleTrust(
  providerArn: string,
  { repository, branch }: ParsedGithubSettings,
): PolicyDocument {
  return trust(providerArn, [
    `repo:${repository}:pull_request`,
    `repo:${repository}:ref:refs/heads/${branch}`,
  ]);
}

/** The workflows that a role can trust, in their repository. */
const DEPLOY_WORKFLOW = ".github/workflows/deploy.yml";
const DRIFT_WORKFLOW = ".github/workflows/drift.yml";

/**
 * Trust policy of a deploy role: jobs of the deploy workflow of one branch, in the GitHub environment of the same name. The
 * subject alone would also match workflows of other branches if the GitHub environment has no rules.
 */
export function deployRoleTrust(
  providerArn: string,
  github: ParsedGithubSettings,
  { name, region }: Pick<Environment, "name" | "region">,
): PolicyDocument {
  return trust(
    providerArn,
    [`repo:${github.repository}:environment:${name}`],
    workflowClaims(github, DEPLOY_WORKFLOW, region),
  );
}

/**
 * Trust policy of a drift role: jobs of the drift workflow of one branch, without a GitHub environment, whose reviewers would
 * have to approve each scheduled run.
 */
export function driftRoleTrust(
  providerArn: string,
  github: ParsedGithubSettings,
  { region }: Pick<Environment, "region">,
): PolicyDocument {
  return trust(
    providerArn,
    [`repo:${github.repository}:ref:refs/heads/${github.branch}`],
    workflowClaims(github, DRIFT_WORKFLOW, region),
  );
}

/** The claims of the jobs of one workflow of the branch; empty where STS does not evaluate the claims. */
function workflowClaims(
  github: ParsedGithubSettings,
  workflow: string,
  region: string,
): Readonly<Record<string, string>> {
  const ref = `refs/heads/${github.branch}`;
  // STS evaluates these claims (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif)
  // in commercial regions (https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/):
  // a condition on a claim that STS does not evaluate would refuse every request.
  if (partitionOf(region) !== "aws") return {};
  return {
    [`${GITHUB_ISSUER}:ref`]: ref,
    [`${GITHUB_ISSUER}:job_workflow_ref`]: `${repositoryName(github)}/${workflow}@${ref}`,
  };
}

/** Subjects contain no wildcard: a wildcard could match another repository (https://docs.github.com/en/actions/reference/security/oidc). */
function trust(
  providerArn: string,
  subjects: readonly string[],
  claims: Readonly<Record<string, string>> = {},
): PolicyDocument {
  return policyDocument({
    Sid: "AllowGitHubWorkflowsToAssumeRole",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: {
        [`${GITHUB_ISSUER}:aud`]: GITHUB_AUDIENCE,
        [`${GITHUB_ISSUER}:sub`]: subjects,
        ...claims,
      },
    },
  });
}
