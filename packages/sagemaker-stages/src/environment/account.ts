import {
  type Environment,
  type LocalState,
  type NamedEnvironment,
  namePrefix,
  partitionOf,
  type S3State,
} from "./environment";

/**
 * What an AWS account and region have once: plain data, from which one stack of Terraform is synthesized. Whoever
 * deploys it administers the account's IAM: a person's job, seldom done, and no pipeline's. `account-checks.ts` holds
 * the rules that types cannot say.
 */
export interface AccountSettings {
  /**
   * The stack, and the prefix of its roles' names: 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. No
   * environment has the same.
   *
   * @default "account"
   */
  readonly name?: string;

  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;

  /** The AWS account, 12 digits. Terraform then refuses to work with credentials of any other account. */
  readonly accountId: string;

  /**
   * Where Terraform keeps the state of this stack: at first a file, then, where the stack made `stateBucket`, a key in
   * it. Shared with no other stack.
   */
  readonly state: LocalState | S3State;

  /**
   * Make a bucket of this name for Terraform's states: versioned, encrypted, private, TLS only; Terraform refuses to
   * destroy it. 3–63 characters `a-z`, `0-9`, `-`, unique in the world
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   *
   * @default - none is made
   */
  readonly stateBucket?: string;

  /**
   * Give API Gateway the role with which it writes logs to CloudWatch: execution logs, and access logs in groups whose
   * names start with `/aws/apigateway/`. Stages in this account and region then have access logs unless `stage.accessLogs`
   * says otherwise: deploy the account before its environments, and after them where this becomes `false`. An account and region have one such setting: one that is there already is
   * replaced, for APIs of others, too. Terraform refuses to destroy it as long as this is `true`.
   *
   * @default false
   */
  readonly apiGatewayLogs?: boolean;

  /**
   * Let workflows of one GitHub repository plan and deploy the environments of this account that keep their state in
   * S3, in every region and at most 5, without long-lived keys. Their roles have a `permissionsBoundary`. IAM knows no
   * region: of several entries for one account one has it.
   *
   * @default - none
   */
  readonly github?: GithubSettings;

  /**
   * Tags of every resource that can have tags, at most 47, as an environment's.
   *
   * @default - only `Environment`, which is the stack's name
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Who on GitHub may take the account's roles. */
export interface GithubSettings {
  /**
   * The repository as GitHub's tokens name it, compared letter by letter: `<owner>@<id>/<name>@<id>` for repositories
   * that were created or renamed since 15 July 2026, or that chose so, else `<owner>/<name>`, which whoever has the
   * name next would have, too
   * (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/). The ids:
   * `gh api repos/<owner>/<name> --jq '.owner.id, .id'`.
   */
  readonly repository: string;

  /**
   * The branch whose workflow deploys, and may plan besides those of pull requests from branches of the repository
   * itself.
   *
   * @default "main"
   */
  readonly branch?: string;

  /**
   * `new`, or `existing` where the account knows GitHub's OIDC provider already: it can have one only
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html).
   *
   * @default "new"
   */
  readonly oidcProvider?: (typeof OIDC_PROVIDERS)[number];
}

/** Every value of {@link GithubSettings.oidcProvider}. */
export const OIDC_PROVIDERS = ["new", "existing"] as const;

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
  return iamArn(account, `role/${planRoleName(account)}`);
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
  return iamArn(environment, `role/${deployRoleName(environment)}`);
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
  return iamArn({ region: environment.region, accountId }, `policy/${boundaryName(environment)}`);
}

function iamArn(
  { region, accountId }: Pick<AccountSettings, "region" | "accountId">,
  resource: string,
): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:${resource}`;
}
