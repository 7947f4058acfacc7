import { partitionOf } from "../../aws/partition";
import { type ParsedGithubSettings, repositoryName } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { type PolicyDocument, policyDocument } from "../policy-document";

/** Who signs the tokens of GitHub's workflows, without `https://`; conditions name their claims so. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** For whom the tokens are made, as `aws-actions/configure-aws-credentials` asks for them. */
export const GITHUB_AUDIENCE = "sts.amazonaws.com";

/** Who may plan: workflows of pull requests from the repository's own branches, and of one branch. */
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
 * Who may deploy: jobs of one workflow, as one branch has it, in the GitHub environment of the same name. The subject
 * alone would be that of any branch's workflow where the environment has no rules.
 */
export function deployRoleTrust(
  providerArn: string,
  github: ParsedGithubSettings,
  { name, region }: Pick<Environment, "name" | "region">,
): PolicyDocument {
  const ref = `refs/heads/${github.branch}`;
  // STS knows these claims (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif)
  // in commercial regions (https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/):
  // one that it does not know would refuse everybody.
  const isKnown = partitionOf(region) === "aws";
  return trust(providerArn, [`repo:${github.repository}:environment:${name}`], {
    ...(isKnown && {
      [`${GITHUB_ISSUER}:ref`]: ref,
      [`${GITHUB_ISSUER}:job_workflow_ref`]: `${repositoryName(github)}/${DEPLOY_WORKFLOW}@${ref}`,
    }),
  });
}

/** Subjects are named in full: a wildcard could fit another repository (https://docs.github.com/en/actions/reference/security/oidc). */
function trust(
  providerArn: string,
  subjects: readonly string[],
  claims: Readonly<Record<string, string>> = {},
): PolicyDocument {
  return policyDocument({
    Sid: "WorkflowsOfTheRepository",
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
