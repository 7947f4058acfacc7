import type * as z from "zod";
import { ArnFactory } from "../aws/arn";
import { type Environment, type NamedEnvironment, namePrefix, type S3State } from "./environment";
import { BUCKET_SOURCE, NAME, NAME_ALLOWED } from "./patterns";
import { accountId, region } from "./settings/place";
import { byName, flag, oneOf, optional, settings, text, textLike, withDefault } from "./settings/setting";
import { stateSettings } from "./settings/state";

const NEW_BUCKET =
  /^(?!xn--|sthree-)(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** GitHub's own names, each with its id or both without: no character that a policy reads as another. */
const REPOSITORY = /^[A-Za-z0-9-]{1,39}(?:@\d+\/[A-Za-z0-9._-]{1,100}@\d+|\/[A-Za-z0-9._-]{1,100})$/;
/** https://git-scm.com/docs/git-check-ref-format, without characters that a policy or Terraform interprets. */
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;
const CLAIMS_SOURCE = "https://docs.github.com/en/actions/reference/security/oidc";
const OIDC_PROVIDERS = ["new", "existing"] as const;

/** The repository on GitHub whose workflows may assume the account's roles. */
const githubSettings = settings({
  /**
   * The repository as GitHub's tokens name it, compared letter by letter: `<owner>@<id>/<name>@<id>` for repositories
   * that were created or renamed since 15 July 2026, or that chose this form, else `<owner>/<name>`, which a later owner
   * of the name would also have
   * (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/). The ids:
   * `gh api repos/<owner>/<name> --jq '.owner.id, .id'`.
   */
  repository: textLike(
    REPOSITORY,
    "<owner>@<id>/<name>@<id>, or <owner>/<name>, as GitHub's tokens name it",
    CLAIMS_SOURCE,
  ),

  /**
   * The branch whose workflow deploys, and may plan besides the workflows of pull requests from branches of the
   * repository itself.
   *
   * @default "main"
   */
  branch: withDefault(
    textLike(BRANCH, "the name of one branch, of letters, digits and _ . / -", CLAIMS_SOURCE),
    "main",
  ),

  /**
   * `new`, or `existing` where the account already has GitHub's OIDC provider, of which an account can have only one
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html).
   *
   * @default "new"
   */
  oidcProvider: withDefault(oneOf(OIDC_PROVIDERS, "the type AccountSettings of sagemaker-stages"), "new"),
});

/** Settings of the resources that an AWS account and region have once. */
export const accountSettings = settings({
  /**
   * The stack, and the prefix of its roles' names: 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. No
   * environment has the same name.
   *
   * @default "account"
   */
  name: withDefault(
    textLike(
      NAME,
      NAME_ALLOWED,
      "it is part of names of at most 64 characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    "account",
  ),

  /** AWS region, e.g. `eu-central-1`. */
  region,

  /** The AWS account, 12 digits. Terraform then refuses to work with credentials of another account. */
  accountId,

  /**
   * The place of Terraform's state of this stack: at first a file, then, where the stack created `stateBucket`, a key in
   * the bucket. No other stack has the same place.
   */
  state: stateSettings,

  /**
   * Create a bucket of this name for Terraform's states: versioned, encrypted, private, TLS only; Terraform refuses to
   * destroy the bucket. 3–63 characters `a-z`, `0-9`, `-`, globally unique
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   *
   * @default - no bucket
   */
  stateBucket: optional(
    // Stricter than AWS, which also takes dots: with them, certificates do not fit the bucket's own domain. AWS refuses
    // `amzn-s3-demo-` as well; it is in examples to be replaced.
    textLike(
      NEW_BUCKET,
      "3–63 characters a-z, 0-9 and -, without the beginnings and ends that AWS keeps for itself",
      BUCKET_SOURCE,
    ),
  ),

  /**
   * Give API Gateway the role with which it writes logs to CloudWatch: execution logs, and access logs in groups whose
   * names start with `/aws/apigateway/`. Stages in this account and region then have access logs unless
   * `stage.accessLogs` says otherwise: deploy the account before its environments, and after them where this becomes
   * `false`. An account and region have one such setting: an existing one is replaced, also for APIs of others.
   * Terraform refuses to destroy the setting as long as this is `true`.
   *
   * @default false
   */
  apiGatewayLogs: withDefault(flag, false),

  /**
   * Let workflows of one GitHub repository plan and deploy the environments of this account that keep their state in
   * S3, in every region and at most 5, without long-lived keys. Their roles have a `permissionsBoundary`. IAM is global:
   * only one entry of an account has `github`.
   *
   * @default - none
   */
  github: optional(githubSettings),

  /**
   * Tags of every resource that can have tags, at most 47, as an environment's.
   *
   * @default - only `Environment`, which is the stack's name
   */
  tags: withDefault(byName(text), {}),
});

/**
 * The resources that an AWS account and region have once: plain data, from which one stack of Terraform is synthesized.
 * An administrator of the account's IAM deploys the stack, seldom, and no pipeline does.
 */
export interface AccountSettings extends z.input<typeof accountSettings> {}

/** {@link AccountSettings} with defaults. */
export interface ParsedAccountSettings extends z.output<typeof accountSettings> {}

/** The repository on GitHub whose workflows may assume the account's roles. */
export type GithubSettings = z.input<typeof githubSettings>;

/** {@link GithubSettings} with defaults. */
export type ParsedGithubSettings = z.output<typeof githubSettings>;

/** An environment that workflows can deploy: its account is known, and its state is where they find it. */
export type DeployableEnvironment = Environment & { readonly accountId: string; readonly state: S3State };

/** `<owner>/<name>`, without the ids that a token's subject may carry: other claims and variables have names alone. */
export function repositoryName({ repository }: GithubSettings): string {
  return repository.replaceAll(/@\d+/g, "");
}

/** Name of the stack. */
export function accountName({ name = "account" }: AccountSettings): string {
  return name;
}

/** The environments that workflows may plan and deploy with roles of this account: none where it has no `github`. */
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

/** ARN of {@link planRoleName}; the role exists where the account has `github`. */
export function planRoleArn(account: AccountSettings): string {
  return new ArnFactory(account.region, account.accountId).roleArn(planRoleName(account));
}

/** Name of the role with which API Gateway writes logs; it exists where the account has `apiGatewayLogs`. */
export function logsRoleName(account: AccountSettings): string {
  return `${accountName(account)}-api-gateway-logs`;
}

/**
 * Whether an environment's stage has access logs: as the environment says, else where API Gateway has a role for them
 * from an entry of the same account and region.
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

/** ARN of {@link deployRoleName}; the role exists where its account has `github`. */
export function deployRoleArn(environment: DeployableEnvironment): string {
  return new ArnFactory(environment.region, environment.accountId).roleArn(deployRoleName(environment));
}

/** Name of the managed policy that is the permissions boundary of an environment's roles. */
export function boundaryName(environment: NamedEnvironment): string {
  return `${namePrefix(environment)}-boundary`;
}

/** ARN of {@link boundaryName}; the policy exists where the account has `github`. */
export function boundaryArn(
  environment: NamedEnvironment & Pick<Environment, "region">,
  accountId: string,
): string {
  return new ArnFactory(environment.region, accountId).globalArn(
    "iam",
    `policy/${boundaryName(environment)}`,
  );
}
