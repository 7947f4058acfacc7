import type * as z from "zod";
import { ArnFactory } from "../aws/arn";
import { type Environment, type NamedEnvironment, namePrefix, type S3State } from "./environment";
import { BUCKET_SOURCE, NAME, NAME_ALLOWED } from "./patterns";
import { accountId, region } from "./settings/location";
import { byName, flag, oneOf, optional, settings, text, textLike, withDefault } from "./settings/setting";
import { stateSettings } from "./settings/state";

const NEW_BUCKET =
  /^(?!xn--|sthree-)(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Names of GitHub, both with their ids or both without ids. No character has a special meaning in a policy. */
const REPOSITORY = /^[A-Za-z0-9-]{1,39}(?:@\d+\/[A-Za-z0-9._-]{1,100}@\d+|\/[A-Za-z0-9._-]{1,100})$/;
/** https://git-scm.com/docs/git-check-ref-format, without characters that a policy or Terraform interprets. */
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;
const CLAIMS_SOURCE = "https://docs.github.com/en/actions/reference/security/oidc";
const OIDC_PROVIDERS = ["new", "existing"] as const;

/** The repository on GitHub whose workflows may assume the account's roles. */
export const githubSettings = settings({
  /**
   * The repository's name in GitHub's tokens, with the same upper and lower case. The form is
   * `<owner>@<id>/<name>@<id>` for a repository that was created or renamed since 15 July 2026, or that opted in.
   * Otherwise the form is `<owner>/<name>`: this form also matches the repository of a later owner with the same name
   * (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/). To show the
   * ids: `gh api repos/<owner>/<name> --jq '.owner.id, .id'`.
   */
  repository: textLike(
    REPOSITORY,
    "<owner>@<id>/<name>@<id>, or <owner>/<name>, as in GitHub's tokens",
    CLAIMS_SOURCE,
  ),

  /**
   * The branch whose workflow may deploy and plan. Workflows of pull requests from branches of the same repository may also
   * plan.
   *
   * @default "main"
   */
  branch: withDefault(
    textLike(BRANCH, "the name of one branch, of letters, digits and _ . / -", CLAIMS_SOURCE),
    "main",
  ),

  /**
   * `new`, or `existing` if the account already has GitHub's OIDC provider. An account can have only one such provider
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html).
   *
   * @default "new"
   */
  oidcProvider: withDefault(oneOf(OIDC_PROVIDERS, "the type AccountSettings of sagemaker-stages"), "new"),
});

/** Settings of the resources that exist once per AWS account and region. */
export const accountSettings = settings({
  /**
   * Name of the stack, and prefix of the names of its roles: 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. Not
   * the name of an environment.
   *
   * @default "account"
   */
  name: withDefault(
    textLike(
      NAME,
      NAME_ALLOWED,
      "the name is part of names of at most 64 characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    "account",
  ),

  /** AWS region, e.g. `eu-central-1`. */
  region,

  /** The AWS account, 12 digits. Terraform then refuses to work with credentials of another account. */
  accountId,

  /**
   * The location of Terraform's state of this stack: at first a file; after the stack created `stateBucket`, a key in
   * the bucket. No other stack may use the same location.
   */
  state: stateSettings,

  /**
   * Create a bucket with this name for Terraform's states: versioned, encrypted, private, TLS only. Terraform refuses to
   * destroy the bucket. The name has 3–63 characters `a-z`, `0-9`, `-`, globally unique
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   *
   * @default - no bucket
   */
  stateBucket: optional(
    // This rule is stricter than AWS's rule, which also allows dots: S3's certificates do not match the domain of a
    // bucket whose name contains dots. AWS refuses the prefix `amzn-s3-demo-`, but this rule allows the prefix, because
    // examples use it as a placeholder.
    textLike(
      NEW_BUCKET,
      "3–63 characters a-z, 0-9 and -, without the prefixes and suffixes that AWS reserves",
      BUCKET_SOURCE,
    ),
  ),

  /**
   * Create the role with which API Gateway writes logs to CloudWatch: execution logs, and access logs in log groups whose
   * names start with `/aws/apigateway/`. Environments in this account and region then have access logs, unless
   * `stage.accessLogs` is `false`. Deploy the account before its environments; if you change the value to `false`, deploy
   * the environments first. An account and region have only one such role: the stack replaces an existing setting, which
   * affects all APIs of the account. Terraform refuses to destroy the setting while the value is `true`.
   *
   * @default false
   */
  apiGatewayLogs: withDefault(flag, false),

  /**
   * Create roles with which workflows of one GitHub repository plan and deploy the environments of this account,
   * without long-lived keys. The environments must have their state in S3 and a `permissionsBoundary`; an account has
   * at most 5 such environments, in all regions. IAM is global: only one entry of an account may have `github`.
   *
   * @default - none
   */
  github: optional(githubSettings),

  /**
   * Tags of every resource that supports tags, at most 47. The rules of an environment's tags apply.
   *
   * @default - only `Environment`, with the stack's name as value
   */
  tags: withDefault(byName(text), {}),
});

/**
 * The settings of the resources that exist once per AWS account and region, as plain data. The engine synthesizes one
 * Terraform stack from an account. An administrator of the account's IAM deploys the stack; no pipeline deploys it.
 *
 * @example
 * export const account: AccountSettings = {
 *   region: "eu-central-1",
 *   accountId: "111122223333",
 *   state: { local: { path: "terraform.account.tfstate" } },
 *   stateBucket: "amzn-s3-demo-state-bucket",
 *   apiGatewayLogs: true,
 * };
 */
export interface AccountSettings extends z.input<typeof accountSettings> {}

/** {@link AccountSettings} with defaults. */
export interface ParsedAccountSettings extends z.output<typeof accountSettings> {}

/** The repository on GitHub whose workflows may assume the account's roles. */
export type GithubSettings = z.input<typeof githubSettings>;

/** {@link GithubSettings} with defaults. */
export type ParsedGithubSettings = z.output<typeof githubSettings>;

/** An environment that workflows can deploy: its account is known, and its state is in S3. */
export type DeployableEnvironment = Environment & { readonly accountId: string; readonly state: S3State };

/** `<owner>/<name>`, without the ids of a token's subject: other claims and variables contain only the names. */
export function repositoryName({ repository }: GithubSettings): string {
  return repository.replaceAll(/@\d+/g, "");
}

/** Name of the stack. */
export function accountName({ name = "account" }: Pick<AccountSettings, "name">): string {
  return name;
}

/** The environments that workflows may plan and deploy with roles of this account: none without `github`. */
export function deployableEnvironments(
  { accountId, github }: AccountSettings,
  environments: readonly Environment[],
): DeployableEnvironment[] {
  if (github === undefined) return [];
  return environments.filter(isDeployable).filter((environment) => environment.accountId === accountId);
}

function isDeployable(environment: Environment): environment is DeployableEnvironment {
  return environment.accountId !== undefined && "s3" in environment.state;
}

/** Name of the role with which workflows plan every environment of an account. */
export function planRoleName(account: AccountSettings): string {
  return `${accountName(account)}-plan`;
}

/** ARN of the role {@link planRoleName}. The role exists if the account has `github`. */
export function planRoleArn(account: AccountSettings): string {
  return new ArnFactory(account.region, account.accountId).roleArn(planRoleName(account));
}

/** Name of the role with which API Gateway writes logs. The role exists if the account has `apiGatewayLogs`. */
export function logsRoleName(account: AccountSettings): string {
  return `${accountName(account)}-api-gateway-logs`;
}

/**
 * Whether an environment's stage has access logs. Default: whether an entry of the same account and region has
 * `apiGatewayLogs`.
 */
export function hasAccessLogs(
  { accountId, region, stage }: Environment,
  accounts: readonly AccountSettings[],
): boolean {
  return (
    stage.accessLogs ??
    accounts.some(
      (account) =>
        account.apiGatewayLogs === true && account.accountId === accountId && account.region === region,
    )
  );
}

/** Name of the role with which workflows deploy one environment. */
export function deployRoleName(environment: NamedEnvironment): string {
  return `${namePrefix(environment)}-deploy`;
}

/** ARN of the role {@link deployRoleName}. The role exists if the account has `github`. */
export function deployRoleArn(environment: DeployableEnvironment): string {
  return new ArnFactory(environment.region, environment.accountId).roleArn(deployRoleName(environment));
}

/** Name of the role with which the workflow `drift` checks one environment every day. */
export function driftRoleName(environment: NamedEnvironment): string {
  return `${namePrefix(environment)}-drift`;
}

/** ARN of the role {@link driftRoleName}. The role exists if the account has `github`. */
export function driftRoleArn(environment: DeployableEnvironment): string {
  return new ArnFactory(environment.region, environment.accountId).roleArn(driftRoleName(environment));
}

/** Name of the managed policy that is the permissions boundary of an environment's roles. */
export function boundaryName(environment: NamedEnvironment): string {
  return `${namePrefix(environment)}-boundary`;
}

/** Whether the roles of an environment have a permissions boundary. */
export function hasBoundary({
  permissionsBoundary = false,
}: Pick<Environment, "permissionsBoundary">): boolean {
  return permissionsBoundary !== false;
}

/**
 * ARN of the permissions boundary of an environment's roles: the existing policy that the environment names, or the policy
 * {@link boundaryName}, which exists if the account has `github`.
 */
export function boundaryArn(
  environment: NamedEnvironment & Pick<Environment, "region" | "permissionsBoundary">,
  accountId: string,
): string {
  if (typeof environment.permissionsBoundary === "string") return environment.permissionsBoundary;
  return new ArnFactory(environment.region, accountId).globalArn(
    "iam",
    `policy/${boundaryName(environment)}`,
  );
}
