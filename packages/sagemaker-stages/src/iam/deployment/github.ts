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

/** The workflow that deploys, in its repository. */
const DEPLOY_WORKFLOW = ".github/workflows/deploy.yml";

/**
 * Trust policy of a deploy role: jobs of the deploy workflow of one branch, in the GitHub environment of the same name. The
 * subject alone would also match workflows of other branches if the GitHub environment has no rules.
 */
export function deployRoleTrust(
  providerArn: string,
  github: ParsedGithubSettings,
  { name, region }: Pick<Environment, "name" | "region">,
): PolicyDocument {
  const ref = `refs/heads/${github.branch}`;
  // STS evaluates these claims (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif)
  // in commercial regions (https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/):
  // a condition on a claim that STS does not evaluate would refuse every request.
  const isEvaluated = partitionOf(region) === "aws";
  return trust(providerArn, [`repo:${github.repository}:environment:${name}`], {
    ...(isEvaluated && {
      [`${GITHUB_ISSUER}:ref`]: ref,
      [`${GITHUB_ISSUER}:job_workflow_ref`]: `${repositoryName(github)}/${DEPLOY_WORKFLOW}@${ref}`,
    }),
  });
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
