import {
  type AccountSettings,
  accountName,
  accountSettings,
  deployableEnvironments,
  deployRoleName,
  logsRoleName,
  planRoleName,
} from "../account";
import type { Environment } from "../environment";
import { principalName } from "../patterns";
import { type Fault, Report } from "../report";
import { checkRules } from "../settings/check-rules";
import { findFaultsOfShape, type ShapeFault } from "../shape";
import { checkTags } from "./tag-checks";

/** Where a value does not have the type {@link AccountSettings}. */
export function findAccountShapeFaults(value: unknown): ShapeFault[] {
  return findFaultsOfShape(accountSettings, value, "the type AccountSettings of sagemaker-stages");
}

/** A role has at most 10 managed policies (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), and what plans an environment takes two. */
const MOST_ENVIRONMENTS = 5;

/** The rules of accounts, and those between them and environments; all are of the right shape. */
export function checkAccounts(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
): Fault[] {
  const faults: Fault[] = [];
  const reportOf = (name: string): Report => new Report(name, faults);
  for (const one of accounts) checkAccount(one, reportOf(accountName(one)));
  checkAccountsApart(accounts, reportOf);
  checkPlacesOfStates(accounts, environments, reportOf);
  checkPipelines(accounts, environments, reportOf);
  checkRolesOfPipelines(accounts, environments, reportOf);
  return faults;
}

type ReportOf = (name: string) => Report;

function checkAccount(settings: AccountSettings, report: Report): void {
  const { stateBucket, apiGatewayLogs, github, tags = {} } = settings;
  checkRules(accountSettings, settings, "", report);
  checkTags(tags, report);
  report.require(
    stateBucket !== undefined || apiGatewayLogs === true || github !== undefined,
    "stateBucket",
    stateBucket,
    "a bucket, or apiGatewayLogs, or github",
    "the stack would hold nothing",
  );
}

/** What an account, or an account and region, have once. */
function checkAccountsApart(accounts: readonly AccountSettings[], reportOf: ReportOf): void {
  const places = new Map<string, string>();
  const withGithub = new Map<string, string>();
  const buckets = new Map<string, string>();
  for (const one of accounts) {
    const { accountId, region, stateBucket, github } = one;
    const name = accountName(one);
    const report = reportOf(name);
    const place = `${region} of account ${accountId}`;
    report.require(
      !places.has(place),
      "region",
      place,
      "one entry for an account and region",
      `${places.get(place)} says what they have once`,
    );
    places.set(place, name);
    if (github !== undefined) {
      report.require(
        !withGithub.has(accountId),
        "github",
        github.repository,
        "github in one entry for an account",
        `${withGithub.get(accountId)} has it, and IAM knows no region`,
      );
      withGithub.set(accountId, name);
    }
    if (stateBucket !== undefined) {
      report.require(
        !buckets.has(stateBucket),
        "stateBucket",
        stateBucket,
        "a bucket of its own",
        `${buckets.get(stateBucket)} makes it, and names of buckets are unique in the world`,
      );
      buckets.set(stateBucket, name);
    }
  }
}

/** A bucket that an account makes is where Terraform looks for it, and holds that account's states. */
function checkPlacesOfStates(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  reportOf: ReportOf,
): void {
  const stacks = [...environments, ...accounts.map((one) => ({ ...one, name: accountName(one) }))];
  for (const { name, accountId, region, state } of stacks) {
    if (!("s3" in state)) continue;
    const owner = accounts.find(({ stateBucket }) => stateBucket === state.s3.bucket);
    if (owner === undefined) continue;
    const report = reportOf(name).in("state.s3");
    report.require(
      accountId === undefined || accountId === owner.accountId,
      "bucket",
      state.s3.bucket,
      `a bucket of account ${accountId}`,
      `${accountName(owner)} makes this one in account ${owner.accountId}`,
    );
    report.require(
      (state.s3.region ?? region) === owner.region,
      "region",
      state.s3.region,
      owner.region,
      `${accountName(owner)} makes the bucket there`,
    );
  }
}

/**
 * The policies of callers and of existing functions' roles are written by the environment's deployer: it would give the
 * pipelines' roles what it likes.
 */
function checkRolesOfPipelines(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  reportOf: ReportOf,
): void {
  const own = new Set([
    ...accounts.flatMap((one) => [planRoleName(one), logsRoleName(one)]),
    ...environments.map(deployRoleName),
  ]);
  for (const { name, callers = {}, models } of environments) {
    const refuse = (field: string, role: string): void =>
      reportOf(name).require(
        !own.has(principalName(role).toLowerCase()),
        field,
        role,
        "a role that no account makes",
        "pipelines have exactly the rights that they need",
      );
    for (const [caller, { roles = [] }] of Object.entries(callers)) {
      for (const role of roles) refuse(`callers.${caller}.roles`, role);
    }
    for (const [model, { existingFunctionRole }] of Object.entries(models)) {
      if (existingFunctionRole !== undefined) {
        refuse(`models.${model}.existingFunctionRole`, existingFunctionRole);
      }
    }
  }
}

/** Pipelines and the boundaries of what they deploy go together. */
function checkPipelines(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  reportOf: ReportOf,
): void {
  const deployable = accounts.flatMap((one) => {
    const found = deployableEnvironments(one, environments);
    reportOf(accountName(one)).require(
      found.length <= MOST_ENVIRONMENTS,
      "github",
      `${found.length} environments`,
      `at most ${MOST_ENVIRONMENTS} environments that keep their state in S3`,
      "the plan role has two managed policies for each: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    );
    return found.map(({ name }) => name);
  });
  for (const { name, accountId, permissionsBoundary = false, models } of environments) {
    const isDeployable = deployable.includes(name);
    for (const [model, { existingFunction, existingFunctionRole }] of Object.entries(models)) {
      reportOf(name).require(
        !isDeployable || existingFunction === undefined || existingFunctionRole !== undefined,
        `models.${model}.existingFunctionRole`,
        existingFunctionRole,
        "the name of its role",
        "workflows of GitHub deploy it, and get rights on no role that is not named",
      );
    }
    const isDescribed = accounts.some((one) => one.accountId === accountId);
    reportOf(name).require(
      permissionsBoundary || !isDeployable,
      "permissionsBoundary",
      permissionsBoundary,
      "true",
      "workflows of GitHub deploy it, and could give its roles any right",
    );
    reportOf(name).require(
      !permissionsBoundary || isDeployable || !isDescribed,
      "permissionsBoundary",
      permissionsBoundary,
      "false, or an environment with its state in S3 whose account has github",
      "nothing makes the policy that is its boundary",
    );
  }
}
